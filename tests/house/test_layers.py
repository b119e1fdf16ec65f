#!/usr/bin/env python3
"""test_layers.py - the layers are law: fails on an include that breaks the layer table, on a
foreign header outside its one home, on a header without a guard, and on two functions of one
name, of which the linker would silently take whichever library comes first.

The table is read from the spate_layer() lines of CMakeLists.txt, so that the link graph and the
include graph cannot drift apart. Each run first plants violations in a folder of its own and
checks that they are found. Usage: test_layers.py [SOURCE-FOLDER]
"""
import os
import re
import sys
import tempfile
from pathlib import Path

# Headers that are not ours and not the C library's, each with the one place it may be used in:
# a layer, or the beginning of file names in a layer.
HOMES = [
    (r"(n?curses|term|panel)\.h|ncursesw?/.*", ["render/curses"]),
    (r"pcre2.*\.h", ["parse/pattern", "parse/readers/pattern"]),
    (r"zlib\.h|zstd.*\.h", ["source"]),
    (r"sys/inotify\.h", ["source/watch", "source/track_events.", "source/os_real"]),
    (r"xxh.*\.h", ["base"]),
    (r"sqlite3.*\.h", ["store"]),
    (r"curl/.*", ["source/probe", "notify/transfer", "notify/curl_late"]),
    (r"nettle/.*", ["notify"]),
    (r"libfyaml.*\.h", ["app"]),
    (r"microhttpd.*\.h", ["render/web"]),
    (r"maxminddb.*\.h", ["source"]),
]

# include/render/*.h are the interfaces of the renderers: a layer above their folders that may use
# what all of them may. app uses them all, a renderer those it implements.
IMPLEMENTS = {"console": "render/curses"}  # the others: every renderer but that one

# Texts that are compiled once for each way to search, hence without a guard.
TEMPLATES = {"src/parse/head_body.h", "src/parse/head_run.h", "src/parse/head_tail.h"}

# What comes with the compiler and the C library may be used everywhere.
FREE = set("""
    aio assert complex cpuid ctype dirent dlfcn endian err errno execinfo fcntl fenv float
    fnmatch getopt glob grp inttypes iso646 langinfo limits locale malloc math
    mqueue netdb nl_types poll pthread pty pwd regex sched search semaphore setjmp
    signal spawn stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib
    stdnoreturn string strings syslog termios threads time ucontext uchar unistd utime utmp
    wchar wctype wordexp
""".split())
FREE_FOLDERS = ("sys/", "linux/", "net/", "netinet/", "arpa/", "asm/", "bits/")

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]*)"|<([^>]*)>)', re.M)
# A function that leaves its file, as the house style lays it out.
FUNCTION = re.compile(r"^(?!static\b)[a-z][\w \t*]*?\b(\w+)\([^;{}]*\)\n\{", re.M)
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)


def layer_table(cmake):
    """The layers of CMakeLists.txt and what each may include."""
    table = {}
    for body in re.findall(r"^spate_layer\(([^)]*)\)", cmake, re.M):
        words = body.split()
        may, taking = set(), False
        for word in words[1:]:
            if word.isupper() and len(word) > 1:
                taking = word == "MAY"
            elif taking:
                may.add(word.replace("render_", "render/"))
        table[words[0]] = may
    add_interfaces(table)
    return table


def add_interfaces(table):
    """The layer of the headers that stand directly in include/render."""
    renderers = [name for name in table if name.startswith("render/")]
    if renderers:
        shared = set.intersection(*(table[name] for name in renderers))
        for may in table.values():
            if may & set(renderers):
                may.add("render")
        for name in renderers:
            table[name].add("render")
        table["render"] = shared


def layer_of(path, table):
    """The layer of a path below src or include ("render/curses/screen.c")."""
    fits = [name for name in table if path.startswith(name + "/")]
    return max(fits, key=len) if fits else None


def blank_comments(text):
    """Comments out, line ends kept, so that places stay right."""
    return COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)


