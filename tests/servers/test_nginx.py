"""The real nginx writes logs in several formats; every line is read with the fields that were sent."""
import json
import os
import re
import unittest

from served import Folder, LogTest, Request, Server, free_port, http, loopback_6, need, odd_requests, \
    parse_log, send_all

NGINX = "/usr/sbin/nginx"


def number(text):
    return int(text) if text and text != b"-" else None


def seconds(name):
    """nginx's list of times, summed; None without one."""
    def read(reference):
        times = re.findall(rb"\d+\.\d+", reference[name])
        return sum(int(t.replace(b".", b"")) for t in times) / 1000 if times else None
    return read


def count(name):
    return lambda reference: number(reference[name])


HEAD = {"host": "remote_addr", "user": "remote_user", "status": count("status"), "referrer": "http_referer",
        "agent": "http_user_agent"}
LINE = {**HEAD, "request": "request", "bytes": count("body_bytes_sent")}

# name: (escape=, pieces as they stand in the configuration, what our fields are in the reference)
FORMATS = {
    "plain": ("", ["'$remote_addr - $remote_user [$time_local] \"$request\" '",
                   "'$status $body_bytes_sent \"$http_referer\" \"$http_user_agent\"'"], LINE),
    "timed": ("escape=default ",
              ["'$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent '",
               "'\"$http_referer\" \"$http_user_agent\" $request_time $upstream_response_time $pipe '",
               "'rt=${request_time}s uht=\"$upstream_header_time\" len=$request_length out=$bytes_sent '",
               "'us=\"$upstream_status\" xff=\"$http_x_forwarded_for\"'"],
              {**LINE, "request_time": seconds("request_time"), "upstream_time": seconds("upstream_response_time"),
               "request_length": count("request_length"), "bytes_sent": count("bytes_sent"),
               "forwarded_for": "http_x_forwarded_for"}),
    "double": ("", ['"$msec $host \\"$request_method $request_uri $server_protocol\\" $status "',
                    '"$bytes_sent \\"$http_user_agent\\" \\"$http_referer\\" $remote_addr $scheme $request_id"'],
               {"host": "remote_addr", "status": count("status"), "referrer": "http_referer",
                "agent": "http_user_agent", "method": "request_method", "path": "request_uri",
                "protocol": "server_protocol", "bytes_sent": count("bytes_sent"), "vhost": "host",
                "scheme": "scheme", "request_id": "request_id"}),
    "tabs": ("", ['"$time_iso8601\\t$remote_addr\\t$remote_user\\t$request_method\\t$request_uri\\t$status\\t"',
                  '"$body_bytes_sent\\t$http_referer\\t$http_user_agent\\t$http_host\\t$request_time"'],
             {**HEAD, "method": "request_method", "path": "request_uri", "bytes": count("body_bytes_sent"),
              "vhost": "http_host", "request_time": seconds("request_time")}),
    "rawtabs": ("escape=none ", ['"$time_iso8601\\t$remote_addr\\t$remote_user\\t$request_method\\t$status\\t"',
                                 '"$body_bytes_sent\\t$http_referer\\t$http_user_agent\\t$request_time"'],
                {**HEAD, "method": "request_method", "bytes": count("body_bytes_sent"),
                 "request_time": seconds("request_time")}),
    "json": ("escape=json ", ["'{\"time_iso8601\": \"$time_iso8601\", \"remote_addr\": \"$remote_addr\", '",
                              "'\"remote_user\": \"$remote_user\", \"request\": \"$request\", \"status\": \"$status\", '",
                              "'\"body_bytes_sent\": $body_bytes_sent, \"request_time\": $request_time, '",
                              "'\"http_referer\": \"$http_referer\", \"http_user_agent\": \"$http_user_agent\", '",
                              "'\"upstream_response_time\": \"$upstream_response_time\"}'"],
             {**LINE, "request_time": seconds("request_time"), "upstream_time": seconds("upstream_response_time")}),
    "bare": ("escape=json ", ["'{\"ts\":$msec,\"remote_addr\":\"$remote_addr\",\"request\":\"$request\",\"status\":$status,'",
                              "'\"upstream_response_time\":$upstream_response_time,\"size\":$body_bytes_sent,'",
                              "'\"http_user_agent\":\"$http_user_agent\",\"http_referer\":\"$http_referer\"}'"],
             {k: v for k, v in LINE.items() if k != "user"}),
}

# What a format does not tell: what an unescaped tab parts.
UNCLEAR = {"rawtabs": tuple((key, rb"\t") for key in ("http_referer", "http_user_agent"))}

REFERENCE = ["remote_addr", "remote_user", "request", "status", "body_bytes_sent", "bytes_sent", "http_referer",
             "http_user_agent", "request_time", "upstream_response_time", "request_length", "request_method",
             "request_uri", "server_protocol", "host", "http_host", "scheme", "request_id", "msec",
             "http_x_forwarded_for"]

