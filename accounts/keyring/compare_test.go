package keyring

import (
	"errors"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/conversation"
	"pgregory.net/rapid"
)

func TestBothSidesSayTheSameWords(t *testing.T) {
	word := regexp.MustCompile(`^([bfklmrst][aiou]){3}$`)
	rapid.Check(t, func(t *rapid.T) {
		hex := rapid.StringMatching(`[0-9A-F]{40}`)
		a, b, c := hex.Draw(t, "a"), hex.Draw(t, "b"), hex.Draw(t, "c")
		words := Words(a, b)
		if len(words) != spoken || !reflect.DeepEqual(words, Words(b, strings.ToLower(a))) {
			t.Fatalf("%v and %v", words, Words(b, a))
		}
		for _, w := range words {
			if !word.MatchString(w) {
				t.Fatalf("%q is hard to say", w)
			}
		}
		if c != b && reflect.DeepEqual(words, Words(a, c)) {
			t.Fatalf("%s and %s sound alike", b, c)
		}
	})
}

func TestCompare(t *testing.T) {
	b := newBench(t)
	if _, err := b.Compare(t.Context(), alice(), bob()); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("without an own key: %v", err)
	}
	own := b.generate("")
	if _, err := b.Compare(t.Context(), alice(), bob()); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("without a key to compare with: %v", err)
	}
	b.learn(seen(t, "bob.asc", bob(), conversation.FromAutocrypt, 1))
	c, err := b.Compare(t.Context(), alice(), bob())
	must(t, err)
	if c.OwnFingerprint != own.Fingerprint || c.PeerFingerprint != fingerprint(t, "bob.asc") || c.Link != "" {
		t.Errorf("%+v", c)
	}
	b.learn(seen(t, "other.asc", bob(), conversation.FromAutocrypt, 2))
	b.opt.Link = func(a conversation.Address, f string) string { return a.ID + "#" + f }
	b.open()
	c, err = b.Compare(t.Context(), alice(), bob())
	must(t, err)
	if c.PeerFingerprint != fingerprint(t, "other.asc") || c.Link != "alice@example.org#"+own.Fingerprint {
		t.Errorf("the key that is asked about: %+v", c)
	}
}
