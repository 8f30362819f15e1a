"""Prints a mailbox as JSON: port, CA file, user, password, mailbox."""
import hashlib
import imaplib
import json
import re
import ssl
import sys

port, ca, user, password, mailbox = sys.argv[1:]
client = imaplib.IMAP4_SSL("localhost", int(port), ssl_context=ssl.create_default_context(cafile=ca))
client.login(user, password)
client.select('"%s"' % mailbox, readonly=True)
validity = int(client.response("UIDVALIDITY")[1][0])
messages = []
_, answers = client.uid("FETCH", "1:*", "(UID FLAGS BODY.PEEK[])")
for answer in answers:
    if not isinstance(answer, tuple):
        continue
    head, body = answer
    head = head.decode()
    flags = [f for f in re.search(r"FLAGS \(([^)]*)\)", head).group(1).split() if f != "\\Recent"]
    messages.append({
        "UID": int(re.search(r"UID (\d+)", head).group(1)),
        "SHA256": hashlib.sha256(body).hexdigest(),
        "Size": len(body),
        "Flags": flags,
    })
json.dump({"Validity": validity, "Messages": messages}, sys.stdout)