# Ports: one that serves, one behind it, one where nobody listens.
CONFIG = """
daemon off; master_process off; pid {dir}/pid; error_log {dir}/error.log; worker_rlimit_nofile 512;
events {{ worker_connections 256; }}
http {{
  {temp}
  keepalive_timeout 0; client_header_timeout 2s; client_body_timeout 2s; types {{ }} default_type text/html;
  {formats}
  log_format reference escape=json '{{{reference}}}';
  access_log {dir}/combined.log; access_log {dir}/reference.log reference;
  {logs}
  include {dir}/conf.d/*.conf;
}}
"""
SITE = """
upstream shaky {{ server 127.0.0.1:{dead} max_fails=0; server 127.0.0.1:{back} max_fails=0; }}
server {{ listen 127.0.0.1:{front}; {v6} server_name _; root {dir}/www;
  location = /page.html {{ }}
  location /retried/ {{ proxy_pass http://shaky; }}
  location /dead/ {{ error_page 502 = @again; proxy_pass http://127.0.0.1:{dead}; }}
  location @again {{ proxy_pass http://127.0.0.1:{back}; }}
}}
server {{ listen 127.0.0.1:{back}; access_log off; location / {{ return 200 "from behind\\n"; }} }}
"""


def format_of(name):
    """The directive, whole, over several lines as administrators write it."""
    escape, pieces, _ = FORMATS[name]
    return f"log_format {name} {escape}" + "\n      ".join(pieces) + ";"


def write_config(folder, front):
    back, dead = free_port(), free_port()
    for name in ("www", "conf.d", "temp"):
        os.mkdir(folder.file(name))
    folder.file("www/page.html", "<p>hello</p>\n")
    temp = " ".join(f"{kind}_temp_path {folder.path}/temp/{kind};"
                    for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    facts = {"dir": folder.path, "temp": temp, "formats": "\n  ".join(format_of(n) for n in FORMATS),
             "reference": ",".join(f'"{v}":"${v}"' for v in REFERENCE),
             "logs": "\n  ".join(f"access_log {folder.path}/{n}.log {n};" for n in FORMATS)}
    v6 = f"listen [::1]:{front} ipv6only=on;" if loopback_6() else ""
    folder.file("conf.d/site.conf", SITE.format(dir=folder.path, front=front, back=back, dead=dead, v6=v6))
    return folder.file("nginx.conf", CONFIG.format(**facts))


def read_reference(path):
    """Exact bytes: escape=json leaves what is above 0x7f as it is."""
    with open(path, "rb") as f:
        rows = [json.loads(one.decode("utf-8", "surrogateescape"), strict=False) for one in f.read().splitlines()]
    return [{k: v.encode("utf-8", "surrogateescape") for k, v in row.items()} for row in rows]


class Nginx(LogTest):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.addClassCleanup(cls.folder.__exit__)
        front = free_port()
        cls.config = write_config(cls.folder.__enter__(), front)
        requests = odd_requests(b"/page.html")
        requests += [http(b"/retried/" + bytes([48 + i]), agent=b"up") for i in range(4)]
        requests += [http(b"/dead/" + bytes([48 + i]), agent=b"up") for i in range(4)]
        requests += [Request(b"GET /slow HTTP/1.1\r\nHost: a\r\nX-", "slow head")]
        if not loopback_6():
            requests = [r for r in requests if r.fields.get("host") != b"::1"]
        logs = [cls.log(name) for name in ("combined", "reference", *FORMATS)]
        for log in logs:
            open(log, "wb").close()
        with Server(cls.folder, [NGINX, "-e", cls.folder.file("error.log"), "-p", cls.folder.path, "-c", cls.config],
                    [front]):
            cls.requests = send_all(requests, front, logs)
        cls.references = read_reference(cls.log("reference"))

    @classmethod
    def log(cls, name):
        return cls.folder.file(name + ".log")

    def check(self, name, has, *formats):
        with self.subTest(log=name, formats=formats):
            self.compare_log(parse_log(self.log(name), *formats), self.requests, self.references, has,
                             self.log(name), UNCLEAR.get(name, ()))

    def test_enough_was_sent_and_logged(self):
        self.assertGreater(len(self.requests), 300)
        self.assertGreater(len({r.status() for r in self.requests}), 5)
        lists = [r["upstream_response_time"] for r in self.references]
        self.assertTrue(any(b", " in one for one in lists) and any(b" : " in one for one in lists), lists[-10:])

    def test_combined_by_name_and_by_looking(self):
        for given in ("nginx", "combined", "auto"):
            self.check("combined", LINE, given)

    def test_the_directive_as_it_stands_in_the_configuration(self):
        for name in FORMATS:
            self.check(name, FORMATS[name][2], format_of(name))

    def test_the_pieces_without_the_directive(self):
        for name in ("plain", "timed"):
            self.check(name, FORMATS[name][2], " ".join(FORMATS[name][1]) + ";")

    def test_the_configuration_file_by_the_path_of_the_log(self):
        self.check("combined", LINE, f"nginx:{self.config}")
        for name in FORMATS:
            self.check(name, FORMATS[name][2], f"nginx:{self.config}")

    def test_the_configuration_file_by_the_name_of_the_format(self):
        for name in FORMATS:
            self.check(name, FORMATS[name][2], f"nginx:{self.config}#{name}")

    def test_json_by_the_usual_keys(self):
        for given in ("json", "auto"):
            self.check("json", FORMATS["json"][2], given)
            self.check("bare", FORMATS["bare"][2], given)


if __name__ == "__main__":
    need(NGINX, "nginx")
    unittest.main()
