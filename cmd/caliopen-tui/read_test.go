package main

import (
	"crypto/sha256"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/engine"
	"github.com/caliopen/caliopen-tui/conversation"
)

// letters are mails as a server would have them.
func letters() []string {
	return []string{
		"From: Zoé <zoe@example.org>\r\nTo: lou@example.net\r\nSubject: tea\r\nDate: Mon, 02 Mar 2026 10:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n\r\nShall we meet at the greenhouse?\r\n",
		"From: Bo <bo@example.org>\r\nTo: lou@example.net\r\nSubject: cables \x1b]0;x\x07\r\nDate: Tue, 03 Mar 2026 10:00:00 +0000\r\nMessage-ID: <2@example.org>\r\n\r\nThe cables are \x1b[2Jhere.\r\n",
	}
}

// seed gives a sandbox with an account and the letters in it.
func seed(t *testing.T) sandbox {
	t.Helper()
	box := newSandbox(t)
	err := accounts.AddAccount(filepath.Join(box.dir, "config.toml"), accounts.Account{
		Name: "home", Kind: "mail", Address: "lou@example.net", IMAP: "imaps://127.0.0.1:1", SMTP: "smtps://127.0.0.1:1", PasswordCommand: "echo x",
	})
	if err != nil {
		t.Fatal(err)
	}
	p := speaking(t, "en")
	p.flags.config, p.flags.data = filepath.Join(box.dir, "config.toml"), filepath.Join(box.dir, "data")
	a, err := open(t.Context(), p, reading)
	if err != nil {
		t.Fatal(err)
	}
	defer a.close()
	own := accounts.Own{Account: "home", Protocol: conversation.Mail, Addresses: []conversation.Address{conversation.MailAddress("lou@example.net")}}
	if err := a.db.SetOwn(t.Context(), []accounts.Own{own}); err != nil {
		t.Fatal(err)
	}
	if err := a.db.SaveFolder(t.Context(), "home", accounts.Folder{Name: "INBOX", Use: accounts.UseInbox, Validity: 1}); err != nil {
		t.Fatal(err)
	}
	for i, raw := range letters() {
		received := time.Date(2026, 3, 2+i, 10, 1, 0, 0, time.UTC)
		parsed := a.formats()[conversation.Mail].Parse([]byte(raw), conversation.ParseContext{Account: "home", Own: own.Addresses[0], Received: received})
		engine.Case{Own: own.Addresses, OwnHop: true}.Decide(&parsed)
		arrival := accounts.Arrival{
			Copy:   accounts.Copy{Folder: "INBOX", Validity: 1, UID: uint32(i + 1), Received: received, Raw: []byte(raw)},
			Packed: a.db.Pack([]byte(raw)), SHA256: sha256.Sum256([]byte(raw)), Parsed: parsed,
		}
		if _, err := a.db.Add(t.Context(), "home", []accounts.Arrival{arrival}); err != nil {
			t.Fatal(err)
		}
	}
	return box
}

// objects reads the lines of JSON that a command writes.
func (f sandbox) objects(t *testing.T, args ...string) []map[string]any {
	t.Helper()
	r := f.run(t, "", append(args, "--json")...)
	if r.code != 0 {
		t.Fatalf("%v: %d %s", args, r.code, r.err)
	}
	var out []map[string]any
	for line := range strings.Lines(r.out) {
		var o map[string]any
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatalf("%v: %v in %q", args, err, line)
		}
		out = append(out, o)
	}
	return out
}

func TestReadingCommands(t *testing.T) {
	box := seed(t)
	rows := box.objects(t, "conversations")
	if len(rows) != 2 || rows[0]["title"] != "Bo" || rows[1]["title"] != "Zoé" {
		t.Fatalf("conversations: %v", rows)
	}
	if rows := box.objects(t, "conversations", "--limit", "1"); len(rows) != 1 {
		t.Errorf("limit: %v", rows)
	}
	if rows := box.objects(t, "conversations", "from:zoe"); len(rows) != 1 {
		t.Errorf("query: %v", rows)
	}
	messages := box.objects(t, "messages", rows[1]["id"].(string))
	if len(messages) != 1 || messages[0]["subject"] != "tea" || messages[0]["text"] != nil {
		t.Fatalf("messages: %v", messages)
	}
	id := messages[0]["id"].(string)
	shown := box.objects(t, "show", id)[0]
	if shown["text"] != "Shall we meet at the greenhouse?" || shown["account"] != "home" || shown["folder"] != "INBOX" {
		t.Errorf("show: %v", shown)
	}
	if head := box.objects(t, "show", id, "--headers")[0]["headers"]; !strings.Contains(head.(string), "Message-ID: <1@example.org>") {
		t.Errorf("headers: %v", head)
	}
	if r := box.run(t, "", "show", id, "--raw"); r.out != letters()[0] {
		t.Errorf("raw: %q", r.out)
	}
	if why := box.objects(t, "explain", id)[0]; why["kind"] != "message" || why["privacy"].(map[string]any)["sentence"] == "" {
		t.Errorf("explain: %v", why)
	}
}