def check_ours(root, shown, layer, name, table):
    target = layer_of(name, table)
    if target is None:
        return f'{shown}: "{name}" is in no layer (write it as "layer/name.h")'
    owner = IMPLEMENTS.get(Path(name).stem, layer)
    if target == "render" and layer.startswith("render/") and owner != layer:
        return f'{shown}: "{name}" belongs to {owner}, not to {layer}'
    if target != layer and target not in table[layer]:
        return f'{shown}: layer {layer} must not include {target} ("{name}")'
    if target != layer and not (root / "include" / name).exists():
        return f'{shown}: "{name}" is private to {target} or does not exist'
    return None


def check_foreign(shown, inside, name):
    for pattern, homes in HOMES:
        if re.fullmatch(pattern, name):
            if any(inside.startswith(home) for home in homes):
                return None
            return f"{shown}: <{name}> has its home in {' and '.join(homes)}"
    word = name.removesuffix(".h")
    if word in FREE or word.endswith("intrin") or name.startswith(FREE_FOLDERS):
        return None
    return f"{shown}: <{name}> is new here: give it a home in the table of test_layers.py"


def check_guard(shown, text, guards):
    lines = [line.split() for line in text.splitlines() if line.strip()]
    macro = lines[0][1] if lines and lines[0][0] == "#ifndef" and len(lines[0]) > 1 else None
    if macro is None or len(lines) < 3 or lines[1][:2] != ["#define", macro]:
        return f"{shown}: no header guard (#ifndef, #define of the same name)"
    if lines[-1][0] != "#endif":
        return f"{shown}: the header guard does not end with the file"
    if macro in guards:
        return f"{shown}: header guard {macro} is also that of {guards[macro]}"
    guards[macro] = shown
    return None


def check_functions(shown, layer, text, functions):
    """The generator is a program of its own, everything else is one."""
    for name in FUNCTION.findall(text):
        other = functions.setdefault((layer == "loggen", name), shown)
        if other != shown and name != "main":
            yield f"{shown}: {name}() is also that of {other}"


def check_file(root, top, path, table, guards, functions):
    inside = path.relative_to(root / top).as_posix()
    shown = f"{top}/{inside}"
    text = blank_comments(path.read_text(encoding="utf-8", errors="replace"))
    layer = layer_of(inside, table)
    if layer is None:
        yield f"{shown}: is in no layer of CMakeLists.txt"
        return
    for found in INCLUDE.finditer(text):
        place = f"{shown}:{text.count(chr(10), 0, found.start()) + 1}"
        if found.group(1) is not None:
            yield check_ours(root, place, layer, found.group(1), table)
        else:
            yield check_foreign(place, inside, found.group(2))
    if path.suffix == ".h" and shown not in TEMPLATES:
        yield check_guard(shown, text, guards)
    if path.suffix == ".c":
        yield from check_functions(shown, layer, text, functions)


def violations(root):
    """Every violation below root, and the number of files looked at."""
    table = layer_table((root / "CMakeLists.txt").read_text(encoding="utf-8"))
    found, guards, functions, files = [], {}, {}, 0
    for top in ("include", "src"):
        for path in sorted((root / top).rglob("*.[ch]")):
            files += 1
            found += [v for v in check_file(root, top, path, table, guards, functions)
                      if v]
    for layer, may in table.items():
        found += [f"CMakeLists.txt: {layer} may include {m}, which is no layer"
                  for m in sorted(may) if m not in table]
    return found, files


