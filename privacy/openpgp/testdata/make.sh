#!/bin/sh
# Makes the keys and messages of this folder that GnuPG has to make. Run it in
# this folder; the files are kept, because no run gives the same keys again.
set -eu
home=$(mktemp -d /tmp/pgp.XXXXXX)
trap 'gpgconf --homedir "$home" --kill all; rm -rf "$home"' EXIT
g() { gpg --homedir "$home" --batch --quiet --no-tty --yes --pinentry-mode loopback --passphrase '' "$@"; }
old() { g --faked-system-time 20240101T120000! "$@" 2>>"$home/log"; }
mid() { g --faked-system-time 20240601T120000! "$@" 2>>"$home/log"; }

old --quick-gen-key 'Frank <frank@example.org>' rsa3072 cert,sign never
fpr=$(g --with-colons --list-keys frank@example.org | awk -F: '/^fpr/{print $10; exit}')
old --quick-add-key "$fpr" rsa3072 encr never
old --quick-add-key "$fpr" ed25519 sign never
old --quick-gen-key 'Ivan <ivan@example.org>' ed25519 cert,sign never
fpr=$(g --with-colons --list-keys ivan@example.org | awk -F: '/^fpr/{print $10; exit}')
old --quick-add-key "$fpr" cv25519 encr never
old --quick-gen-key 'Carol <carol@example.org>' ed25519 cert,sign 1y
fpr=$(g --with-colons --list-keys carol@example.org | awk -F: '/^fpr/{print $10; exit}')
old --quick-add-key "$fpr" cv25519 encr 1y
old --quick-gen-key 'Eve <eve@example.org>' rsa1024 cert,sign never
fpr=$(g --with-colons --list-keys eve@example.org | awk -F: '/^fpr/{print $10; exit}')
old --quick-add-key "$fpr" rsa1024 encr never
old --quick-gen-key 'Dave <dave@example.org>' ed25519 cert,sign never
fpr=$(g --with-colons --list-keys dave@example.org | awk -F: '/^fpr/{print $10; exit}')
old --quick-add-key "$fpr" cv25519 encr never
for who in frank ivan carol eve; do g --armor --export-secret-keys $who@example.org >$who.asc; done
printf 'signed\r\n' >doc.txt
mid --armor --detach-sign -u dave@example.org -o dave-before.sig doc.txt
mid --armor --detach-sign -u carol@example.org -o carol-before.sig doc.txt
g --faked-system-time 20250601T120000! --armor --detach-sign -u dave@example.org -o dave-after.sig doc.txt
sed 's/^:---/---/' "$home/openpgp-revocs.d/$fpr.rev" | sed -n '/^-----BEGIN/,/^-----END/p' >"$home/rev"
g --armor --export-secret-keys dave@example.org >dave-unrevoked.asc
g --import "$home/rev"
g --armor --export-secret-keys dave@example.org >dave-compromised.asc
mid --armor --digest-algo SHA1 --detach-sign -u frank@example.org -o sha1.sig doc.txt
mid --armor --digest-algo SHA256 --detach-sign -u eve@example.org -o rsa1024.sig doc.txt
mid --armor --digest-algo SHA256 --detach-sign -u frank@example.org -o frank.sig doc.txt
mid --armor --digest-algo SHA256 --textmode --detach-sign -u frank@example.org -o frank-text.sig doc.txt
mid --armor --detach-sign -u frank@example.org --cert-notation 'x@example.org=1' --sig-notation '!unheard@example.org=1' -o critical.sig doc.txt
printf 'first line\n-- \n- dash\nlast  \n' >inline.txt
mid --clearsign -u frank@example.org -o inline.asc inline.txt
rm inline.txt doc.txt
