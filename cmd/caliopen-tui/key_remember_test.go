package main

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/caliopen/caliopen-tui/conversation"
)

// drawer is a keyring in memory.
type drawer map[string]string

func (d drawer) Get(service, user string) (string, error) { return d[service+"/"+user], nil }
func (d drawer) Set(service, user, secret string) error {
	d[service+"/"+user] = secret
	return nil
}
func (d drawer) Delete(service, user string) error { return nil }

func TestPassphraseIsRemembered(t *testing.T) {
	box := seed(t)
	box.run(t, "", "key", "generate", "lou@example.net", "--passphrase-command", "echo four words of nothing")
	p := speaking(t, "en")
	p.flags.config, p.flags.data = filepath.Join(box.dir, "config.toml"), filepath.Join(box.dir, "data")
	p.flags.quiet = true
	kept := drawer{}
	p.keyring = kept
	a, err := open(t.Context(), p, reading)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.keep(t.Context(), a, "four words of something"); !errors.Is(err, conversation.ErrSealed) || len(kept) != 0 {
		t.Errorf("a wrong one: %v, %v", err, kept)
	}
	if err := p.keep(t.Context(), a, "four words of nothing"); err != nil || kept["caliopen-tui/keys"] != "four words of nothing" {
		t.Fatalf("kept %v: %v", kept, err)
	}
	if err := a.close(); err != nil {
		t.Fatal(err)
	}
	cfg, err := p.config()
	if err != nil {
		t.Fatal(err)
	}
	cfg.KeyPassphrase = "keyring"
	if phrase, err := p.keyPhrase(cfg)(t.Context()); err != nil || string(phrase) != "four words of nothing" {
		t.Errorf("%q, %v", phrase, err)
	}
}
