package main

import (
	"reflect"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/privacy/trace"
)

// What the user says of the own servers reaches those who judge mails.
func TestTrustFromTheConfiguration(t *testing.T) {
	c, err := accounts.ParseConfig("config.toml", []byte(`
[[account]]
name = "home"
kind = "mail"
address = "me@example.org"
imap = "imaps://mail.example.org"
smtp = "smtps://mail.example.org"
trusted-hosts = ["MX.example.org"]
trusted-ids = ["mail.Example.org"]
trusted-below = true
`))
	if err != nil {
		t.Fatal(err)
	}
	want := trace.Trust{Hosts: []string{"mx.example.org"}, IDs: []string{"mail.example.org"}, Strips: true}
	if got := trustOf(c.Accounts[0]); !reflect.DeepEqual(got, want) {
		t.Errorf("trust %+v, want %+v", got, want)
	}
}