# ---- the check checks itself ---------------------------------------------------------------------
TABLE = """spate_layer(base HEADERS_OF libxxhash)
spate_layer(parse MAY base FOREIGN libpcre2-8)
spate_layer(render/curses MAY base
            FOREIGN ncursesw)
spate_layer(render/json MAY base)
spate_layer(app MAY base render_curses)
"""
GOOD = {
    "include/base/text.h": "/* a */\n#ifndef T_H\n#define T_H\n#include <stdint.h>\n#endif\n",
    "src/base/text.c": '#include "base/text.h"\n#include <xxhash.h>\n',
    "src/parse/pattern.c": '#include "base/text.h"\n#include <pcre2.h>\n#include "parse/own.h"\n',
    "src/parse/own.h": "#ifndef O_H\n#define O_H\n#endif /* O_H */\n",
    "include/render/console.h": '#ifndef CON_H\n#define CON_H\n#include "base/text.h"\n#endif\n',
    "src/render/curses/screen.c": '#include <ncurses.h>\n/* #include "parse/own.h" */\n'
                                  '#include "render/console.h"\n',
    "include/render/json.h": "#ifndef J_H\n#define J_H\n#endif\n",
    "src/render/curses/dump.c": '#include "render/json.h"\n',
    "src/app/main.c": '#include "render/console.h"\nstatic int twin(int a)\n{\n}\n',
    "src/render/json/twin.c": "int twin(int a)\n{\n}\nstruct t *twin_of(int a,\n  int b)\n{\n}\n",
}
BAD = [  # a file to plant, what must be said about it
    ("src/base/up.c", '#include "parse/format.h"\n', "src/base/up.c:1: layer base must not"),
    ("src/render/curses/far.h", "#ifndef C\n#define C\n\n#include <curses.h>\n"
     '#include "parse/own.h"\n#endif\n', "src/render/curses/far.h:5: layer render/curses must not"),
    ("src/render/json/draw.c", '#include "render/console.h"\n', "belongs to render/curses"),
    ("include/render/odd.h", '#ifndef D\n#define D\n#include "parse/own.h"\n#endif\n',
     "include/render/odd.h:3: layer render must not include parse"),
    ("src/parse/show.c", '#include "render/console.h"\n', "layer parse must not include render"),
    ("src/render/curses/peek.c", '#include "base/secret.h"\n', "is private to base"),
    ("src/parse/fields.c", "\n#include <pcre2.h>\n", "fields.c:2: <pcre2.h> has its home"),
    ("src/base/log.c", "# include <sqlite3.h>\n", "has its home in store"),
    ("src/base/new.c", "#include <boost.h>\n", "is new here"),
    ("src/base/flat.c", '#include "text.h"\n', "is in no layer"),
    ("src/stray/a.c", "int a;\n", "src/stray/a.c: is in no layer"),
    ("include/base/bare.h", "/* #ifndef B */\nint b;\n", "include/base/bare.h: no header guard"),
    ("include/base/wrong.h", "#ifndef A\n#define B\n#endif\n", "wrong.h: no header guard"),
    ("include/base/open.h", "#ifndef P\n#define P\n#endif\nint p;\n", "does not end with the file"),
    ("include/base/twin.h", "#ifndef T_H\n#define T_H\n#endif\n", "T_H is also that of"),
    ("src/render/curses/twin.c", "struct t *twin_of(char *a)\n{\n}\n", "twin_of() is also that of"),
]


def plant(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def self_test():
    """Says what the check would miss; an empty list is good."""
    missed = []
    for name, text, expected in [("", "", None)] + BAD:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            plant(root, {**GOOD, "CMakeLists.txt": TABLE})
            if name:
                plant(root, {name: text})
            found, _ = violations(root)
            if expected is None and found:
                missed.append(f"a good tree is refused: {found}")
            elif expected and not (len(found) == 1 and expected in found[0]):
                missed.append(f"{name}: expected one '{expected}', got {found}")
    return missed


def main():
    here = Path(__file__).resolve().parents[2]
    root = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("SPATE_SOURCE_DIR", here))
    missed = self_test()
    found, files = violations(root)
    for line in missed:
        print("self-test:", line)
    for line in found:
        print(line)
    print(f"{len(BAD)} planted violations, {files} files, {len(missed) + len(found)} found wrong")
    return 1 if missed or found or not files else 0


sys.exit(main())
