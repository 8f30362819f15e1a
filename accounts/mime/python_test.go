package mime

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/conversation"
)

// reader prints what another parser finds in a mail.
const reader = `
import sys, json, email, email.policy
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
text = m.get_body(("plain",))
print(json.dumps({
  "subject": m["subject"], "defects": [str(d) for p in m.walk() for d in p.defects],
  "from": [[a.display_name, a.addr_spec] for a in m["from"].addresses],
  "to": [[a.display_name, a.addr_spec] for a in m["to"].addresses],
  "text": text.get_content(), "format": text.get_param("format"), "refs": m["references"],
  "files": [[p.get_filename(), p.get_content_type(), p.get_content().hex() if isinstance(p.get_content(), bytes) else p.get_content()] for p in m.iter_attachments()],
}))
`

// TestAnotherParser lets a parser of other people read what Compose writes.
func TestAnotherParser(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("python3 is missing")
		}
		t.Skip("python3 is not installed")
	}
	o := outgoing()
	o.From.Name, o.Subject = `Zoé "Z" Müller, Dr.`, "Réunion de lundi : ordre du jour, très long, avec des accents — 日本語 🙂"
	o.To = append(o.To, person("", "b@example.net"), person("日本 太郎", "t@example.jp"))
	o.Text = "Bonjour,\n\n" + strings.Repeat("une ligne très longue ", 20) + "\n> cité\nFrom là"
	o.InReplyTo, o.References = "p@example.org", []string{"r@example.org"}
	o.Attach = []conversation.File{
		{Name: "résumé très long " + strings.Repeat("é", 60) + ".pdf", Type: "application/pdf", Data: []byte{0, 255, 13, 10}},
		{Name: `a "quoted"; name.bin`, Type: "application/x-thing", Data: bytes.Repeat([]byte("x"), 200)},
	}
	cmd := exec.Command(python, "-c", reader)
	cmd.Stdin = bytes.NewReader(compose(t, o).Wire)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	agree(t, o, out)
}

// agree compares what the other parser printed with what was composed.
func agree(t *testing.T, o conversation.Outgoing, out []byte) {
	t.Helper()
	var got struct {
		Subject, Text, Format, Refs string
		Defects                     []string
		From, To, Files             [][]string
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	if got.Subject != o.Subject || len(got.Defects) > 0 || got.Format != "flowed" || strings.Join(strings.Fields(got.Refs), " ") != "<r@example.org> <p@example.org>" {
		t.Errorf("subject %q, defects %v, format %q, references %q", got.Subject, got.Defects, got.Format, got.Refs)
	}
	if !slices.Equal(got.From[0], []string{o.From.Name, "zoe@example.org"}) {
		t.Errorf("from %q", got.From)
	}
	for i, p := range o.To {
		if !slices.Equal(got.To[i], []string{p.Name, p.Address.ID}) {
			t.Errorf("to %q, want %+v", got.To[i], p)
		}
	}
	if text := unflow(strings.ReplaceAll(got.Text, "\r\n", "\n"), false); strings.TrimSpace(text) != strings.ReplaceAll(o.Text, "ligne très longue \n", "ligne très longue\n") {
		t.Errorf("text %q", text)
	}
	if got.Files[0][0] != o.Attach[0].Name || got.Files[0][2] != "00ff0d0a" || got.Files[1][0] != o.Attach[1].Name || got.Files[1][1] != "application/x-thing" {
		t.Errorf("files %q", got.Files)
	}
}
