package smtp

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/emersion/go-smtp"
	"golang.org/x/net/idna"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// envelope is a message ready to be handed over.
type envelope struct {
	from     string
	to       []recipient
	wire     []byte
	eightBit bool
	options  smtp.MailOptions
}

type recipient struct {
	address conversation.Address
	wire    string
}

// envelope checks an entry before any connection is made.
func (s *Sender) envelope(e conversation.Entry) (envelope, error) {
	if err := canonical(e.Wire); err != nil {
		return envelope{}, err
	}
	from := s.config.From
	if strings.Contains(e.Draft.From, "@") {
		from = e.Draft.From
	}
	env := envelope{wire: e.Wire, eightBit: !isASCII(e.Wire)}
	var err error
	if env.from, err = mailbox(from); err != nil {
		return envelope{}, err
	}
	for _, a := range e.Recipients {
		to, err := mailbox(a.ID)
		if err != nil || a.Protocol != conversation.Mail {
			return envelope{}, fmt.Errorf("smtp: recipient %q: %w", a.ID, accounts.ErrRefused)
		}
		env.to = append(env.to, recipient{a, to})
		env.options.UTF8 = env.options.UTF8 || !isASCII([]byte(to))
	}
	if len(env.to) == 0 {
		return envelope{}, fmt.Errorf("smtp: no recipient: %w", accounts.ErrRefused)
	}
	env.options.UTF8 = env.options.UTF8 || !isASCII([]byte(env.from))
	env.options.Size = int64(len(e.Wire))
	env.options.RequireTLS = s.config.RequireTLS || e.RequireTLS
	return env, nil
}

// mailbox gives an address as it stands between angle brackets. Whatever could
// end the command or the brackets is refused.
func mailbox(address string) (string, error) {
	at := strings.LastIndexByte(address, '@')
	if at <= 0 || at == len(address)-1 || len(address) > 320 ||
		strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '<' || r == '>' }) {
		return "", fmt.Errorf("smtp: address %q: %w", address, accounts.ErrRefused)
	}
	domain, err := idna.Lookup.ToASCII(address[at+1:])
	if err != nil {
		domain = address[at+1:] // an address literal, or for the server to refuse
	}
	return address[:at+1] + domain, nil
}

// canonical makes sure that lines end in CRLF and nothing else (RFC 5321,
// section 2.3.8): a lone CR or LF is taken for the end of a line by some
// servers and not by others, by which mail can be smuggled in.
func canonical(wire []byte) error {
	for i, ch := range wire {
		lone := ch == '\n' && (i == 0 || wire[i-1] != '\r') || ch == '\r' && (i+1 == len(wire) || wire[i+1] != '\n')
		if lone || ch == 0 {
			return fmt.Errorf("smtp: byte %d of the message is a lone line end or NUL: %w", i, accounts.ErrRefused)
		}
	}
	if len(wire) == 0 || !bytes.Contains(wire, []byte("\r\n\r\n")) {
		return fmt.Errorf("smtp: message without header and body: %w", accounts.ErrRefused)
	}
	return nil
}

func isASCII(b []byte) bool {
	return !bytes.ContainsFunc(b, func(r rune) bool { return r > 0x7e && r != 0x7f })
}
