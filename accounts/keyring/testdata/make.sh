#!/bin/sh
# Makes the keys of these tests with GnuPG; they are stored, not made anew.
set -e
GNUPGHOME=$(mktemp -d)
export GNUPGHOME
g() { gpg --batch --quiet --no-tty --pinentry-mode loopback --faked-system-time 20260101T120000! "$@"; }
make() { # name, user ID, passphrase
	g --passphrase "$3" --quick-gen-key "$2" ed25519 cert,sign 20y
	fpr=$(g --with-colons --list-keys "=$2" | awk -F: '$1=="fpr"{print $10; exit}')
	g --passphrase "$3" --quick-add-key "$fpr" cv25519 encr 20y
	echo "$fpr" > "$GNUPGHOME/$1.fpr"
}
out() { g --armor --export "$(cat "$GNUPGHOME/$1.fpr")" > "$2"; }
secret() { g --passphrase "$3" --armor --export-secret-keys "$(cat "$GNUPGHOME/$1.fpr")" > "$2"; }
make bob "Bob <bob@example.net>" ""
make next "Bob again <bob@example.net>" ""
make other "Another Bob <bob@example.net>" ""
make zoe "Zoe <zoe@example.net>" ""
make locked "Alice <alice@example.org>" "open sesame"
make open "Alice of old <alice@example.org>" ""
out bob bob.asc; secret bob bob-secret.asc ""
out next next-alone.asc
g --local-user "$(cat "$GNUPGHOME/bob.fpr")" --yes --quick-sign-key "$(cat "$GNUPGHOME/next.fpr")"
out next next.asc
out other other.asc
out zoe zoe.asc
secret locked alice-locked.asc "open sesame"; out locked alice.asc
secret open alice-open.asc ""
rm -rf "$GNUPGHOME"
