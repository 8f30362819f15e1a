package securejoin

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const (
	printA = "0123456789ABCDEF0123456789ABCDEF01234567"
	printB = "89ABCDEF0123456789ABCDEF0123456789ABCDEF"
	printE = "EEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEE"
	number = "nnnnnnnnnnnn"
	auth   = "aaaaaaaaaaaaaaaaaaaaaaaa"
)

func TestParseLink(t *testing.T) {
	whole := Invite{3, printA, "alice@example.org", nil, "Alice Ünal", number, auth}
	two := whole
	two.Version = 2
	tests := map[string]struct {
		text string
		want Invite
		err  error
	}{
		"web, version 3":    {"https://i.delta.chat/#" + printA + "&v=3&i=" + number + "&s=" + auth + "&a=alice%40example.org&n=Alice+%C3%9Cnal", whole, nil},
		"web, no slash":     {"https://I.DELTA.chat#" + printA + "&v=3&i=" + number + "&s=" + auth + "&a=alice%40example.org&n=Alice+%C3%9Cnal", whole, nil},
		"plain, version 2":  {"OPENPGP4FPR:" + printA + "#a=alice%40example.org&n=Alice%20%C3%9Cnal&i=" + number + "&s=" + auth, two, nil},
		"lower case":        {"openpgp4fpr:" + strings.ToLower(printA) + "#a=ALICE@example.org&n=Alice+%C3%9Cnal&i=" + number + "&s=" + auth, two, nil},
		"escaped hash sign": {"OPENPGP4FPR:" + printA + "%23a=alice@example.org&n=Alice+%C3%9Cnal&i=" + number + "&s=" + auth, two, nil},
		"space around":      {"  OPENPGP4FPR:" + printA + "#a=alice@example.org&n=Alice+%C3%9Cnal&i=" + number + "&s=" + auth + "\n", two, nil},
		"unknown field":     {"OPENPGP4FPR:" + printA + "#a=alice@example.org&n=Alice+%C3%9Cnal&i=" + number + "&s=" + auth + "&z=1", two, nil},
		"without number":    {"https://i.delta.chat/#" + printA + "&s=" + auth + "&a=alice@example.org", Invite{3, printA, "alice@example.org", nil, "", "", auth}, nil},
		"more addresses":    {"https://i.delta.chat/#" + printA + "&v=3&s=" + auth + "&a=alice@example.org&r=a%40b.example,c%40d.example", Invite{3, printA, "alice@example.org", []string{"a@b.example", "c@d.example"}, "", "", auth}, nil},
		"fingerprint alone": {"OPENPGP4FPR:" + printA, Invite{2, printA, "", nil, "", "", ""}, nil},
		"fingerprint of":    {"OPENPGP4FPR:" + printA + "#a=alice@example.org", Invite{2, printA, "alice@example.org", nil, "", "", ""}, nil},
		"version 6 key":     {"OPENPGP4FPR:" + printA + printA[:24], Invite{2, printA + printA[:24], "", nil, "", "", ""}, nil},
		"group":             {"OPENPGP4FPR:" + printA + "#a=alice@example.org&g=Group&x=xxxxxxxxxxxx&i=" + number + "&s=" + auth, Invite{}, ErrGroup},
		"channel":           {"https://i.delta.chat/#" + printA + "&v=3&x=xxxxxxxxxxxx&j=" + number + "&s=" + auth + "&a=a@example.org&b=News", Invite{}, ErrGroup},
		"nothing":           {"", Invite{}, ErrLink},
		"a web page":        {"https://example.org/#" + printA, Invite{}, ErrLink},
		"a lookalike":       {"https://i.delta.chat.example/#" + printA, Invite{}, ErrLink},
		"short fingerprint": {"OPENPGP4FPR:" + printA[1:], Invite{}, ErrLink},
		"no hexadecimal":    {"OPENPGP4FPR:G" + printA[1:], Invite{}, ErrLink},
		"no address":        {"OPENPGP4FPR:" + printA + "#i=" + number + "&s=" + auth, Invite{}, ErrLink},
		"bad address":       {"OPENPGP4FPR:" + printA + "#a=alice&i=" + number + "&s=" + auth, Invite{}, ErrLink},
		"address with line": {"OPENPGP4FPR:" + printA + "#a=a%40b.example%0D%0ABcc:x@y.example&i=" + number + "&s=" + auth, Invite{}, ErrLink},
		"two addresses":     {"OPENPGP4FPR:" + printA + "#a=a%40b.example%2Cc%40d.example&i=" + number + "&s=" + auth, Invite{}, ErrLink},
		"no secret":         {"OPENPGP4FPR:" + printA + "#a=a@example.org&i=" + number, Invite{}, ErrLink},
		"short secret":      {"OPENPGP4FPR:" + printA + "#a=a@example.org&i=" + number + "&s=aaaaaaaaaa", Invite{}, ErrLink},
		"secret with slash": {"OPENPGP4FPR:" + printA + "#a=a@example.org&i=" + number + "&s=aaaaaaaaaa/aaaa", Invite{}, ErrLink},
		"said twice":        {"OPENPGP4FPR:" + printA + "#a=a@example.org&a=b@example.org&i=" + number + "&s=" + auth, Invite{}, ErrLink},
		"name not in UTF-8": {"OPENPGP4FPR:" + printA + "#a=a@example.org&n=%FF&i=" + number + "&s=" + auth, Invite{}, ErrLink},
		"broken escape":     {"OPENPGP4FPR:" + printA + "#a=a%4", Invite{}, ErrLink},
		"endless":           {"OPENPGP4FPR:" + printA + "#n=" + strings.Repeat("n", longestLink), Invite{}, ErrLink},
	}
	for name, test := range tests {
		got, err := ParseLink(test.text)
		if !errors.Is(err, test.err) || err == nil && !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestLinkForm(t *testing.T) {
	i := Invite{3, printA, "alice@example.org", nil, "Alice Ünal", number, auth}
	if got, want := i.Link(), "https://i.delta.chat/#"+printA+"&v=3&i="+number+"&s="+auth+"&a=alice%40example.org&n=Alice+%C3%9Cnal"; got != want {
		t.Error(got)
	}
	i.Version = 2
	if got, want := i.Plain(), "OPENPGP4FPR:"+printA+"#i="+number+"&s="+auth+"&a=alice%40example.org&n=Alice+%C3%9Cnal"; got != want {
		t.Error(got)
	}
}

func TestLinksAreReadAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		token := rapid.StringMatching(`[A-Za-z0-9_-]{11,32}`)
		address := rapid.StringMatching(`[a-z0-9.+_-]{1,10}@[a-z]{1,8}\.example`)
		i := Invite{
			Version: rapid.IntRange(2, 3).Draw(t, "version"), Fingerprint: rapid.StringMatching(`[0-9A-F]{40}`).Draw(t, "fingerprint"),
			Address: address.Draw(t, "address"), Name: rapid.StringN(0, 25, -1).Draw(t, "name"),
			Number: token.Draw(t, "number"), Auth: token.Draw(t, "auth"),
		}
		if rapid.Bool().Draw(t, "others") {
			i.Others = rapid.SliceOfN(address, 1, 4).Draw(t, "r")
		}
		for _, text := range []string{i.Link(), i.Plain()} {
			got, err := ParseLink(text)
			if err != nil || !reflect.DeepEqual(got, i) {
				t.Fatalf("%s: %+v, want %+v, %v", text, got, i, err)
			}
		}
	})
}

func TestLongNamesAreCut(t *testing.T) {
	i := Invite{Version: 3, Fingerprint: printA, Address: "alice@example.org", Name: strings.Repeat("é", 30), Number: number, Auth: auth}
	got, err := ParseLink(i.Link())
	if err != nil || got.Name != strings.Repeat("é", 24)+"_" {
		t.Errorf("%q, %v", got.Name, err)
	}
}

func FuzzParseLink(f *testing.F) {
	f.Add("https://i.delta.chat/#" + printA + "&v=3&i=" + number + "&s=" + auth + "&a=alice%40example.org&n=Alice")
	f.Add("OPENPGP4FPR:" + printA + "%23a=alice@example.org")
	f.Fuzz(func(t *testing.T, text string) {
		i, err := ParseLink(text)
		if err != nil {
			return
		}
		if !isFingerprint(i.Fingerprint) || strings.ContainsAny(i.Address+i.Number+i.Auth, "\r\n\x00 ") {
			t.Errorf("%q gives %+v", text, i)
		}
		again, err := ParseLink(i.Link())
		if err != nil || again.Auth != i.Auth || again.Address != i.Address || again.Fingerprint != i.Fingerprint {
			t.Errorf("%+v is read as %+v, %v", i, again, err)
		}
	})
}
