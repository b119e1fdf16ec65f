"""Formats made by dice out of nginx's variables and Apache's directives, and lines written by them as the servers
would: every value comes back."""
import json
import os
import random
import time
import unittest

from spate_run import run

FORMATS = int(os.environ.get("SPATE_MADE_FORMATS", "120"))
LINES = 12
ZONES = ("+0000", "+0100", "-0330")


def pick(*words):
    return lambda dice: dice.choice(words)


def number(least, most):
    return lambda dice: str(dice.randint(least, most))


def seconds(dice):
    return f"{dice.choice((0, dice.random(), dice.random() * 100)):.3f}"


def times(dice):
    """nginx's list of upstreams' times."""
    return dice.choice(("-", seconds(dice), f"{seconds(dice)}, {seconds(dice)}", f"- : {seconds(dice)}"))


def summed(text):
    parts = [one for one in text.replace(" : ", ", ").split(", ") if one not in ("-", "")]
    return round(sum(float(one) for one in parts), 3) if parts else None


HOSTS = pick("192.0.2.7", "198.51.100.200", "2001:db8::7", "::1", "::ffff:192.0.2.7")
NAMES = pick("www.example.com", "a-b.example", "localhost", "_", "192.0.2.80")
AGENTS = pick("Mozilla/5.0 (X11; Linux x86_64) Chrome/1", "curl/8.0", "-", 'a "b" \\c', "x [y] z", "caf\u00e9", "")
PATHS = pick("/", "/a/b?c=1&d=%20", "/blog/2", "/api/v1/x;y=2", "/\u00e9")
METHODS = pick("GET", "POST", "HEAD", "PROPFIND")
PROTOCOLS = pick("HTTP/1.1", "HTTP/1.0", "HTTP/2.0")


def request(dice):
    return f"{METHODS(dice)} {PATHS(dice)} {PROTOCOLS(dice)}"


def moment(dice):
    return dice.randint(1, 1790000000), dice.choice(ZONES)


def zone_s(zone):
    return (1 if zone[0] == "+" else -1) * (int(zone[1:3]) * 3600 + int(zone[3:]) * 60)


def clf(at):
    return time.strftime("%d/%b/%Y:%H:%M:%S ", time.gmtime(at[0] + zone_s(at[1]))) + at[1]


def iso(at):
    zone = at[1][:3] + ":" + at[1][3:]
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at[0] + zone_s(at[1]))) + zone


def utc(at):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at[0]))


class Part:
    """One variable: how it is spelled in both servers, what it writes, the field it gives, whether spaces are in it."""

    def __init__(self, field, nginx, apache, value, read=None, spaces=False, write=None):
        self.field, self.nginx, self.apache, self.value = field, nginx, apache, value
        self.spaces, self.write = spaces, write or (lambda text: text)
        self.read = read or (lambda text: None if text == "-" else text)


def whole(text):
    return None if text == "-" else int(text)


PARTS = [
    Part("host", "$remote_addr", "%h", HOSTS),
    Part("vhost", "$host", "%v", NAMES),
    Part("user", "$remote_user", "%u", pick("-", "frank", "a.b@c", "")),
    Part("status", "$status", "%>s", pick("200", "404", "503", "101"), whole),
    Part("bytes", "$body_bytes_sent", "%B", number(0, 10**9), whole),
    Part("bytes_sent", "$bytes_sent", "%O", number(0, 10**6), whole),
    Part("request_length", "$request_length", "%I", number(0, 10**6), whole),
    Part("port", "$server_port", "%{local}p", pick("80", "443"), whole),
    Part("scheme", "$scheme", "%{REQUEST_SCHEME}e", pick("http", "https")),
    Part("tls", "$ssl_protocol", "%{SSL_PROTOCOL}x", pick("TLSv1.3", "-")),
    Part("request_time", "$request_time", None, seconds, summed),
    Part("request_time", None, "%D", number(0, 10**7), lambda text: int(text) / 1e6),
    Part("request_time", None, "%{ms}T", number(0, 10**5), lambda text: int(text) / 1e3),
    Part("upstream_time", "$upstream_response_time", None, times, summed),
    Part("upstream_header_time", "$upstream_header_time", None, times, summed),
    Part("cache", "$upstream_cache_status", None, pick("HIT", "MISS", "-", "")),
    Part("request_id", "$request_id", "%{UNIQUE_ID}e", pick("5c1fcf8b0a6a4b27", "-", "")),
    Part(None, "$gzip_ratio", "%k", pick("-", "3", "12")),
    Part(None, "$pid", "%P", number(1, 99999)),
    Part(None, "$connection_requests", "%{tid}P", number(1, 99)),
]
TEXTS = [
    Part("agent", "$http_user_agent", "%{User-Agent}i", AGENTS, spaces=True),
    Part("referrer", "$http_referer", "%{Referer}i", pick("-", "http://x/?a=b c", 'http://"x"/'), spaces=True),
    Part("forwarded_for", "$http_x_forwarded_for", "%{X-Forwarded-For}i", pick("-", "192.0.2.1", "192.0.2.1, ::1"),
         spaces=True),
    Part(None, "$http_cookie", "%{Cookie}i", pick("-", "a=b; c=d", '"'), spaces=True),
]
REQUESTS = [
    [Part("request", "$request", "%r", request, spaces=True)],
    [Part("method", "$request_method", "%m", METHODS), Part("path", "$request_uri", None, PATHS),
     Part("protocol", "$server_protocol", "%H", PROTOCOLS)],
]
TIMES = {"nginx": [("[$time_local]", lambda at: f"[{clf(at)}]"), ("$time_iso8601", iso), ("$msec", lambda at: f"{at[0]}.000")],
         "apache": [("%t", lambda at: f"[{clf(at)}]"), ("%{sec}t", lambda at: str(at[0])),
                    ("[%{%Y-%m-%dT%H:%M:%S%z}t]", lambda at: f"[{iso(at)[:-3]}{iso(at)[-2:]}]")]}


