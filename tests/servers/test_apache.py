"""The real Apache writes logs in several formats; every line is read with the fields that were sent."""
import os
import re
import socket
import time
import unittest

from served import Folder, LogTest, Request, Server, free_port, http, loopback_6, need, odd_requests, \
    parse_log, send_all

APACHE = "/usr/sbin/apache2"
MODULES = "/usr/lib/apache2/modules"
WANTED = ("mpm_event", "authn_core", "authz_core", "authn_anon", "authz_user", "auth_basic", "headers",
          "alias", "reqtimeout")


def number(text):
    return int(text) if text not in (b"-", b"") else None


def count(name):
    return lambda reference: number(reference[name])


def scaled(name, per_second):
    return lambda reference: number(reference[name]) / per_second if number(reference[name]) is not None else None


def either_none(name):
    """%b: a dash for nothing."""
    return lambda reference: number(reference[name]) or None


HEAD = {"host": "%a", "user": "%u", "status": count("%>s")}
CLF = {**HEAD, "request": "%r", "bytes": either_none("%B"), "ident": "%l"}
COMBINED = {**CLF, "referrer": "%{Referer}i", "agent": "%{User-Agent}i"}
WIRE = count("%O")
PORT = {"port": count("%p"), "vhost": "%v"}


def only_on(key, statuses):
    """A directive that Apache fills in for these statuses."""
    return lambda reference: reference[key] if number(reference["%>s"]) in statuses else None


def not_on(key, statuses):
    return lambda reference: reference[key] if number(reference["%>s"]) not in statuses else None


# name: (the string as it stands in the configuration, what our fields are in the reference)
FORMATS = {
    "common": (r'%h %l %u %t \"%r\" %>s %b', CLF),
    "combined": (r'%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\"', COMBINED),
    "combinedio": (r'%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\" %I %O',
                   {**COMBINED, "request_length": count("%I"), "bytes_sent": count("%O")}),
    "vhost_combined": (r'%v:%p %h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\"',
                       {**COMBINED, **PORT, "bytes": WIRE, "bytes_sent": WIRE}),
    "timed": (r'%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\" %D %{ms}T %T %I %^FB',
              {**COMBINED, "request_time": scaled("%D", 1e6), "request_length": count("%I"),
               "first_byte_time": scaled("%^FB", 1e6)}),
    "millis": (r'%a %t %>s %B %{ms}Tms \"%m\" \"%U%q\" \"%H\" \"%{User-Agent}i\"',
               {"host": "%a", "status": count("%>s"), "bytes": count("%B"), "request_time": scaled("%{ms}T", 1e3),
                "method": "%m", "path": lambda r: r["%U"] + r["%q"] if r["%U"] != b"-" else None,
                "protocol": "%H", "agent": "%{User-Agent}i"}),
    "epoch": (r'%{sec}t.%{msec_frac}t %a \"%m\" %>s %B %{us}T \"%{User-agent}i\" \"%{Referer}i\" %V',
              {"host": "%a", "status": count("%>s"), "bytes": count("%B"), "method": "%m", "agent": "%{User-Agent}i",
               "referrer": "%{Referer}i", "request_time": scaled("%{us}T", 1e6)}),
    "strftime": (r'[%{%Y-%m-%d %H:%M:%S}t.%{usec_frac}t %{%z}t] %a \"%r\" %>s %b \"%{User-Agent}i\"',
                 {"host": "%a", "request": "%r", "status": count("%>s"), "bytes": either_none("%B"),
                  "agent": "%{User-Agent}i"}),
    "conditional": (r'%h %l %u %t \"%r\" %>s %b \"%!200,304,302{Referer}i\" \"%400,403,404{User-agent}i\"',
                    {**CLF, "referrer": not_on("%{Referer}i", (200, 304, 302)),
                     "agent": only_on("%{User-Agent}i", (400, 403, 404))}),
    "touching": (r'%a:%{remote}p->%v:%p [%{%d/%b/%Y:%T %z}t] \"%r\" %>s/%B %Dus \"%{User-Agent}i\"',
                 {"host": "%a", "request": "%r", "status": count("%>s"), "bytes": count("%B"), **PORT,
                  "request_time": scaled("%D", 1e6), "agent": "%{User-Agent}i"}),
    "json": (r'{ \"time\":\"%{%Y-%m-%dT%H:%M:%S%z}t\", \"host\":\"%a\", \"method\":\"%m\", \"path\":\"%U%q\", '
             r'\"status\":%>s, \"size\":%B, \"us\":%D, \"referer\":\"%{Referer}i\", \"agent\":\"%{User-Agent}i\" }',
             {"host": "%a", "status": count("%>s"), "bytes": count("%B"), "method": "%m",
              "path": lambda r: r["%U"] + r["%q"] if r["%U"] != b"-" else None, "referrer": "%{Referer}i",
              "agent": "%{User-Agent}i", "request_time": scaled("%D", 1e6)}),
    "tabs": (r'%{%s}t\t%a\t%u\t%m\t%U\t%q\t%>s\t%b\t%{Referer}i\t%{User-Agent}i\t%{X-Forwarded-For}i',
             {**HEAD, "method": "%m", "path": "%U", "query": lambda r: r["%q"][1:], "bytes": either_none("%B"),
              "referrer": "%{Referer}i", "agent": "%{User-Agent}i", "forwarded_for": "%{X-Forwarded-For}i"}),
}

