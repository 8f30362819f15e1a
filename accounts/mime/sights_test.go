package mime

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/autocrypt"
)

// autocryptOf gives the value of an Autocrypt field with somebody's key.
func autocryptOf(t testing.TB, who, address string, mutual bool) string {
	t.Helper()
	cert, err := held(t, who).Public().Minimal(who + "@example.org")
	if err != nil {
		t.Fatal(err)
	}
	v, err := autocrypt.FormatHeader(address, mutual, cert)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// seen gives what was seen, in short: source, first letter of the key's owner,
// address.
func seen(t testing.TB, p conversation.Parsed) string {
	t.Helper()
	owners := map[string]string{"": "-"}
	for _, who := range []string{"alice", "bob", "mallory", "frank"} {
		owners[held(t, who).Fingerprint()] = who
	}
	var out []string
	for _, s := range p.Sights {
		out = append(out, fmt.Sprintf("%s:%s:%s", s.Source, owners[s.Fingerprint], s.Address.ID))
	}
	slices.Sort(out)
	return strings.ReplaceAll(strings.Join(out, " "), "@example.org", "@")
}

// keyPart is an attached key.
func keyPart(t testing.TB, who string) string {
	t.Helper()
	armored, err := held(t, who).Public().Armor()
	if err != nil {
		t.Fatal(err)
	}
	return "Content-Type: application/pgp-keys; name=key.asc\r\nContent-Disposition: attachment; filename=key.asc\r\n\r\n" + crlf(string(armored))
}

func TestSights(t *testing.T) {
	f := reading(t, "alice", "mallory")
	alice := "Autocrypt: " + autocryptOf(t, "alice", "alice@example.org", true) + "\r\n"
	other := "Autocrypt: " + autocryptOf(t, "mallory", "alice@example.org", true) + "\r\n"
	head := top(fromAlice)
	signed := signedBy(t, "alice", plan)
	withKey := func(who string) string { return multi("mixed", "k", plan, keyPart(t, who)) }
	for _, c := range []struct{ name, raw, want string }{
		{"clear", head + plan, "mail:-:alice@"},
		{"Autocrypt", alice + head + plan, "autocrypt:alice:alice@ mail:-:alice@"},
		{"two headers", alice + other + head + plan, "mail:-:alice@"},
		{"of another address", "Autocrypt: " + autocryptOf(t, "mallory", "mallory@example.org", true) + "\r\n" + head + plan, "mail:-:alice@"},
		{"critical attribute", strings.Replace(alice, "addr=", "x=y; addr=", 1) + head + plan, "mail:-:alice@"},
		{"several authors", alice + top("Alice <alice@example.org>, mallory@example.org") + plan, ""},
		{"an author who claims another", alice + top("mallory@example.org <alice@example.org>") + plan, ""},
		{"a report", alice + head + multi("report; report-type=delivery-status", "r", plan), ""},
		{"of a list", "List-Id: <x.example.org>\r\n" + alice + head + plan, ""},
		{"of a list, signed", "List-Id: <x.example.org>\r\n" + alice + head + signed, "signature:alice:alice@"},
		{"of a program", "Auto-Submitted: auto-generated\r\n" + alice + head + plan, ""},
		{"spam", "X-Spam-Flag: YES\r\n" + alice + head + plan, ""},
		{"the user's own", alice + top("bob@example.org") + plan, ""},
		{"signed", head + signed, "mail:-:alice@ signature:alice:alice@"},
		{"signed, in part", head + multi("mixed", "m", signed, plan), "mail:-:alice@"},
		{"signed by another", head + signedBy(t, "mallory", plan), "mail:-:alice@"},
		{"key attached", head + withKey("mallory"), "attached:mallory:mallory@ mail:-:alice@"},
		{"own key attached, signed", head + signedBy(t, "alice", withKey("alice")), "mail:-:alice@ signature:alice:alice@ signature:alice:alice@"},
		{"another key attached, signed", head + signedBy(t, "alice", withKey("mallory")), "attached:mallory:mallory@ mail:-:alice@ signature:alice:alice@"},
		{"key attached, sealed, not signed", head + envelopeOf(sealing(t, "", withKey("alice"))), "attached:alice:alice@ mail:-:alice@"},
		{"Autocrypt inside a seal", other + head + envelopeOf(sealing(t, "alice", inner(cipher, full+alice))), "autocrypt:alice:alice@ mail:-:alice@ signature:alice:alice@"},
	} {
		if got := seen(t, bobs(t, f, c.raw)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestGossip takes what Alice says of the other readers' keys from inside a
// seal that she signed, and from nowhere else.
func TestGossip(t *testing.T) {
	f := reading(t, "alice", "mallory")
	gossip := func(who, address string) string {
		return "Autocrypt-Gossip: " + autocryptOf(t, who, address, true) + "\r\n"
	}
	fields := strings.Replace(full, "To: Bob <bob@example.org>", "To: bob@example.org, frank@example.org", 1)
	frank := fields + gossip("frank", "frank@example.org")
	const told = "gossip:frank:frank@"
	for _, c := range []struct {
		name, raw string
		want      bool
	}{
		{"sealed and signed", envelopeOf(sealing(t, "alice", inner(cipher, frank))), true},
		{"not signed", envelopeOf(sealing(t, "", inner(cipher, frank))), false},
		{"signed by another", envelopeOf(sealing(t, "mallory", inner(cipher, frank))), false},
		{"not sealed", signedBy(t, "alice", inner(openHP, frank)), false},
		{"outside the seal", gossip("frank", "frank@example.org") + envelopeOf(sealing(t, "alice", inner(cipher, fields))), false},
		{"on an inner part", envelopeOf(sealing(t, "alice", fields+multi("mixed; hp=\"cipher\"", "x", gossip("frank", "frank@example.org")+plan))), false},
		{"of no reader", envelopeOf(sealing(t, "alice", inner(cipher, full+gossip("frank", "frank@example.org")))), false},
		{"twice", envelopeOf(sealing(t, "alice", inner(cipher, frank+gossip("mallory", "frank@example.org")))), false},
	} {
		if got := seen(t, bobs(t, f, top("alice@example.org")+c.raw)); strings.Contains(got, told) != c.want || strings.Count(got, "gossip") > 1 {
			t.Errorf("%s: %s", c.name, got)
		}
	}
}

// TestSightsInTime gives a sight the date of its mail, and that of its receipt
// when the mail says it comes from the future.
func TestSightsInTime(t *testing.T) {
	received := at.Add(time.Minute)
	for _, c := range []struct {
		date string
		want time.Time
	}{
		{"Mon, 30 Nov 2026 09:30:00 +0000", at.AddDate(0, 0, -1)},
		{"Tue, 01 Dec 2026 15:30:00 +0000", received},
		{"Wed, 01 Dec 2027 09:30:00 +0000", received},
		{"soon", received},
	} {
		p := bobs(t, reading(t), strings.Replace(top(fromAlice), "Tue, 01 Dec 2026 09:30:00 +0000", c.date, 1)+plan)
		if len(p.Sights) != 1 || !p.Sights[0].Date.Equal(c.want) || p.Sights[0].Account != "mail" {
			t.Errorf("%s: %+v", c.date, p.Sights)
		}
	}
}

// TestFirstSignatureOfAStranger checks it with the key that the mail brings;
// the keyring is told that key, once.
func TestFirstSignatureOfAStranger(t *testing.T) {
	head := top(fromAlice)
	key := "Autocrypt: " + autocryptOf(t, "alice", "alice@example.org", false) + "\r\n"
	for _, c := range []struct{ name, raw string }{
		{"Autocrypt outside", key + head + signedBy(t, "alice", plan)},
		{"Autocrypt outside a seal", key + head + envelopeOf(sealing(t, "alice", plan))},
		{"Autocrypt inside a seal", head + envelopeOf(sealing(t, "alice", inner(cipher, full+key)))},
		{"attached and signed", head + signedBy(t, "alice", multi("mixed", "m", plan, keyPart(t, "alice")))},
		{"attached inside a seal", head + envelopeOf(sealing(t, "alice", multi("mixed", "m", plan, keyPart(t, "alice"))))},
		{"attached, signed inside a seal", head + envelopeOf(sealing(t, "", signedBy(t, "alice", multi("mixed", "m", plan, keyPart(t, "alice")))))},
	} {
		p := bobs(t, reading(t), c.raw)
		if got := verdict(p); !strings.Contains(got, "good whole") {
			t.Errorf("%s: %s", c.name, got)
		}
		brought := slices.ContainsFunc(p.Sights, func(s conversation.KeySight) bool {
			return s.Source == conversation.FromSignature && s.Cert != nil && s.Fingerprint == held(t, "alice").Fingerprint()
		})
		if !brought {
			t.Errorf("%s: the key is not told", c.name)
		}
	}
	p := bobs(t, reading(t, "alice"), head+signedBy(t, "alice", plan))
	for _, s := range p.Sights {
		if s.Cert != nil {
			t.Error("a known certificate is told again")
		}
	}
	p = bobs(t, reading(t), head+signedBy(t, "alice", plan))
	if got := verdict(p); got != "none unknown_key whole" {
		t.Errorf("without a key: %s", got)
	}
}
