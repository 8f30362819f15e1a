package servertest

import (
	"bytes"
	"net/mail"
	"testing"
)

func TestLetters(t *testing.T) {
	total := 0
	for i := range 1000 {
		raw := Letter(1, i)
		total += len(raw)
		if !bytes.Equal(raw, Letter(1, i)) {
			t.Fatalf("letter %d is not the same twice", i)
		}
		m, err := mail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatalf("letter %d: %v", i, err)
		}
		if _, err := m.Header.AddressList("From"); err != nil {
			t.Errorf("letter %d: %v", i, err)
		}
	}
	if mean := total / 1000; mean < 8_000 || mean > 18_000 {
		t.Errorf("%d bytes on the average, want about 13,000", mean)
	}
}
