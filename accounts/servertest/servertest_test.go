package servertest

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
)

func TestDovecotHoldsWhatIsDelivered(t *testing.T) {
	s := Dovecot(t)
	raw := []byte("From: zoe@example.org\r\nSubject: one\r\n\r\ntext\r\n")
	s.Deliver(Alice, "INBOX", "FS", raw)
	s.Deliver(Alice, "Work", "", raw, raw)
	_, inbox := s.Dump(Alice, "INBOX")
	_, work := s.Dump(Alice, "Work")
	_, bobs := s.Dump(Bob, "INBOX")
	if len(inbox) != 1 || len(work) != 2 || len(bobs) != 0 {
		t.Fatalf("%d, %d and %d messages, want 1, 2 and 0", len(inbox), len(work), len(bobs))
	}
	sum := sha256.Sum256(raw)
	if inbox[0].SHA256 != hex.EncodeToString(sum[:]) || len(inbox[0].Flags) != 2 {
		t.Errorf("not what was delivered: %+v", inbox[0])
	}
}

func TestMailListensOnBothProtocols(t *testing.T) {
	s := Mail(t)
	if s.SMTPS == "" || s.SMTP == "" || s.SMTP == s.SMTPS {
		t.Fatalf("addresses %q and %q", s.SMTPS, s.SMTP)
	}
}
