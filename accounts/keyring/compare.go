package keyring

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
)

// How the words for comparing are made: six of three syllables, each a
// consonant and a vowel that sound different in most languages. A syllable
// holds five bits, so that the six words hold ninety.
const (
	spoken     = 6
	syllables  = 3
	consonants = "bfklmrst"
	vowels     = "aiou"
)

// Words gives the six words that stand for two keys. They come from the
// SHA-256 of both fingerprints in upper-case hexadecimal, the smaller one
// first, with a line feed between them, so that both sides get the same.
func Words(a, b string) []string {
	a, b = clean(a), clean(b)
	if b < a {
		a, b = b, a
	}
	sum := sha256.Sum256([]byte(a + "\n" + b))
	bit := 0
	take := func(n int) (v int) {
		for range n {
			v = v<<1 | int(sum[bit/8]>>(7-bit%8)&1)
			bit++
		}
		return v
	}
	out := make([]string, spoken)
	for i := range out {
		var w strings.Builder
		for range syllables {
			w.WriteByte(consonants[take(3)])
			w.WriteByte(vowels[take(2)])
		}
		out[i] = w.String()
	}
	return out
}

// Compare gives what the holders of two keys hold side by side. A key that
// waits for a decision is the one that is asked about.
func (k *Keyring) Compare(_ context.Context, own, peer conversation.Address) (conversation.Comparison, error) {
	mine, ok := k.Own(own)
	if !ok {
		return conversation.Comparison{}, fmt.Errorf("keyring: own key of %s: %w", own.ID, conversation.ErrNotFound)
	}
	p := k.Peer(own, peer)
	theirs := p.Conflict
	if theirs == "" {
		theirs = p.Fingerprint
	}
	if theirs == "" {
		return conversation.Comparison{}, fmt.Errorf("keyring: key of %s: %w", peer.ID, conversation.ErrNotFound)
	}
	c := conversation.Comparison{
		Own: own, Peer: peer, OwnFingerprint: mine.Fingerprint, PeerFingerprint: theirs, Words: Words(mine.Fingerprint, theirs),
	}
	if k.o.Link != nil {
		c.Link = k.o.Link(own, mine.Fingerprint)
	}
	return c, nil
}