REFERENCE = ["%a", "%l", "%u", "%r", "%>s", "%B", "%{Referer}i", "%{User-Agent}i", "%I", "%O", "%D", "%{ms}T", "%{us}T",
             "%^FB", "%m", "%U", "%q", "%H", "%v", "%p", "%{X-Forwarded-For}i", "%{sec}t", "%{usec_frac}t"]

CONFIG = """
ServerRoot {dir}
ServerName localhost
PidFile {dir}/pid
ErrorLog {dir}/error.log
Mutex pthread
{modules}
{drop}
KeepAlive Off
AcceptFilter http none
Timeout 5
RequestReadTimeout header=2 body=2
LogIOTrackTTFB ON
{listen}
{formats}
LogFormat "{reference}" reference
IncludeOptional {dir}/sites/*.conf
"""
SITE = """
<VirtualHost *:{port}>
  ServerName www.example.com
  UseCanonicalName On
  DocumentRoot {dir}/www
  HttpProtocolOptions {options}
  <Directory {dir}/www>
    Require all granted
  </Directory>
  <Location /auth>
    AuthType Basic
    AuthName odd
    AuthBasicProvider anon
    Anonymous_NoUserID on
    Anonymous_MustGiveEmail off
    Anonymous *
    Require valid-user
  </Location>
{logs}
</VirtualHost>
"""
SITES = {"strict": "Strict", "unsafe": "Unsafe"}


def directive(name):
    """As administrators write it, continued over two lines."""
    string = FORMATS[name][0]
    return f'LogFormat "{string}" \\\n    {name}'


def write_config(folder, ports):
    os.chmod(folder.path, 0o755)
    for name in ("www", "www/auth", "sites"):
        os.mkdir(folder.file(name))
    folder.file("www/page.html", "<p>hello</p>\n")
    folder.file("www/auth/index.html", "<p>hello</p>\n")
    for (site, options), port in zip(SITES.items(), ports):
        logs = "\n".join(f"  CustomLog {folder.path}/{site}.{n}.log {n}" for n in (*FORMATS, "reference"))
        folder.file(f"sites/{site}.conf", SITE.format(dir=folder.path, port=port, options=options, logs=logs))
    facts = {"dir": folder.path, "formats": "\n".join(directive(n) for n in FORMATS),
             "reference": r"\t".join(REFERENCE), "listen": "\n".join(f"Listen {p}" for p in ports),
             "modules": "\n".join(f"LoadModule {m}_module {MODULES}/mod_{m}.so" for m in WANTED),
             "drop": "User nobody\nGroup nogroup" if os.geteuid() == 0 else ""}
    return folder.file("apache.conf", CONFIG.format(**facts))


