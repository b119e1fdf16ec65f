"""certificates.py - certificates that nobody, or an authority of the test's own, vouches for."""
import ssl
import subprocess
import unittest


def openssl(*args):
    try:
        subprocess.run(["openssl", *args], check=True, capture_output=True)
    except FileNotFoundError as missing:
        raise unittest.SkipTest("openssl is not installed") from missing


def certificate_for(folder, name):
    """A self-signed one: (certificate, key)."""
    paths = folder.file("cert.pem"), folder.file("key.pem")
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
            "-addext", "subjectAltName=IP:127.0.0.1", "-out", paths[0], "-keyout", paths[1])
    return paths


class Authority:
    """A certificate authority of the test's own: `file` is what trusts it, sign() gives (certificate, key)."""

    def __init__(self, folder):
        self.folder, self.file = folder, folder.file("ca.pem")
        self.key = folder.file("ca.key")
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test CA",
                "-addext", "keyUsage=critical,keyCertSign", "-out", self.file, "-keyout", self.key)

    def sign(self, names):
        request, certificate, key = (self.folder.file(f"server.{end}") for end in ("csr", "pem", "key"))
        extensions = self.folder.file("extensions", f"subjectAltName={names}\n")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=server", "-out", request,
                "-keyout", key)
        openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self.key,
                "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", certificate)
        return certificate, key


def tls_context(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context
