package servertest

import (
	_ "embed"
	"encoding/json"
	"os/exec"
	"slices"
)

//go:embed dump.py
var dumpScript string

// Stored is a message as another IMAP client sees it.
type Stored struct {
	UID    uint32
	SHA256 string // of BODY[], hexadecimal
	Size   int
	Flags  []string // as the server names them, sorted, without \Recent
}

// Dump lists a mailbox by way of a client that shares no code with the one
// under test.
func (s *Server) Dump(user, mailbox string) (validity uint32, all []Stored) {
	s.t.Helper()
	Need(s.t, "python3")
	out, err := exec.Command("python3", "-c", dumpScript, port(s.IMAPS), s.CAFile, user, Password, mailbox).Output()
	if err != nil {
		s.t.Fatalf("dump of %s of %s: %v\n%s", mailbox, user, err, s.logs())
	}
	var answer Mailbox
	must(s.t, json.Unmarshal(out, &answer))
	for i := range answer.Messages {
		slices.Sort(answer.Messages[i].Flags)
	}
	return answer.Validity, answer.Messages
}
