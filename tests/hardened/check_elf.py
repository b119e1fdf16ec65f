#!/usr/bin/env python3
"""check_elf.py - the shipped programs carry the protections that the release preset promises, and
load nothing but what the "run" section of tools/packages brings.

Run by ctest in hardened builds only. Usage: check_elf.py PROGRAM...
"""
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
WITH_THE_SYSTEM = {"libc6", "libgcc-s1"}


def output(*command):
    env = {**os.environ, "LC_ALL": "C"}
    return subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout


def protections(program):
    """What is missing, as (name, whether it is there)."""
    segments = output("readelf", "-lW", program)
    dynamic = output("readelf", "-dW", program)
    symbols = output("readelf", "-sW", "--dyn-syms", program)
    stack = re.search(r"GNU_STACK.*", segments)
    yield "position independent", "DYN (" in segments and "INTERP" in segments
    yield "read-only relocations", "GNU_RELRO" in segments
    yield "all symbols bound at start", "BIND_NOW" in dynamic
    yield "stack without execute permission", bool(stack) and "E" not in stack.group().split()[-2]
    yield "no library path of its own", "RPATH" not in dynamic and "RUNPATH" not in dynamic
    yield "no relocations in code", "TEXTREL" not in dynamic
    yield "stack protector", "__stack_chk_fail" in symbols
    yield "fortified library calls", re.search(r"__\w+_chk\b", symbols.replace("stack_chk", ""))
    if platform.machine() == "x86_64":
        start = output("objdump", "-d", "--no-show-raw-insn", "--disassemble=main", program)
        yield "control-flow protection", "endbr64" in start


def late_libraries():
    """Those that are loaded when something needs them, as the modules in src name them."""
    for module in sorted(SOURCE.glob("src/**/*_late.c")):
        yield re.search(r'\bLATE\("([^"]+)"', module.read_text(encoding="utf-8")).group(1)


def strange_libraries(program):
    """Libraries of no package in the run section."""
    lines = (SOURCE / "tools/packages").read_text(encoding="utf-8").splitlines()
    allowed = {words[1] for words in map(str.split, lines) if words[:1] == ["run"]}
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", output("readelf", "-dW", program))
    paths = dict(re.findall(r"^\s*(\S+) => (/\S+)", output("ldd", program), re.M))
    paths.update((name, late_path(name)) for name in late_libraries())
    for name in [*needed, *late_libraries()]:
        path = paths.get(name, name)
        if name.startswith("ld-linux"):
            continue
        owners = set()
        for spelled in {path, os.path.realpath(path), path.removeprefix("/usr"), "/usr" + path}:
            found = subprocess.run(["dpkg", "-S", spelled], capture_output=True, text=True)
            owners |= {line.split(":")[0] for line in found.stdout.splitlines()}
        if not owners & (allowed | WITH_THE_SYSTEM):
            yield f"{name} (of {', '.join(sorted(owners)) or 'no package'})"


def late_path(name):
    """Where the loader finds the library."""
    return re.search(rf"^\s*{re.escape(name)} \(.*=> (/\S+)", output("/sbin/ldconfig", "-p"), re.M).group(1)


def other_versions():
    """Late libraries whose interface is not the one that the headers here belong to."""
    for name in late_libraries():
        stem = name.split(".so")[0] + ".so"
        linked = Path(output("gcc", f"-print-file-name={stem}").strip())  # a library, or a text that names it
        if name.encode() not in linked.read_bytes():
            yield f"{name} is loaded, but {stem} is another"


def main():
    wrong = []
    for program in sys.argv[1:]:
        name = os.path.basename(program)
        wrong += [f"{name}: {what} is missing" for what, there in protections(program) if not there]
        wrong += [f"{name}: {what} is not in the run section of tools/packages"
                  for what in strange_libraries(program)]
    wrong += other_versions()
    for line in wrong:
        print(line)
    print(f"{len(sys.argv) - 1} programs, {len(wrong)} found wrong")
    return 1 if wrong or len(sys.argv) < 2 else 0


sys.exit(main())
