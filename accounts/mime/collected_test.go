package mime

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
)

// collected walks the mails of a folder of the collection.
func collected(t *testing.T, folder string, f *Format, look func(name string, raw []byte, p conversation.Parsed)) {
	t.Helper()
	dir := corpora(t)
	err := filepath.WalkDir(filepath.Join(dir, folder), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".eml" {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		look(filepath.ToSlash(name), raw, f.Parse(raw, conversation.ParseContext{Received: received}))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// collectedKeys opens what the keys of the collection open.
func collectedKeys(t *testing.T, folders ...string) *Format {
	t.Helper()
	r := &ring{}
	for _, folder := range folders {
		r.addAll(t, filepath.Join(corpora(t), folder))
	}
	return WithKeys(r, func() time.Time { return at })
}

// TestCollectedAttacks reads the published attack mails on signatures: none is
// good over all of it for the sender it claims, while the controls are.
func TestCollectedAttacks(t *testing.T) {
	attacks, controls := 0, 0
	collected(t, "attacks/johnny", collectedKeys(t, "keys/johnny"), func(name string, raw []byte, p conversation.Parsed) {
		s := p.Message.Evidence.Security
		good := s.Signature == "good" && s.Covers == "whole"
		if !strings.Contains(name, "valid-signed") {
			attacks++
			if good {
				t.Errorf("%s: good for %s", name, p.Message.Sender().Address.ID)
			}
			return
		}
		if strings.Contains(string(raw), "PGP SIGNATURE") {
			controls++
			if !good {
				t.Errorf("%s: %s", name, verdict(p))
			}
		}
	})
	t.Logf("%d attacks, %d controls", attacks, controls)
}

// TestCollectedOracles reads the published mails that want a ciphertext opened
// and answered: only the ones that are one envelope open.
func TestCollectedOracles(t *testing.T) {
	f := collectedKeys(t, "keys/covert")
	n, opened := 0, 0
	for _, folder := range []string{"attacks/covert", "attacks/mitigation"} {
		collected(t, folder, f, func(name string, raw []byte, p conversation.Parsed) {
			n++
			shown := p.Message.Text + p.Message.Excerpt + p.Message.Subject + f.HTML(raw)
			secret := strings.Contains(shown, "ENCRYPTED MESSAGE ***")
			if p.Private {
				opened++
			}
			if secret && (!p.Private || strings.Contains(name, "reply")) {
				t.Errorf("%s: %s shows %q", name, verdict(p), p.Message.Text)
			}
			if p.Private && !strings.Contains(name, "original") {
				t.Errorf("%s: opened", name)
			}
		})
	}
	t.Logf("%d mails, %d opened", n, opened)
}

// TestCollectedSealed counts what the sealed mails come to whose keys are here.
func TestCollectedSealed(t *testing.T) {
	f := collectedKeys(t, "keys", "sealed/autocrypt")
	counts := map[string]int{}
	collected(t, "sealed", f, func(name string, raw []byte, p conversation.Parsed) {
		s := p.Message.Evidence.Security
		if s.Sealed == "none" && s.Signature == "none" {
			return
		}
		counts[verdict(p)]++
		smime := strings.Contains(name, "smime")
		switch {
		case smime && (p.Private || s.Signature != "none"):
			t.Errorf("%s: S/MIME is not read yet, %s", name, verdict(p))
		case s.Sealed == "full" && !p.Private && !smime:
			t.Logf("%s: not opened: %s", name, verdict(p))
		case s.Signature != "good" && s.Signature != "none":
			t.Logf("%s: %s", name, verdict(p))
		}
	})
	t.Logf("%v", counts)
}

// TestCollectedWithKeys reads every mail of the collection with keys at hand
// and without: what identifies it is the same, each takes little time, and the
// files that are listed can be had.
func TestCollectedWithKeys(t *testing.T) {
	if testing.Short() {
		t.Skip("reads thousands of mails")
	}
	f, n := collectedKeys(t, "keys"), 0
	err := filepath.WalkDir(corpora(t), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		n++
		begin := time.Now()
		with := f.Parse(raw, conversation.ParseContext{Received: received})
		if took := time.Since(begin); took > slow*time.Second {
			t.Errorf("%s takes %v", path, took)
		}
		without := New().Parse(raw, conversation.ParseContext{Received: received})
		if with.Fingerprint != without.Fingerprint || with.Message.RFCID != without.Message.RFCID {
			t.Errorf("%s: another message once there are keys", path)
		}
		for _, a := range with.Message.Attachments[:min(1, len(with.Message.Attachments))] {
			if _, _, err := f.Part(raw, a.Part); err != nil {
				t.Errorf("%s: %+v: %v", path, a, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d mails", n)
}
