package lang

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

type owned struct{}

func (owned) Error() string { return "technical" }
func (owned) Reason() conversation.Reason {
	return conversation.Reason{Code: "level.C", Args: map[string]any{"Name": "Zoé"}}
}

func TestErrorSaysWhatAndWhere(t *testing.T) {
	c := load(t, "en")
	wrapped := fmt.Errorf("imap: imap.example.org: %w", accounts.ErrAuth)
	got := c.Error(wrapped)
	if !strings.HasPrefix(got, "login refused") || !strings.Contains(got, "imap.example.org") {
		t.Errorf("got %q", got)
	}
	if got := c.Error(fmt.Errorf("write: %w", syscall.ENOSPC)); !strings.HasPrefix(got, "the disk is full") {
		t.Errorf("got %q", got)
	}
	if got := c.Error(errors.New("odd")); got != "odd" {
		t.Errorf("got %q", got)
	}
	if got := c.Error(fmt.Errorf("deep: %w", owned{})); got != "you, Zoé and the providers" {
		t.Errorf("got %q", got)
	}
	if c.Error(nil) != "" {
		t.Error("nil has no sentence")
	}
}

func TestEverySentinelHasASentence(t *testing.T) {
	for _, s := range sentinels() {
		if !load(t, "en").Has(s.key) {
			t.Errorf("%s is missing", s.key)
		}
	}
}

func TestExplain(t *testing.T) {
	c := load(t, "fr")
	capped := privacy.Index{Level: privacy.LevelD, DecidedBy: "k.conflict", Advice: []privacy.Advice{{ID: "adv.resolvekey", Gain: 38}}}
	got := c.Explain(capped, "Zoé")
	if got.Sentence != "la clé a changé, et personne n’a confirmé la nouvelle" {
		t.Errorf("sentence %q", got.Sentence)
	}
	if got.Advice[0].Text != "la clé a changé\u00a0: demandez à Zoé" || got.Advice[0].Gain != 38 {
		t.Errorf("advice %+v", got.Advice[0])
	}
	if capped.Advice[0].Text != "" {
		t.Error("the index given was written to")
	}
	if got := c.Explain(privacy.Index{Level: privacy.LevelB}, "Zoé").Sentence; got != "vous et qui détient la clé de Zoé" {
		t.Errorf("level sentence %q", got)
	}
	if got := c.Explain(privacy.Index{}, "").Sentence; got != "pas encore connu" {
		t.Errorf("unknown: %q", got)
	}
	if got := c.Explain(privacy.Index{Level: privacy.LevelC}, "").Sentence; !strings.Contains(got, "l’autre personne") {
		t.Errorf("nobody: %q", got)
	}
}
