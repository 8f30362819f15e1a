package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

func TestExitStatuses(t *testing.T) {
	for _, test := range []struct {
		err  error
		exit int
		code string
	}{
		{errors.New("odd"), 1, "failed"},
		{conversation.ErrUsage, 2, "usage"},
		{accounts.ErrConfig, 3, "config"},
		{conversation.ErrLocked, 3, "locked"},
		{accounts.ErrNoSecret, 3, "secret"},
		{accounts.ErrAuth, 4, "login"},
		{accounts.ErrOffline, 5, "network"},
		{accounts.ErrCertificate, 5, "certificate"},
		{&net.DNSError{}, 5, "network"},
		{context.DeadlineExceeded, 5, "timeout"},
		{conversation.ErrNotFound, 6, "not_found"},
		{conversation.ErrAmbiguous, 6, "ambiguous"},
		{fs.ErrNotExist, 6, "not_found"},
		{conversation.ErrGuard, 7, "guard"},
		{errPartly, 8, "partly"},
		{&conversation.Problem{Code: "x", Err: conversation.ErrGuard}, 7, "guard"},
	} {
		exit, code := judge(fmt.Errorf("deep: %w", commandError{test.err}))
		if exit != test.exit || code != test.code {
			t.Errorf("%v: %d %s, want %d %s", test.err, exit, code, test.exit, test.code)
		}
	}
}

func TestWrongUsageIsTwo(t *testing.T) {
	for _, args := range [][]string{
		{"nonsense"},
		{"show"},
		{"show", "a", "b"},
		{"conversations", "--nonsense"},
		{"mark", "frob", "x"},
		{"outbox"},
		{"--lang", "tlh", "version"},
		{"conversations", "--kind", "x"},
		{"messages", "x", "--before", "soon"},
		{"search", "("},
		{"account", "add", "mail"},
		{"account", "add", "mastodon"},
		{"show", "x", "--raw", "--html"},
	} {
		r := run(t, "", append(args, "--json")...)
		if r.code != exitUsage {
			t.Errorf("%v: status %d, %s", args, r.code, r.err)
		}
		var o struct{ Error errorObject }
		r.decode(t, &o)
		if o.Error.Code != "usage" || o.Error.Message == "" {
			t.Errorf("%v: %s", args, r.out)
		}
	}
}

func TestFlagsStandAnywhere(t *testing.T) {
	for _, args := range [][]string{
		{"--json", "show", "nothing"}, {"show", "--json", "nothing"}, {"show", "nothing", "--json"},
	} {
		if r := run(t, "", args...); r.code != exitMissing || r.out == "" {
			t.Errorf("%v: %d %s", args, r.code, r.out)
		}
	}
}
