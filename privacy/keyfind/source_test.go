package keyfind

import (
	"errors"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/privacy/resolve"
)

func TestRecord(t *testing.T) {
	name := func(local string) string { return recordName(local, "example.org") }
	plain := file(t, "zoe.pgp")
	tests := map[string]struct {
		keys    map[string][]byte
		address string
		secure  bool
		source  Source
		asked   int
	}{
		"proved":     {map[string][]byte{name("zoe.martel"): plain}, zoe, true, FromDANE, 1},
		"not proved": {map[string][]byte{name("zoe.martel"): plain}, zoe, false, FromGossip, 1},
		"as written": {map[string][]byte{name("Zoe.Martel"): plain}, "Zoe.Martel@example.org", true, FromDANE, 1},
		"lower case": {map[string][]byte{name("zoe.martel"): plain}, "Zoe.Martel@Example.ORG", true, FromDANE, 2},
		"none":       {nil, "Zoe.Martel@Example.ORG", true, "", 2},
		"another's":  {map[string][]byte{name("zoe.martel"): file(t, "paul.pgp")}, zoe, true, "", 1},
	}
	for title, test := range tests {
		d := &fakeDNS{keys: test.keys, secure: test.secure}
		found, _ := finder(newWeb(t), d, DANE).Find(t.Context(), test.address)
		var source Source
		if len(found) == 1 {
			source = found[0].Source
		}
		if source != test.source || len(d.asked) != test.asked {
			t.Errorf("%s: %+v, asked %q", title, found, d.asked)
		}
	}
	d := &fakeDNS{err: resolve.ErrBogus}
	if _, err := finder(newWeb(t), d, DANE).Find(t.Context(), zoe); !errors.Is(err, resolve.ErrBogus) {
		t.Errorf("a forged answer: %v", err)
	}
}

func TestOthersAreAskedOnlyWhenAllowed(t *testing.T) {
	hosts := []string{"keys.openpgp.org", "keyserver.ubuntu.com", "keybase.io", "example.org"}
	tests := []struct {
		methods []Method
		source  Source
		asked   string
	}{
		{nil, "", direct + "?l=zoe.martel"},
		{[]Method{VKS}, FromVKS, "keys.openpgp.org/vks/v1/by-email/zoe.martel@example.org"},
		{[]Method{HKP}, FromHKP, "keyserver.ubuntu.com/pks/lookup?exact=on&op=get&options=mr&search=zoe.martel%40example.org"},
		{[]Method{Keybase}, "", ""},
	}
	for _, test := range tests {
		w := newWeb(t, hosts...)
		armored, err := key(t, "zoe.pgp").Armor()
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []string{"keys.openpgp.org/vks/v1/by-email/zoe.martel@example.org", "keyserver.ubuntu.com/pks/lookup", "keybase.io/zoe/pgp_keys.asc"} {
			w.answers[at] = serve(armored)
		}
		found, err := finder(w, &fakeDNS{}, test.methods...).Find(t.Context(), zoe)
		if err != nil || (test.source == "") != (len(found) == 0) || len(found) > 0 && found[0].Source != test.source {
			t.Errorf("%v: %+v, %v", test.methods, found, err)
		}
		if got := strings.Join(w.asked, " "); got != test.asked {
			t.Errorf("%v: asked %q", test.methods, got)
		}
	}
}

func TestKeybaseIsAHint(t *testing.T) {
	w := newWeb(t, "keybase.io")
	w.answers["keybase.io/zoe/pgp_keys.asc"] = serve(file(t, "zoe.pgp"))
	if found, err := finder(w, nil).FindKeybase(t.Context(), "zoe", zoe); err != nil || len(found) != 0 || len(w.asked) != 0 {
		t.Errorf("asked though not allowed: %q, %v", w.asked, err)
	}
	found, err := finder(w, nil, Keybase).FindKeybase(t.Context(), "zoe", zoe)
	if err != nil || len(found) != 1 || found[0].Source != FromKeybase {
		t.Errorf("%+v, %v", found, err)
	}
	for _, name := range []string{"", "../x", "a/b", "zoe?x", strings.Repeat("z", 17)} {
		if _, err := finder(w, nil, Keybase).FindKeybase(t.Context(), name, zoe); !errors.Is(err, ErrAddress) {
			t.Errorf("%q: %v", name, err)
		}
	}
}
