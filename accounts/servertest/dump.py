"""Prints mailboxes as JSON: port, CA file, user, password, and one mailbox; all of them without."""
import hashlib
import imaplib
import json
import re
import ssl
import sys

port, ca, user, password = sys.argv[1:5]
client = imaplib.IMAP4_SSL("localhost", int(port), ssl_context=ssl.create_default_context(cafile=ca))
client.login(user, password)


def quoted(name):
    return '"%s"' % name.replace("\\", "\\\\").replace('"', '\\"')


def dump(name):
    client.select(quoted(name), readonly=True)
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
    return {"Name": plain(name), "Validity": validity, "Messages": messages}


def plain(name):
    """Modified UTF-7 (RFC 3501, section 5.1.3) as Unicode."""
    def word(m):
        if not m.group(1):
            return "&"
        return ("+" + m.group(1).replace(",", "/") + "-").encode().decode("utf-7")
    return re.sub("&([^-]*)-", word, name)


def listed():
    for line in client.list()[1]:
        if isinstance(line, tuple):
            yield line[1].decode()
        elif line and b"\\Noselect" not in line:
            name = re.search(r'^\([^)]*\) (?:"[^"]*"|NIL) (.*)$', line.decode()).group(1)
            yield name[1:-1].replace('\\"', '"').replace("\\\\", "\\") if name.startswith('"') else name


if len(sys.argv) > 5:
    json.dump(dump(sys.argv[5]), sys.stdout)
else:
    json.dump([dump(name) for name in listed()], sys.stdout)
