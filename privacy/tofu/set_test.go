package tofu

import (
	"slices"
	"testing"
	"time"
)

func day(n int) time.Time { return time.Date(2026, 5, n, 9, 0, 0, 0, time.UTC) }

func header(key string, n int) Sight {
	return Sight{Fingerprint: key, Source: Header, Date: day(n)}
}

func signed(key string, n, signatures, days int) Sight {
	return Sight{Fingerprint: key, Source: Signature, Date: day(n), Signatures: signatures, Days: days}
}

func certified(x Sight) Sight { x.Certified = true; return x }

func together(x Sight) Sight { x.Together = true; return x }

func seen(xs ...Sight) Set {
	var s Set
	for _, x := range xs {
		s = s.See(x)
	}
	return s
}

func from(key string, source Source) Sight {
	return Sight{Fingerprint: key, Source: source, Date: day(1)}
}

func TestWhatIsThoughtOfAKey(t *testing.T) {
	known := []Sight{signed("A", 1, 1, 1), signed("A", 2, 2, 2), signed("A", 2, 3, 2)}
	tests := []struct {
		name string
		set  Set
		key  string
		want State
	}{
		{"a header", seen(header("A", 1)), "A", State{Person: "new"}},
		{"two signatures on two days", seen(known[:2]...), "A", State{Person: "new"}},
		{"three on one day", seen(signed("A", 1, 3, 1)), "A", State{Person: "new"}},
		{"three on two days", seen(known...), "A", State{Person: "tofu"}},
		{"from the directory of the domain", seen(from("A", WKD)), "A", State{Person: "wkd"}},
		{"from the directory, later in a header", seen(from("A", WKD), header("A", 2)), "A", State{Person: "wkd"}},
		{"from a signed record", seen(from("A", DANE)), "A", State{Person: "dane"}},
		{"from a record, and known", seen(from("A", DANE), signed("A", 1, 3, 2)), "A", State{Person: "tofu"}},
		{"somebody told of it", seen(from("A", Gossip)), "A", State{Person: "gossip"}},
		{"somebody told of it, then it signed", seen(from("A", Gossip), signed("A", 2, 1, 1)), "A", State{Person: "new"}},
		{"a server that checks nothing", seen(from("A", Keyserver)), "A", State{}},
		{"a hint", seen(from("A", Keybase)), "A", State{}},
		{"attached", seen(from("A", Attachment)), "A", State{}},
		{"a word that is no source", seen(from("A", "hearsay")), "A", State{}},
		{"verified", seen(header("A", 1)).Verify("A", "words", day(2)), "A", State{Person: "verified"}},
		{"nothing known of the address", nil, "A", State{}},
		{"another key", seen(header("A", 1), header("B", 2)), "B", State{Conflict: true}},
		{"the old key beside it", seen(append(known, header("B", 2))...), "A", State{Person: "tofu"}},
		{"another key that signs", seen(append(known, signed("B", 3, 9, 9))...), "B", State{Conflict: true}},
		{"one never noted", seen(header("A", 1)), "B", State{Conflict: true}},
		{"told of by others beside a key", seen(header("A", 1), from("B", Gossip)), "B", State{Person: "gossip", Conflict: true}},
		{"refused", seen(header("A", 1), header("B", 2)).Refuse("B"), "B", State{Refused: true, Conflict: true}},
		{"certified by the old one", seen(header("A", 1), certified(header("B", 2))), "B", State{Person: "new"}},
		{"certified later", seen(header("A", 1), header("B", 2), certified(header("B", 3))), "B", State{Person: "new"}},
		{"refused, then certified", seen(header("A", 1), header("B", 2)).Refuse("B").See(certified(header("B", 3))), "B", State{Refused: true, Conflict: true}},
		{"both by the first mail", seen(header("A", 1), together(signed("B", 1, 1, 1))), "B", State{Person: "new"}},
		{"known, with two programs", seen(header("A", 1), together(signed("B", 1, 3, 2))), "B", State{Person: "new"}},
		{"accepted", seen(header("A", 1), header("B", 2)).Accept("B", day(3)), "B", State{Person: "new"}},
		{"accepted after much signing", seen(header("A", 1), signed("B", 2, 5, 5)).Accept("B", day(3)), "B", State{Person: "new"}},
		{"forgotten", seen(header("A", 1), header("B", 2)).Refuse("B").Forget("B"), "B", State{Conflict: true}},
		{"the user put it there", seen(header("A", 1), from("B", Import)), "B", State{Person: "new"}},
	}
	for _, tt := range tests {
		if got := tt.set.State(tt.key); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

func keys(bs []Binding) string {
	var out string
	for _, b := range bs {
		out += b.Fingerprint
	}
	return out
}

func TestWhichKeyIsSealedTo(t *testing.T) {
	changed := seen(header("A", 1), header("B", 2))
	tests := []struct {
		name          string
		set           Set
		current       string
		usable, asked string
	}{
		{"nothing known", nil, "", "", ""},
		{"one key", seen(header("A", 1)), "A", "A", ""},
		{"a changed key is not sealed to, the old one is", changed, "B", "A", "B"},
		{"the same, with the old one verified", changed.Verify("A", "qr", day(3)), "B", "A", ""},
		{"a mail dated before the first one takes no place", seen(header("B", 5), header("A", 1)), "A", "B", "A"},
		{"the new one accepted", changed.Accept("B", day(3)), "B", "BA", ""},
		{"the new one accepted, the old one verified before", seen(header("A", 1)).Verify("A", "qr", day(1)).See(header("B", 2)).Accept("B", day(3)), "A", "BA", ""},
		{"the new one verified", changed.Verify("B", "words", day(3)), "A", "BA", ""},
		{"the new one kept out", changed.Keep(), "B", "A", ""},
		{"a third one after that", changed.Keep().See(header("C", 9)), "C", "A", "C"},
		{"both refused", changed.Refuse("A").Refuse("B"), "", "", ""},
		{"the old one refused, the new one still undecided", changed.Refuse("A"), "B", "", "B"},
		{"and a third one does not slip in", changed.Refuse("A").See(header("C", 9)), "C", "", "C"},
		{"after a refusal a new key begins anew", seen(header("A", 1)).Refuse("A").See(header("B", 2)), "B", "B", ""},
		{"two programs: the one heard last", seen(header("A", 1), together(signed("B", 1, 1, 1))), "A", "AB", ""},
		{"the one certified by the old", seen(header("A", 1), certified(header("B", 2))), "B", "BA", ""},
		{"told of by others", seen(from("A", Gossip)), "A", "", ""},
		{"told of by others, then the sender's own", seen(from("A", Gossip), header("B", 2)), "B", "B", ""},
		{"the sender's own, then told of by others", seen(header("B", 1), from("A", Gossip)), "A", "B", ""},
		{"told of by others, and then in a header beside the first", seen(header("B", 1), from("A", Gossip), header("A", 2)), "A", "B", "A"},
		{"a server's against the first", seen(header("A", 1), from("B", WKD)), "A", "A", "B"},
		{"attached", seen(from("A", Attachment)), "", "", ""},
	}
	for _, tt := range tests {
		if got := keys(tt.set.Usable(tt.current)); got != tt.usable {
			t.Errorf("%s: sealed to %q, want %q", tt.name, got, tt.usable)
		}
		if got := tt.set.Pending(); got != tt.asked {
			t.Errorf("%s: asked about %q, want %q", tt.name, got, tt.asked)
		}
	}
}

func TestHearsay(t *testing.T) {
	s := seen(from("A", Gossip), Sight{Fingerprint: "B", Source: Gossip, Date: day(4)}, from("C", Keyserver))
	if got := keys(s.Hearsay()); got != "BA" {
		t.Errorf("told of: %q", got)
	}
	if got := keys(s.Refuse("B").Hearsay()); got != "A" {
		t.Errorf("after a refusal: %q", got)
	}
}

func TestKeysThrownAtAnAddressAreBounded(t *testing.T) {
	s := seen(header("A", 1)).Verify("A", "words", day(1))
	for i := range 100 {
		s = s.See(header(string(rune('a'+i)), 2))
	}
	if len(s) != 1+MaxWaiting {
		t.Errorf("%d keys kept", len(s))
	}
	if s = s.See(signed("S", 3, 1, 1)); s.State("S") != (State{Conflict: true}) || s.index("S") < 0 {
		t.Error("a key that signed was not noted")
	}
	if got := keys(s.Usable("S")); got != "A" {
		t.Errorf("sealed to %q", got)
	}
	if s = s.Keep(); s.Pending() != "" || keys(s.Usable("")) != "A" {
		t.Error("one answer does not answer all")
	}
}

func TestHearsayKeepsNobodyOut(t *testing.T) {
	var s Set
	for i := range 100 {
		s = s.See(from(string(rune('a'+i)), Attachment))
	}
	if len(s) != MaxWaiting {
		t.Errorf("%d keys kept", len(s))
	}
	if s = s.See(header("A", 2)); keys(s.Usable("A")) != "A" {
		t.Error("the sender's own key found no place")
	}
	for i := range 100 {
		s = s.See(header(string(rune('α'+i)), 3))
	}
	if s.Pending() == "" || keys(s.Usable("")) != "A" || len(s) != 1+2*MaxWaiting {
		t.Errorf("%d keys kept, asked about %q", len(s), s.Pending())
	}
}

func TestNothingIsChangedInPlace(t *testing.T) {
	s := seen(header("A", 1), header("B", 2))
	before := slices.Clone(s)
	s.See(header("A", 9))
	s.Verify("A", "qr", day(3))
	s.Accept("B", day(3))
	s.Keep()
	s.Refuse("A")
	s.Refuse("B").Forget("B")
	if !slices.Equal(s, before) {
		t.Errorf("%+v became %+v", before, s)
	}
	for _, again := range []Set{s.Verify("X", "qr", day(1)), s.Accept("X", day(1)), s.Refuse("X"), s.Forget("X")} {
		if !slices.Equal(again, before) {
			t.Errorf("deciding about an unknown key gave %+v", again)
		}
	}
}
