"""What clients write into a log neither runs nor forges anything, by whatever channel it is told."""
import email
import email.policy
import json
import os
import sys
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.environ["SPATE_SOURCE_DIR"], "tests", "app"))
from notified import Site, told, wait
from receivers import Http, Journal
from smtp_sink import Smtp
from spate_run import Folder, Watch


class Injection(unittest.TestCase):
    PAYLOADS = ["$(touch${IFS}canary)", "`touch${IFS}canary`", "-oProxyCommand=x", "a\\r\\nBcc:v@example.com",
                "';touch${IFS}canary;'", "|touch${IFS}canary", "<!channel>", "%0aX", "\\x0d\\x0aBcc:v@example.com",
                "\\x0aPRIORITY=0\\x0aMESSAGE=forged", "\\x1b[31mred\\x07", "\\x00nul", "\u202eevil",
                "\x1b[31mraw\x07", "raw\0nul", "raw\rreturn", "\x9b31m",
                "\\x22}],\\x22alerts\\x22:[{\\x22state\\x22:\\x22forged"]

    def test_no_field_of_a_line_is_run_or_forges_anything(self):
        # Also the names of rules, which whoever writes the configuration may have pasted from anywhere.
        forged = "$(touch canary)`touch canary`<!here>\"'Bcc: v@x.y"
        rules = [{"name": f"{per} {forged}", "above": "1/s", "window": "2s", "per": per}
                 for per in ("section", "address", "vhost")]
        with (Folder() as f, Http() as hook, Http() as chat, Http() as manager, Smtp() as mail,
              Journal(f) as journal, ThreadPoolExecutor() as pool):
            count = len(self.PAYLOADS) * 3
            out = f.file("out")
            program = f.file("program", f"#!/bin/sh\ncat >> {out}\n")
            os.chmod(program, 0o755)
            site = Site(f, [{"kind": "exec", "command": [program]},
                            {"kind": "webhook", "url": hook.url},
                            {"kind": "slack", "url": chat.url},
                            {"kind": "alertmanager", "url": manager.url},
                            {"kind": "journal", "recoveries": False},
                            {"kind": "mail", "url": mail.url, "from": "s@example.com",
                             "to": "o@example.com"}], rules)
            entries = pool.submit(lambda: [journal.entry() for _ in range(count)])
            with Watch("-F", "vhost_combined", *site.args,
                       env={**os.environ, "SPATE_JOURNAL_SOCKET": journal.path}) as w:
                w.until(lambda _: w.updates(), "the start")
                when = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(time.time() + 1))
                with open(site.log, "a") as log:
                    for p in self.PAYLOADS:
                        log.write(f'{p}:80 {p} - {p} [{when}] "{p} /{p} {p}" 200 1 "{p}" "{p}"\n')
                        log.write(f'{p}:80 {p} - {p} [{when}] "GET /{p} {p}" 200 1 "{p}" "{p}"\n' * 10)
                wait(w, lambda: len(told(hook)) >= count, "all alerts")
                wait(w, lambda: chat.taken and mail.mails and manager.taken and os.path.exists(out),
                     "all channels")
                wait(w, entries.done, "the journal")
                w.stop()
            for place in ("/", os.getcwd(), f.path):
                self.assertFalse(os.path.exists(os.path.join(place, "canary")))
            causes = {(c["by"], c["name"]) for r in hook.taken for a in r.alerts() for c in a["cause"]}
            for by in ("address", "agent", "referrer", "section"):
                found = {name.lstrip("/") for what, name in causes if what == by}
                self.assertTrue(any("touch${IFS}canary" in name for name in found), (by, found))
            self.assertEqual({a["rule"][-len(forged):] for r in hook.taken for a in r.alerts()}, {forged})
            names = {name for _, name in causes}
            groups = {(a["per"], a["of"]) for r in hook.taken for a in r.alerts()}
            self.assertEqual(len(groups), count)
            groups = {of for _, of in groups}
            self.assertLessEqual({"\x1b[31mraw\x07", "raw\0nul", "raw\rreturn", "\u202eevil"}, groups)
            names |= groups
            self.assertTrue(any("touch${IFS}canary" in n for n in names))
            for m in mail.mails:
                self.assertEqual(m.to, [b"<o@example.com>"])
                head = m.data.split(b"\r\n\r\n")[0]
                self.assertNotIn(b"\nBcc", head)
            texts = [r.json()["text"] for r in chat.taken]
            texts += [email.message_from_bytes(m.data, policy=email.policy.default).get_content()
                      for m in mail.mails]
            for text in texts:
                self.assertNotRegex(text.replace("\r\n", "\n"), "[\0-\x09\x0b-\x1f\x7f\u202e]")
            self.assertNotIn("<!", "".join(texts[:len(chat.taken)]))
            for a in (a for r in manager.taken for a in r.json()):
                self.assertEqual(set(a), {"labels", "annotations", "startsAt", "endsAt"})
                self.assertLessEqual(set(a["labels"]), {"alertname", "job", "instance", "per", "of"})
            for entry in entries.result():
                self.assertEqual((entry["PRIORITY"], entry["SPATE_STATE"]), (b"4", b"firing"))
                self.assertNotIn(b"\n", entry["MESSAGE"])
                self.assertNotIn(b"\x1b", entry["MESSAGE"])
            states = {a["state"] for r in hook.taken for a in r.alerts()}
            self.assertLessEqual(states, {"firing", "recovered"})
            with open(out) as read:
                for one in read:
                    self.assertIn("alerts", json.loads(one))


if __name__ == "__main__":
    unittest.main()
