"""Five hundred alert rules as somebody might have them, for tools/bench/run: made from a log, so that they are about
its sections, paths and addresses, with levels that it hardly ever goes beyond."""
import collections
import random
import re

COUNT = 500
LINE = re.compile(r'(\S+) \S+ \S+ \[([^]]+)\] "(\S+) (\S+)[^"]*" (\d+) (\S+)')
WINDOWS = {"1m": 60, "2m": 120, "5m": 300, "10m": 600, "15m": 900, "30m": 1800, "1h": 3600}
METRICS = ("hits", "errors", "client_errors", "bytes", "visitors", "request_time")  # the first four: sums
SAMPLE = 100_000  # lines from the middle of the log, that levels are taken from

Hit = collections.namedtuple("Hit", "second host method path section status bytes")


def sample(log):
    """Hits that stand together in the middle of a log."""
    hits, first = [], None
    with open(log, "rb") as f:
        f.seek(0, 2)
        f.seek(f.tell() // 3)
        f.readline()
        for _ in range(SAMPLE):
            got = LINE.match(f.readline().decode("utf-8", "replace"))
            if not got:
                continue
            host, when, method, path, status, size = got.groups()
            clock = [int(part) for part in when.split(" ")[0].split(":")[1:]]
            second = clock[0] * 3600 + clock[1] * 60 + clock[2]
            first = second if first is None else first
            section = "/" + path.split("?")[0].lstrip("/").split("/")[0]
            hits.append(Hit(second - first, host, method, path, section, int(status), int(size) if size.isdigit() else 0))
    return hits


class Chosen:
    """Hits that a filter lets through, and what they come to in their fullest window."""
    span = 3600  # seconds of the sample

    def __init__(self, hits):
        self.hits, self.seconds = hits, None

    def most(self, metric, window):
        if window > self.span / 2:  # the sample is not that long
            return self.most(metric, self.span // 2) * window // (self.span // 2)
        if metric == "visitors":
            people = collections.defaultdict(set)
            for h in self.hits:
                people[h.second // window].add(h.host)
            return max((len(p) for p in people.values()), default=0)
        if self.seconds is None:
            self.seconds = {name: collections.Counter() for name in ("hits", "bytes", "errors", "client_errors")}
            for h in self.hits:
                self.seconds["hits"][h.second] += 1
                self.seconds["bytes"][h.second] += h.bytes
                self.seconds["errors"][h.second] += h.status >= 500
                self.seconds["client_errors"][h.second] += 400 <= h.status < 500
        sums = collections.Counter()
        for second, amount in self.seconds[metric].items():
            sums[second // window] += amount
        return max(sums.values(), default=0)


class Each:
    """The same for the fullest of several."""

    def __init__(self, parts):
        self.parts = parts

    def most(self, metric, window):
        return max(part.most(metric, window) for part in self.parts)


class Maker:
    def __init__(self, log, seed, over=3):
        self.random = random.Random(seed)
        self.over = over  # levels are so many times what the sample comes to
        self.hits = sample(log)
        self.all = Chosen(self.hits)
        Chosen.span = max(2, self.hits[-1].second)
        self.rules = ["alerts:", "  - {name: high traffic, metric: hits, above: 100000/s, window: 2m}"]
        self.indexed = {}
        for field in ("section", "host"):
            self.indexed[field] = by = collections.defaultdict(list)
            for h in self.hits:
                by[getattr(h, field)].append(h)

    def common(self, field):
        """Values of a field, the most common ones first."""
        return sorted(self.indexed[field], key=lambda v: -len(self.indexed[field][v]))

    def add(self, metric, where="", chosen=None, per=None, window=None):
        """One rule; `chosen`: the hits it is about."""
        name = window or self.random.choice(list(WINDOWS))
        seconds, number = WINDOWS[name], len(self.rules) - 1
        chosen = chosen or self.all
        of_all = not where.startswith("status") and not per  # some are nothing but errors
        if metric == "request_time":
            level = f"p95 {2 + number % 97}s, at_least: 20"
        elif metric in ("errors", "client_errors") and number % 2 and of_all:
            level = f"{90 + number % 9}.{number % 10}%, at_least: {100 + number}"
        elif metric == "visitors":
            level = f"{int(chosen.most(metric, seconds) * self.over) + 30 + number % 7}"
        else:
            full = chosen.most(metric, seconds)
            spare = 2_000_000 if metric == "bytes" else 20
            level = f"{(full * self.over + spare + number % 7) / seconds:.4f}/s"
        text = f"name: rule {number}, metric: {metric}, above: {level}, window: {name}"
        text += f", where: '{where}'" if where else ""
        text += f", per: {per}" if per else ""
        self.rules.append("  - {" + text + "}")

    def section(self):
        names = self.common("section")
        if self.random.random() < 0.5:
            return self.random.choice(names)
        return names[int(len(names) * self.random.random() ** 3)]

    def of_section(self, metric, name, and_also="", keep=lambda h: True):
        chosen = Chosen([h for h in self.indexed["section"][name] if keep(h)])
        self.add(metric, f'section = "{name}"' + and_also, chosen)

    def of_path(self, pattern):
        look = re.compile(pattern)
        chosen = Chosen([h for h in self.hits if look.search(h.path)])
        self.add(self.random.choice(("hits", "errors", "client_errors", "bytes")), f'path ~ "{pattern}"', chosen)

    def write(self, path):
        with open(path, "w") as out:
            out.write("\n".join(self.rules[:COUNT + 1]) + "\n")


def plain(log, path):
    """Nothing but thresholds on all hits; like those of the next two so high that nothing fires."""
    m = Maker(log, 3, 30)
    for _ in range(COUNT):
        m.add("hits")
    m.write(path)


def sections(log, path):
    """Hits of a section each."""
    m = Maker(log, 4, 30)
    names = m.common("section")
    for i in range(COUNT):
        m.of_section("hits", names[i % len(names)])
    m.write(path)


def pairs(log, path):
    """A section and a method each, in four metrics."""
    m = Maker(log, 5, 30)
    names = m.common("section")
    for i in range(COUNT):
        method = ("GET", "POST")[i // 4 % 2]
        m.of_section(METRICS[i % 4], names[i // 8 % len(names)], f" and method = {method}",
                     lambda h, method=method: h.method == method)
    m.write(path)


def spread(log, path):
    """All sorts: most are about one section each, the rest about paths, addresses, statuses, methods."""
    m = Maker(log, 1)
    for i in range(300):
        m.of_section(METRICS[i % len(METRICS)], m.section())
    for _ in range(60):
        m.of_section("hits", m.section(), " and status >= 500", lambda h: h.status >= 500)
    for _ in range(40):
        m.of_section("hits", m.section(), " and method = POST", lambda h: h.method == "POST")
    for name in [s for s in m.common("section") if re.fullmatch("/[a-z0-9-]+", s)][:40]:
        m.of_path(f"^{name}/[a-z]*{m.random.choice('abcdeflmnoprst')}")
    for pattern in ("[.](php|env|bak)$", "wp-(login|admin)", "[?&]limit=[0-9]{4,}", "/[0-9]{6,}$", "[.][a-f0-9]{6}[.]js$",
                    "^/(api|v1|v2)/", "[.](png|jpe?g|gif)$", "(?i)select.+from", "/[.]git", "%[0-9a-f]{2}"):
        m.of_path(pattern)
    for host in m.common("host")[:30]:
        m.add(m.random.choice(("hits", "client_errors", "bytes")), f'host = "{host}"', Chosen(m.indexed["host"][host]))
    for status in ("404", "401", "301", "5xx"):
        m.add("hits", f"status = {status}", Chosen([h for h in m.hits if str(h.status).startswith(status.rstrip("x"))]))
    for method in ("POST", "PUT", "DELETE", "HEAD"):
        m.add("visitors", f"method = {method}", Chosen([h for h in m.hits if h.method == method]))
    each = Each([Chosen(hits) for hits in m.indexed["section"].values()])
    for i in range(11):
        m.add(("hits", "errors", "client_errors", "bytes")[i % 4], "method = POST" if i % 5 == 4 else "", each, "section")
    m.add("hits", "status = 401", Chosen([h for h in m.hits if h.status == 401]), "address")
    m.write(path)


def dense(log, path):
    """Every line is counted by many: filters that let most of them through, under all metrics and windows."""
    m = Maker(log, 2)
    busy = m.common("section")[:12]
    filters = [("", lambda h: True), ("method = GET", lambda h: h.method == "GET"), ("method != GET", lambda h: h.method != "GET"),
               ("status < 400", lambda h: h.status < 400), ("status >= 400", lambda h: h.status >= 400),
               ("status = 200", lambda h: h.status == 200), ("not status = 304", lambda h: h.status != 304),
               ("bytes > 1000", lambda h: h.bytes > 1000), ("bytes > 10000", lambda h: h.bytes > 10000),
               ("bytes < 100000", lambda h: h.bytes < 100000), ('path ~ "^/[a-m]"', lambda h: re.match("/[a-m]", h.path)),
               ('path ~ "^/[n-z]"', lambda h: re.match("/[n-z]", h.path)), ('path !~ "[.]css$"', lambda h: not h.path.endswith(".css")),
               ('host ~ "^[1-9]+[.]"', lambda h: re.match("[1-9]+[.]", h.host)), ('host ~ ":"', lambda h: ":" in h.host),
               ("method = GET and status < 400", lambda h: h.method == "GET" and h.status < 400),
               ("method = GET and bytes > 5000", lambda h: h.method == "GET" and h.bytes > 5000)]
    filters += [(f'section != "{s}"', lambda h, s=s: h.section != s) for s in busy]
    filters += [(f'section = "{s}" and status < 400', lambda h, s=s: h.section == s and h.status < 400) for s in busy]
    chosen = [Chosen([h for h in m.hits if keep(h)]) for _, keep in filters]
    for i in range(COUNT):
        at = i % len(filters)
        metric = METRICS[(i // len(filters) + at) % len(METRICS)]
        m.add(metric, filters[at][0], chosen[at], window=list(WINDOWS)[i % len(WINDOWS)])
    m.write(path)