def unescape(text):
    """mod_log_config's escapes, taken off without spate."""
    named = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"v": b"\v", b"f": b"\f"}
    return re.sub(rb"\\(?:x([0-9a-f]{2})|(.))",
                  lambda m: bytes([int(m[1], 16)]) if m[1] else named.get(m[2], m[2]), text, flags=re.S)


def read_reference(path):
    with open(path, "rb") as f:
        rows = [one.split(b"\t") for one in f.read().splitlines()]
    assert all(len(row) == len(REFERENCE) for row in rows)
    read = [dict(zip(REFERENCE, map(unescape, row))) for row in rows]
    for row, raw in zip(read, rows):
        if raw[REFERENCE.index("%u")] == b'""': # what it writes for a name without a letter
            row["%u"] = b""
    return read


class Apache(LogTest):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.addClassCleanup(cls.folder.__exit__)
        ports = [free_port() for _ in SITES]
        cls.config = write_config(cls.folder.__enter__(), ports)
        cls.requests, cls.references = {}, {}
        with Server(cls.folder, [APACHE, "-d", cls.folder.path, "-f", cls.config, "-DFOREGROUND"], ports):
            for site, port in zip(SITES, ports):
                cls.send_site(site, port)

    @classmethod
    def send_site(cls, site, port):
        requests = odd_requests(b"/auth/")
        if not loopback_6():
            requests = [r for r in requests if r.family != socket.AF_INET6]
        requests += [Request(b"", "silence"), Request(b"GET /slow HTTP/1.1\r\nHost: a\r\nX-", "slow head")]
        logs = [cls.log(site, name) for name in ("reference", *FORMATS)]
        cls.requests[site] = send_all(requests, port, logs)
        cls.references[site] = read_reference(cls.log(site, "reference"))

    @classmethod
    def log(cls, site, name):
        return cls.folder.file(f"{site}.{name}.log")

    def check(self, name, *formats):
        for site in SITES:
            with self.subTest(site=site, log=name, formats=formats):
                log = self.log(site, name)
                self.compare_log(parse_log(log, *formats), self.requests[site], self.references[site],
                                 FORMATS[name][1], log)

    def test_enough_was_sent_and_logged(self):
        for site in SITES:
            self.assertGreater(len(self.requests[site]), 300)
            self.assertGreater(len({r.status() for r in self.requests[site]}), 5)
        self.assertIn(b"John Smith", [r["%u"] for r in self.references["strict"]])

    def test_named_formats_and_looking(self):
        for name in ("common", "combined", "combinedio", "vhost_combined"):
            self.check(name, name)
            self.check(name, "auto")

    def test_the_string_as_it_stands_in_the_configuration(self):
        for name in FORMATS:
            self.check(name, FORMATS[name][0])

    def test_the_directive_with_its_nickname(self):
        for name in FORMATS:
            self.check(name, f'LogFormat "{FORMATS[name][0]}" {name}')

    def test_the_configuration_file_by_the_path_of_the_log(self):
        for name in FORMATS:
            self.check(name, f"apache:{self.config}")

    def test_the_configuration_file_by_the_nickname(self):
        for name in FORMATS:
            self.check(name, f"apache:{self.config}#{name}")

    def test_the_times_are_those_of_the_request(self):
        for name, places in (("epoch", 3), ("strftime", 6), ("tabs", 0), ("json", 0), ("combined", 0)):
            read = parse_log(self.log("strict", name), FORMATS[name][0])
            for got, reference in zip(read, self.references["strict"]):
                micros = reference["%{usec_frac}t"].decode()
                second = time.gmtime(int(reference["%{sec}t"]))
                want = time.strftime("%Y-%m-%dT%H:%M:%S", second) + ("." + micros[:places] if places else "")
                self.assertEqual(re.sub(r"\.?0*$", "", got["time"].rstrip("Z")) if "." in got["time"]
                                 else got["time"].rstrip("Z"),
                                 re.sub(r"\.?0*$", "", want) if "." in want else want, name)


if __name__ == "__main__":
    need(APACHE, "Apache")
    unittest.main()