func TestSearchCommand(t *testing.T) {
	box := seed(t)
	if hits := box.objects(t, "search", "greenhouse"); len(hits) != 1 || !strings.Contains(hits[0]["snippet"].(string), "greenhouse") {
		t.Errorf("hits %v", hits)
	}
	if n := box.objects(t, "search", "the", "--count")[0]["count"]; n != 2.0 {
		t.Errorf("count %v", n)
	}
	if hits := box.objects(t, "search", "from:bo", "cables"); len(hits) != 1 {
		t.Errorf("several words %v", hits)
	}
	if r := box.run(t, "", "search", "élé (", "--lang", "en"); r.code != exitUsage || !strings.Contains(r.err, "character 6") {
		t.Errorf("a fault is not pointed at by characters: %s", r.err)
	}
}

func TestMarkAndUndo(t *testing.T) {
	box := seed(t)
	id := box.objects(t, "search", "greenhouse")[0]["id"].(string)
	box.objects(t, "mark", "tag+garden", id)
	box.objects(t, "mark", "read", id)
	if m := box.objects(t, "show", id)[0]; m["read"] != true || m["tags"].([]any)[0] != "garden" {
		t.Errorf("after mark: %v", m)
	}
	box.objects(t, "undo")
	if m := box.objects(t, "show", id)[0]; m["read"] != false {
		t.Errorf("after undo: %v", m)
	}
	if r := box.run(t, "", "mark", "read", id, "nothing"); r.code != exitPartly {
		t.Errorf("half of it missing: %d %s", r.code, r.err)
	}
	if r := box.run(t, "", "mark", "read", "nothing"); r.code != exitMissing {
		t.Errorf("nothing there: %d %s", r.code, r.err)
	}
}

func TestContactCommands(t *testing.T) {
	box := seed(t)
	zoe := box.objects(t, "contact", "show", "zoe@example.org")[0]
	if zoe["name"] != "Zoé" {
		t.Fatalf("show: %v", zoe)
	}
	joined := box.objects(t, "contact", "merge", "zoe@example.org", "bo@example.org")[0]
	if len(joined["addresses"].([]any)) != 2 {
		t.Errorf("merge: %v", joined)
	}
	if rows := box.objects(t, "conversations"); len(rows) != 1 {
		t.Errorf("merged people have %d conversations", len(rows))
	}
	box.objects(t, "contact", "split", "zoe@example.org", "bo@example.org")
	if rows := box.objects(t, "conversations"); len(rows) != 2 {
		t.Errorf("after the split %d conversations", len(rows))
	}
	edited := box.objects(t, "contact", "edit", "bo@example.org", "--name", "Bo B.", "--address", "@bo@social.example.org")[0]
	if edited["name"] != "Bo B." || len(edited["addresses"].([]any)) != 2 {
		t.Errorf("edit: %v", edited)
	}
}

func TestTerminalOutputIsHarmless(t *testing.T) {
	box := seed(t)
	id := box.objects(t, "search", "cables")[0]["id"].(string)
	for _, args := range [][]string{{"conversations"}, {"search", "cables"}, {"show", id}, {"show", id, "--headers"}, {"explain", id}, {"contact", "list"}} {
		if r := box.run(t, "", args...); strings.ContainsAny(r.out, "\x1b\x07\u009b") || r.code != 0 || r.out == "" {
			t.Errorf("%v: %d %q", args, r.code, r.out)
		}
	}
}

func TestInspectStoresNothing(t *testing.T) {
	box := newSandbox(t)
	r := box.run(t, letters()[0], "inspect", "-", "--json")
	var o map[string]any
	r.decode(t, &o)
	if o["subject"] != "tea" || o["file"] != "-" || o["id"] != nil || o["read"] != nil || o["privacy"].(map[string]any)["score"] == nil {
		t.Errorf("%s", r.out)
	}
	if isDir(filepath.Join(box.dir, "data")) {
		t.Error("inspect made a data folder")
	}
	if r := box.run(t, "", "inspect", filepath.Join(box.dir, "none.eml")); r.code != exitMissing {
		t.Errorf("missing file: %d %s", r.code, r.err)
	}
}

func TestSendDryRun(t *testing.T) {
	box := seed(t)
	r := box.run(t, "hello", "send", "--to", "zoe@example.org", "--subject", "tea", "--dry-run", "--json")
	var o map[string]any
	r.decode(t, &o)
	if r.code != 0 || o["dry_run"] != true || o["channel"].(map[string]any)["account"] != "home" || len(o["candidates"].([]any)) == 0 {
		t.Errorf("%d %s %s", r.code, r.out, r.err)
	}
	if entries := box.objects(t, "outbox", "list"); len(entries) != 0 {
		t.Errorf("a dry run left %v", entries)
	}
}
