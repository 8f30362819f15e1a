package mime

import (
	"testing"

	"github.com/caliopen/caliopen-tui/conversation"
)

// The marks of links are for the list of links; a row of the list of
// conversations has none.
func TestExcerptHasNoMarks(t *testing.T) {
	raw := "From: a@example.org\r\nSubject: x\r\nContent-Type: text/html\r\n\r\n" +
		"<p><a href='https://shop.example/'>Nos jardins</a> ouvrent <b>[2]</b> jours <a href='https://shop.example/b'>ici</a></p>"
	m := New().Parse([]byte(raw), conversation.ParseContext{}).Message
	if want := "Nos jardins ouvrent [2] jours ici"; m.Excerpt != want {
		t.Errorf("excerpt %q of %q, want %q", m.Excerpt, m.Text, want)
	}
}
