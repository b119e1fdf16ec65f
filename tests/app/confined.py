"""confined.py STATE PROGRAM [ARGUMENT]... - runs a program as tools/spate.service lets systemd run it, where there is no
systemd: a user of its own with group adm, no capability, a system to read only but for STATE, of /proc the processes
alone, memory never both written and run, and the system calls of the unit's filter. Only for root."""
import ctypes
import grp
import os
import re
import struct
import subprocess
import sys

UNIT = os.path.join(os.environ["SPATE_SOURCE_DIR"], "tools", "spate.service")
USER = 64123
MS_RDONLY, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 32, 4096, 16384, 1 << 18
CLONE_NEWNS = 0x20000
PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_SET_MDWE = 22, 24, 38, 65
libc = ctypes.CDLL(None, use_errno=True)


def check(result, what):
    if result != 0:
        raise OSError(ctypes.get_errno(), what)


def mount(source, target, kind, flags, data=None):
    check(libc.mount(source.encode(), target.encode(), kind and kind.encode(), ctypes.c_ulong(flags), data), f"mount {target}")


def members(group):
    """The system calls of a group as systemd names it."""
    said = subprocess.run(["systemd-analyze", "syscall-filter", group], capture_output=True, text=True, check=True).stdout
    calls = set()
    for word in (one.strip() for one in said.splitlines()[1:]):
        if word.startswith("@"):
            calls |= members(word)
        elif word and not word.startswith("#"):
            calls.add(word)
    return calls


def allowed():
    """What the filters of the unit leave."""
    calls = set()
    with open(UNIT, encoding="utf-8") as unit:
        for words in re.findall(r"^SystemCallFilter=(.*)$", unit.read(), re.M):
            named = set().union(*(members(word) for word in words.lstrip("~").split()))
            calls = calls - named if words.startswith("~") else calls | named
    return calls


def program_of(calls):
    """For the kernel: these, else EPERM."""
    with open("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", encoding="ascii") as header:
        numbers = {name: int(n) for name, n in re.findall(r"#define __NR_(\w+) (\d+)", header.read())}
    allow, refuse = 0x7FFF0000, 0x00050001
    code = [(0x20, 0, 0, 0)]
    for n in sorted(numbers[c] for c in calls | {"execve"} if c in numbers):
        code += [(0x15, 0, 1, n), (0x06, 0, 0, allow)]
    return code + [(0x06, 0, 0, refuse)]


def filter_calls(code):
    room = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *one) for one in code))
    head = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(code), ctypes.addressof(room)))
    check(libc.prctl(PR_SET_SECCOMP, 2, ctypes.byref(head), 0, 0), "seccomp")


def main():
    state, code = sys.argv[1], program_of(allowed())  # that user may not be able to read Python's own files
    check(libc.unshare(CLONE_NEWNS), "unshare")
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    mount(state, state, None, MS_BIND)
    mount("none", "/", None, MS_REMOUNT | MS_BIND | MS_RDONLY)
    mount("proc", "/proc", "proc", 0, b"hidepid=invisible,subset=pid")
    os.chown(state, USER, USER)
    for capability in range(64):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    os.setgroups([grp.getgrnam("adm").gr_gid])
    os.setresgid(USER, USER, USER)
    os.setresuid(USER, USER, USER)
    check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    libc.prctl(PR_SET_MDWE, 1, 0, 0, 0)  # newer kernels alone have it
    filter_calls(code)
    os.execv(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
