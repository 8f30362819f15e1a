package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// The places where a secret can be kept.
const (
	InKeyring   = "keyring"   // the desktop's Secret Service, macOS Keychain, Windows Credential Manager
	InEncrypted = "encrypted" // a file encrypted with a passphrase
	InClear     = "clear"     // a file that only its owner can read; only when the user insists
)

// Keyring is the desktop's store of secrets.
type Keyring interface {
	Get(service, user string) (string, error)
	Set(service, user, secret string) error
	Delete(service, user string) error
}

// Secrets finds and keeps the secrets of accounts: by a command, in the
// keyring, in an encrypted file, or, when the user insists, in a file in clear.
type Secrets struct {
	Keyring    Keyring       // nil when the machine has none
	Patience   time.Duration // how long keyring and command may take (a person may have to type there)
	Encrypted  string        // path of the encrypted file
	Clear      string        // path of the file in clear
	Passphrase func(ctx context.Context) (string, error)
	Run        func(ctx context.Context, command string) (string, error)

	vault vault
}

// service is the name under which the keyring shows the program's secrets.
const service = "caliopen-tui"

// Get gives the secret of an account.
func (s *Secrets) Get(ctx context.Context, a Account) (string, error) {
	secret, err := s.get(ctx, a)
	if err == nil && secret == "" {
		err = ErrNoSecret
	}
	if err != nil {
		return "", secretProblem("secret.get", a, err)
	}
	return secret, nil
}

func (s *Secrets) get(ctx context.Context, a Account) (string, error) {
	if a.PasswordCommand != "" {
		return s.command(ctx, a.PasswordCommand)
	}
	switch a.Secret {
	case InKeyring:
		return s.keyringGet(ctx, a.Name)
	case InEncrypted:
		return s.vault.get(s.sealed(ctx), a.Name)
	case InClear:
		return s.vault.get(plainFile(s.Clear), a.Name)
	}
	return "", ErrNoSecret
}

// Set keeps a secret in the best place there is and notes the place in the
// account. Without keyring and passphrase it refuses, unless insecure says
// that a file in clear is wanted.
func (s *Secrets) Set(ctx context.Context, a *Account, secret string, insecure bool) error {
	keyringErr := s.keyringSet(ctx, a.Name, secret)
	if keyringErr == nil {
		a.Secret = InKeyring
		return nil
	}
	if s.Passphrase != nil && s.Encrypted != "" {
		if err := s.vault.set(s.sealed(ctx), a.Name, secret); err != nil {
			return secretProblem("secret.set", *a, err)
		}
		a.Secret = InEncrypted
		return nil
	}
	if !insecure || s.Clear == "" {
		return secretProblem("secret.nowhere", *a, keyringErr)
	}
	if err := s.vault.set(plainFile(s.Clear), a.Name, secret); err != nil {
		return secretProblem("secret.set", *a, err)
	}
	a.Secret = InClear
	return nil
}

// Replace keeps a new secret (a refreshed token) in the place that the account
// names, before anything uses it.
func (s *Secrets) Replace(ctx context.Context, a Account, secret string) error {
	var err error
	switch a.Secret {
	case InKeyring:
		err = s.keyringSet(ctx, a.Name, secret)
	case InEncrypted:
		err = s.vault.set(s.sealed(ctx), a.Name, secret)
	case InClear:
		err = s.vault.set(plainFile(s.Clear), a.Name, secret)
	default:
		err = ErrNoSecret
	}
	if err != nil {
		return secretProblem("secret.set", a, err)
	}
	return nil
}

// Delete forgets the secret of an account. One that is not there, or that a
// command gives, is no error.
func (s *Secrets) Delete(ctx context.Context, a Account) error {
	var err error
	switch a.Secret {
	case InKeyring:
		err = s.patiently(ctx, func() error { return s.Keyring.Delete(service, a.Name) })
	case InEncrypted:
		err = s.vault.remove(s.sealed(ctx), a.Name)
	case InClear:
		err = s.vault.remove(plainFile(s.Clear), a.Name)
	}
	if err != nil {
		return secretProblem("secret.delete", a, err)
	}
	return nil
}

func (s *Secrets) keyringGet(ctx context.Context, name string) (secret string, err error) {
	found := make(chan string, 1)
	err = s.patiently(ctx, func() error {
		secret, err := s.Keyring.Get(service, name)
		found <- secret
		return err
	})
	if err == nil {
		secret = <-found
	}
	return secret, err
}

func (s *Secrets) keyringSet(ctx context.Context, name, secret string) error {
	return s.patiently(ctx, func() error { return s.Keyring.Set(service, name, secret) })
}

// patiently calls the keyring, which may wait for a person, or for a service
// that never answers, and knows no context.
func (s *Secrets) patiently(ctx context.Context, call func() error) error {
	if s.Keyring == nil {
		return errors.New("this machine has no keyring")
	}
	ctx, cancel := context.WithTimeout(ctx, s.patience())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- call() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("keyring: %w", ctx.Err())
	}
}

func (s *Secrets) patience() time.Duration {
	if s.Patience > 0 {
		return s.Patience
	}
	return 60 * time.Second
}

func (s *Secrets) command(ctx context.Context, command string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, s.patience())
	defer cancel()
	run := s.Run
	if run == nil {
		run = RunCommand
	}
	return run(ctx, command)
}

func secretProblem(code string, a Account, err error) error {
	detail := ""
	if err != nil {
		detail = err.Error()
	}
	return problem(code, err, map[string]any{"Account": a.Name, "Detail": detail})
}