def escaped(text, how):
    if how == "json":
        return json.dumps(text, ensure_ascii=False)[1:-1]
    out = []
    for byte in text.encode():
        if how == "apache":
            out.append("\\" + chr(byte) if byte in b'"\\' else chr(byte) if 32 <= byte < 127 else f"\\x{byte:02x}")
        else:
            out.append(f"\\x{byte:02X}" if byte in b'"\\' or not 32 <= byte < 127 else chr(byte))
    return "".join(out)


class Made:
    """A format and the way to write lines by it."""

    def __init__(self, dice):
        self.how = dice.choice(("nginx", "apache", "json"))
        self.server = "apache" if self.how == "apache" else "nginx"
        self.between = dice.choice((" ", " ", " ", "\t", "|", ";", " | ", ","))
        self.parts, self.pieces = [], []
        for part in self.choose(dice):
            self.add(part, dice)
        where = dice.randint(0, len(self.pieces))
        spelled, self.clock = dice.choice(TIMES[self.server])
        self.parts.insert(where, None)
        self.pieces.insert(where, spelled)

    def choose(self, dice):
        some = [one for one in PARTS if getattr(one, self.server)]
        parts = dice.sample(some, dice.randint(2, 8))
        parts += dice.sample(TEXTS, dice.randint(0, 3)) if dice.random() < 0.8 else []
        parts += [one for one in dice.choice(REQUESTS) if getattr(one, self.server)]
        seen, kept = set(), []
        for one in parts:
            if one.field is None or one.field not in seen:
                kept.append(one)
            seen.add(one.field)
        dice.shuffle(kept)
        return kept

    def add(self, part, dice):
        spelled = getattr(part, self.server)
        quoted = part.spaces or dice.random() < 0.15 or part.value is PATHS or part.value is times
        bracketed = not quoted and dice.random() < 0.1
        named = dice.choice(("", "", "", "x=")) if self.between == " " else ""
        self.parts.append(part)
        self.pieces.append(named + (f'"{spelled}"' if quoted else f"[{spelled}]" if bracketed else spelled))

    def spec(self):
        text = self.between.join(self.pieces)
        if self.how == "json":
            return "log_format x escape=json '" + text.replace("\t", "\\t") + "';"
        return text.replace("\t", "\\t")

    def line(self, dice):
        at = moment(dice)
        want, out = {"time": utc(at)}, []
        for part, piece in zip(self.parts, self.pieces):
            if part is None:
                out.append(self.clock(at))
                continue
            text = part.value(dice)
            if self.how == "json" and text == "-":
                text = ""
            if part.field:
                want[part.field] = None if self.how == "json" and text == "" else part.read(text)
            out.append(piece.replace(getattr(part, self.server), escaped(text, self.how)))
        if want.get("request"):
            want["method"], want["path"], want["protocol"] = want["request"].split(" ")
        return self.between.join(out), want


class MadeFormats(unittest.TestCase):
    def check(self, made, dice):
        lines = [made.line(dice) for _ in range(LINES)]
        log = "".join(line + "\n" for line, _ in lines)
        code, out, err = run("parse", "-F", made.spec(), "-", stdin=log.encode())
        self.assertEqual(code, 0, (made.spec(), err))
        for row, (line, want) in zip(out.decode().splitlines(), lines, strict=True):
            got = json.loads(row)
            wrong = {key: (got.get(key, "absent"), value) for key, value in want.items() if got.get(key, "absent") != value}
            self.assertFalse(wrong or not got["ok"], f"{made.spec()}\n{line}\n{wrong}\n{row}")

    def test_every_value_comes_back(self):
        for seed in range(FORMATS):
            dice = random.Random(seed)
            with self.subTest(seed=seed):
                self.check(Made(dice), dice)


if __name__ == "__main__":
    unittest.main()
