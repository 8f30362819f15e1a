package accounts

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

type memoryKeyring map[string]string

func (m memoryKeyring) Get(_, user string) (string, error) { return m[user], nil }
func (m memoryKeyring) Set(_, user, secret string) error   { m[user] = secret; return nil }
func (m memoryKeyring) Delete(_, user string) error        { delete(m, user); return nil }

type deafKeyring struct{ until chan struct{} }

func (d deafKeyring) Get(_, _ string) (string, error) { <-d.until; return "", nil }
func (d deafKeyring) Set(_, _, _ string) error        { <-d.until; return nil }
func (d deafKeyring) Delete(_, _ string) error        { <-d.until; return nil }

func TestCommandGivesTheFirstLine(t *testing.T) {
	a := mail("a")
	a.PasswordCommand = `printf 'one two\r\nuser: x\n'`
	got, err := new(Secrets).Get(t.Context(), a)
	if err != nil || got != "one two" {
		t.Errorf("%q %v", got, err)
	}
}

func TestCommandFailures(t *testing.T) {
	for command, want := range map[string]string{
		"echo locked >&2; exit 3": "locked",
		"true":                    "printed nothing",
		"sleep 60":                "deadline",
		"sleep 60 & sleep 60":     "deadline",
	} {
		a := mail("a")
		a.PasswordCommand = command
		start := time.Now()
		_, err := (&Secrets{Patience: 200 * time.Millisecond}).Get(t.Context(), a)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", command, err)
		}
		if time.Since(start) > 10*time.Second {
			t.Errorf("%s: not stopped in time", command)
		}
	}
}

func TestKeyringFirst(t *testing.T) {
	ring := memoryKeyring{}
	s := &Secrets{Keyring: ring}
	a := mail("a")
	a.PasswordCommand = ""
	if err := s.Set(t.Context(), &a, "s3cret", false); err != nil || a.Secret != InKeyring || ring["a"] != "s3cret" {
		t.Fatalf("%v %+v %v", err, a, ring)
	}
	if got, err := s.Get(t.Context(), a); err != nil || got != "s3cret" {
		t.Errorf("%q %v", got, err)
	}
	if err := s.Delete(t.Context(), a); err != nil || len(ring) != 0 {
		t.Errorf("%v %v", err, ring)
	}
	if _, err := s.Get(t.Context(), a); !errors.Is(err, ErrNoSecret) {
		t.Errorf("after deletion: %v", err)
	}
}

func TestDeafKeyringIsLeft(t *testing.T) {
	until := make(chan struct{})
	defer close(until)
	s := &Secrets{Keyring: deafKeyring{until}, Patience: 20 * time.Millisecond}
	a := mail("a")
	if err := s.Set(t.Context(), &a, "x", false); err == nil {
		t.Error("no error")
	}
}

func TestEncryptedFile(t *testing.T) {
	dir := t.TempDir()
	asked := 0
	open := func(phrase string) *Secrets {
		return &Secrets{
			Encrypted:  filepath.Join(dir, "data", "secrets.age"),
			Passphrase: func(context.Context) (string, error) { asked++; return phrase, nil },
			vault:      vault{work: 10},
		}
	}
	a, b := mail("a"), mail("b")
	a.PasswordCommand, b.PasswordCommand = "", ""
	s := open("correct horse")
	for _, one := range []*Account{&a, &b} {
		if err := s.Set(t.Context(), one, "secret of "+one.Name, false); err != nil || one.Secret != InEncrypted {
			t.Fatal(err, one.Secret)
		}
	}
	again := open("correct horse")
	for range 3 {
		if got, err := again.Get(t.Context(), b); err != nil || got != "secret of b" {
			t.Fatalf("%q %v", got, err)
		}
	}
	if asked != 2 {
		t.Errorf("asked %d times, once for each process expected", asked)
	}
	if _, err := open("wrong").Get(t.Context(), a); err == nil {
		t.Error("a wrong passphrase opened the file")
	}
	data, err := os.ReadFile(again.Encrypted)
	if err != nil || strings.Contains(string(data), "secret of") {
		t.Error("the file is not encrypted")
	}
	checkMode(t, again.Encrypted)
	// Another process changed the file: it is read again.
	if err := again.Replace(t.Context(), b, "fresh"); err != nil {
		t.Fatal(err)
	}
	if got, _ := s.Get(t.Context(), b); got != "fresh" {
		t.Errorf("stale secret %q", got)
	}
}

func checkMode(t *testing.T, path string) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%s: %v %v", path, info, err)
	}
}

func TestClearOnlyWhenInsisted(t *testing.T) {
	s := &Secrets{Clear: filepath.Join(t.TempDir(), "secrets.json")}
	a := mail("a")
	a.PasswordCommand = ""
	var p *Problem
	if err := s.Set(t.Context(), &a, "x", false); !errors.As(err, &p) || p.Code != "secret.nowhere" {
		t.Fatalf("got %v", err)
	}
	if _, err := os.Stat(s.Clear); err == nil {
		t.Fatal("the secret was written in clear without being asked")
	}
	if err := s.Set(t.Context(), &a, "x", true); err != nil || a.Secret != InClear {
		t.Fatal(err)
	}
	checkMode(t, s.Clear)
	if got, err := s.Get(t.Context(), a); err != nil || got != "x" {
		t.Errorf("%q %v", got, err)
	}
	if err := os.Chmod(s.Clear, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(t.Context(), a); !errors.Is(err, os.ErrPermission) {
		t.Errorf("a file that others can read was used: %v", err)
	}
}

func TestProblemsDoNotQuoteSecrets(t *testing.T) {
	s := &Secrets{Clear: filepath.Join(t.TempDir(), "secrets.json")}
	if err := os.WriteFile(s.Clear, []byte(`{"a":"topsecret"`), 0o600); err != nil {
		t.Fatal(err)
	}
	a := mail("a")
	a.PasswordCommand, a.Secret = "", InClear
	_, err := s.Get(t.Context(), a)
	if err == nil || strings.Contains(err.Error(), "topsecret") {
		t.Errorf("got %v", err)
	}
}

func TestFindPlaces(t *testing.T) {
	env := map[string]string{"CALIOPEN_CONFIG": "/e/c.toml", "CALIOPEN_DATA": "/e/d"}
	get := func(name string) string { return env[name] }
	if p := FindPlaces("/f/c.toml", "", get); p.Config != "/f/c.toml" || p.Data != "/e/d" {
		t.Errorf("%+v", p)
	}
	if p := FindPlaces("", "", func(string) string { return "" }); p.Config != "" || p.Data != "" {
		t.Errorf("without a home: %+v", p)
	}
	env = map[string]string{"HOME": "/home/lou"}
	if p := FindPlaces("", "", get); !strings.HasSuffix(p.Config, "/caliopen/config.toml") || !strings.HasSuffix(p.Data, "/caliopen") {
		t.Errorf("%+v", p)
	}
}
