package mime

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
)

// TestGuess decodes texts that do not say what they are in.
func TestGuess(t *testing.T) {
	const russian = "Уважаемые коллеги! Напоминаем, что завтра состоится собрание, на котором мы обсудим планы на следующий год и результаты работы за этот квартал."
	for _, c := range []struct {
		name, text string
		in         *charmap.Charmap
	}{
		{"Russian", russian, charmap.Windows1251},
		{"KOI8", russian, charmap.KOI8R},
		{"KOI8, repeated", strings.Repeat("Добрый день, высылаю вам отчёт за прошлую неделю. ", 4), charmap.KOI8R},
		{"French, short", "À bientôt", charmap.Windows1252},
	} {
		raw, err := c.in.NewEncoder().String(c.text)
		if err != nil {
			t.Fatal(err)
		}
		if got := toUTF8([]byte(raw), "", nil); got != c.text {
			t.Errorf("%s: %.60q", c.name, got)
		}
	}
}

// TestGuessIsStable says that one text is read the same each time, also when
// several charsets are as likely.
func TestGuessIsStable(t *testing.T) {
	raw := []byte(strings.Repeat("0", 60) + strings.Repeat("\xd8", 5) + "\xbf\xff\x80")
	first := toUTF8(raw, "", nil)
	for range 200 {
		if got := toUTF8(raw, "", nil); got != first {
			t.Fatalf("%q, then %q", first, got)
		}
	}
}
