package main

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/caliopen/caliopen-tui/conversation"
)

const cards = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Zoé\\, the\r\n  gardener\r\nitem1.EMAIL;TYPE=INTERNET:Zoe@Example.org\r\nEMAIL:zoe@example.org\r\n" +
	"EMAIL:broken\r\nIMPP:xmpp:zoe@example.org\r\nIMPP:acct:zoe@social.example.org\r\nNOTE:line\\nnext\r\nEND:VCARD\r\n" +
	"BEGIN:VCARD\nFN:Nobody\nEND:VCARD\nBEGIN:VCARD\nFN:Bo\x1b[2J\nSOCIALPROFILE;SERVICE-TYPE=Mastodon:https://social.example.org/@bo\nEND:VCARD\n"

func TestReadCards(t *testing.T) {
	want := []card{
		{"Zoé, the gardener", "line\nnext", []conversation.Address{conversation.MailAddress("zoe@example.org"), conversation.MastodonAddress("zoe@social.example.org", "")}},
		{"Bo [2J", "", []conversation.Address{conversation.MastodonAddress("bo@social.example.org", "")}},
	}
	if got := readCards(cards); !reflect.DeepEqual(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestCardsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := oneLine(rapid.StringMatching(`[A-Za-zéü,;\\ 李]{1,90}x`).Draw(t, "name"))
		c := conversation.Contact{Name: name, Notes: rapid.StringMatching(`[a-z,;\\\n]{0,90}`).Draw(t, "notes"), Addresses: []conversation.ContactAddress{
			{Address: conversation.MailAddress("zoe@example.org")}, {Address: conversation.MastodonAddress("zoe@social.example.org", "")},
		}}
		text := writeCard(&c)
		for line := range strings.SplitSeq(text, "\r\n") {
			if len(line) > 75 {
				t.Fatalf("line of %d bytes", len(line))
			}
		}
		got := readCards(text)
		if len(got) != 1 || got[0].name != c.Name || got[0].notes != c.Notes || len(got[0].addresses) != 2 {
			t.Fatalf("%q came back as %q", text, got)
		}
	})
}

func TestImportJoinsWhatACardSays(t *testing.T) {
	box := seed(t)
	if r := box.run(t, cards, "contact", "import", "-"); r.code != 0 {
		t.Fatal(r.err)
	}
	zoe := box.objects(t, "contact", "show", "zoe@example.org")[0]
	if zoe["name"] != "Zoé, the gardener" || len(zoe["addresses"].([]any)) != 2 {
		t.Errorf("got %v", zoe)
	}
	if r := box.run(t, "", "contact", "export", "--vcard"); strings.Count(r.out, "BEGIN:VCARD") < 3 || !strings.Contains(r.out, "EMAIL:zoe@example.org\r\n") {
		t.Errorf("export: %s", r.out)
	}
	if r := box.run(t, "no cards", "contact", "import", "-"); r.code != exitUsage {
		t.Errorf("no cards: %d", r.code)
	}
}

func FuzzReadCards(f *testing.F) {
	f.Add(cards)
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range readCards(text) {
			if c.name != oneLine(c.name) {
				t.Errorf("name %q", c.name)
			}
			for _, a := range c.addresses {
				if a.ID != oneLine(a.ID) || a.IsZero() {
					t.Errorf("address %q", a.ID)
				}
			}
		}
	})
}
