"""smtp_sink.py - a mail server that keeps what it gets, dawdles, refuses, speaks TLS."""
import socketserver
import threading

from certificates import tls_context


class Mail:
    def __init__(self, sender, to, data):
        self.sender, self.to, self.data = sender, to, data


class SmtpHandler(socketserver.StreamRequestHandler):
    """Commands are noted as (line, it came over TLS)."""

    def setup(self):
        self.secure = self.server.tls == "smtps"
        if self.secure:
            self.request = self.server.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self):
        super().finish()
        self.request.close()

    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def dawdle(self, stage):
        if self.server.dawdles == stage:
            self.server.over.wait(60)

    def start_tls(self):
        self.say("220 go on")
        self.request = self.server.context.wrap_socket(self.request, server_side=True)
        super().setup()
        self.secure = True

    def greet(self):
        self.say("250-sink")
        if self.server.tls == "starttls" and not self.secure:
            self.say("250-STARTTLS")
        self.say("250-AUTH PLAIN")
        self.say("250 8BITMIME")

    def take(self):
        self.say("354 go on")
        data = b""
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            data += line[1:] if line.startswith(b"..") else line
        self.dawdle("data")
        if self.server.verdict.startswith("250"):
            self.server.mails.append(Mail(self.sender, self.to, data))
        self.say(self.server.verdict)

    def handle(self):
        self.dawdle("greeting")
        self.say("220 sink")
        while raw := self.rfile.readline():
            self.server.commands.append((raw, self.secure))
            word = raw.strip().upper()
            if word.startswith(b"EHLO"):
                self.greet()
            elif word == b"STARTTLS":
                self.start_tls()
            elif word.startswith(b"AUTH PLAIN"):
                self.say("235 ok" if b" " in word[5:] else "334 ")
            elif word.startswith(b"MAIL FROM:"):
                self.sender, self.to = raw.strip()[10:], []
                self.say("250 ok")
            elif word.startswith(b"RCPT TO:"):
                bad = self.server.refused and self.server.refused in raw
                if not bad:
                    self.to.append(raw.strip()[8:])
                self.say("550 no such user" if bad else "250 ok")
            elif word == b"DATA":
                self.take()
            elif word == b"QUIT":
                self.dawdle("quit")
                self.say("221 bye")
                return
            else:
                self.say("235 ok" if raw.strip() else "250 ok")


class QuietSmtp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_):
        pass


class Smtp:
    """dawdles: says nothing for a minute at the "greeting", behind the "data" or at "quit"."""

    def __init__(self, refused=None, dawdles=None, verdict="250 taken", tls=None, certificate=None):
        self.server = QuietSmtp(("127.0.0.1", 0), SmtpHandler)
        self.server.mails, self.server.commands, self.server.refused = [], [], refused
        self.server.dawdles, self.server.verdict, self.server.tls = dawdles, verdict, tls
        self.server.over = threading.Event()
        self.server.context = certificate and tls_context(certificate)
        scheme = "smtps" if tls == "smtps" else "smtp"
        self.url = f"{scheme}://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.over.set()
        self.server.shutdown()
        self.server.server_close()

    @property
    def mails(self):
        return list(self.server.mails)

    def said(self, word):
        """The commands with that word, each with whether it came over TLS."""
        return [(line, secure) for line, secure in self.server.commands if word in line.upper()]
