package postoffice

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// session is one submission of one user.
type session struct {
	o    *Office
	user string
	from string
	to   []string
}

func (o *Office) session(*smtp.Conn) (smtp.Session, error) { return &session{o: o}, nil }

// AuthMechanisms implements smtp.AuthSession.
func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth implements smtp.AuthSession.
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, name, password string) error {
		u := s.o.user(name)
		if u == nil || u.password != password {
			return smtp.ErrAuthFailed
		}
		s.user = strings.ToLower(name)
		return nil
	}), nil
}

// Mail implements smtp.Session: users send under their own address only.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.user == "" {
		return smtp.ErrAuthRequired
	}
	if !strings.EqualFold(from, s.user) {
		return &smtp.SMTPError{Code: 553, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "sender address not owned by user"}
	}
	s.from = s.user
	return nil
}

// Rcpt implements smtp.Session. Addresses under .invalid do not exist
// (RFC 6761, 6.4).
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if strings.HasSuffix(strings.ToLower(to), ".invalid") {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 2}, Message: "no such domain"}
	}
	s.to = append(s.to, strings.ToLower(to))
	return nil
}

// Data implements smtp.Session.
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	return s.o.accept(Mail{From: s.from, To: s.to, Raw: raw})
}

// Reset implements smtp.Session.
func (s *session) Reset() { s.from, s.to = "", nil }

// Logout implements smtp.Session.
func (s *session) Logout() error { return nil }

// accept delivers to own users and tells of the rest.
func (o *Office) accept(m Mail) error {
	var out []string
	for _, to := range m.To {
		if o.user(to) == nil {
			out = append(out, to)
			continue
		}
		head := o.stamp(to, "from [127.0.0.1] (localhost [127.0.0.1])", "ESMTPSA", "TLSv1.3", o.now())
		if err := o.Put(to, "INBOX", append(head, m.Raw...), o.now()); err != nil {
			return err
		}
	}
	o.mu.Lock()
	list := o.onMail
	o.mu.Unlock()
	if len(out) > 0 {
		for _, f := range list {
			go f(Mail{From: m.From, To: out, Raw: bytes.Clone(m.Raw)})
		}
	}
	return nil
}

// Path says how a message from outside reached the provider.
type Path struct {
	Host  string // the sending host
	TLS   string // "TLSv1.3", "TLSv1.2", "" for a clear connection
	DKIM  string // "pass", "fail", "" for none
	DMARC string // "pass", "fail", "" for none
	SPF   string // "pass" when empty
	Login bool   // submitted to the provider's own server by one of its users
	From  string // the domain of From
	At    time.Time
}

// Deliver files a message from outside in an inbox, as the provider would:
// with its own Received and Authentication-Results lines on top.
func (o *Office) Deliver(to string, raw []byte, p Path) error {
	p.At = o.now()
	return o.Put(to, "INBOX", o.Stamped(to, raw, p), p.At)
}

// Stamped gives a message from outside as the provider would file it.
func (o *Office) Stamped(to string, raw []byte, p Path) []byte {
	head := append([]byte(o.results(p)), o.stamp(to, fmt.Sprintf("from %s (%s [192.0.2.25])", p.Host, p.Host), p.with(), p.TLS, p.At)...)
	return append(head, raw...)
}

// with is the keyword of the transmission (RFC 3848).
func (p Path) with() string {
	with := "ESMTP"
	if p.TLS != "" {
		with += "S"
	}
	if p.Login {
		with += "A"
	}
	return with
}

// results is the provider's verdict on the sender (RFC 8601).
func (o *Office) results(p Path) string {
	dkim, dmarc := "dkim=none", "dmarc=none"
	if p.DKIM != "" {
		dkim = fmt.Sprintf("dkim=%s header.d=%s", p.DKIM, p.From)
	}
	if p.DMARC != "" {
		dmarc = fmt.Sprintf("dmarc=%s header.from=%s", p.DMARC, p.From)
	}
	spf := "pass"
	if p.SPF != "" {
		spf = p.SPF
	}
	return fmt.Sprintf("Authentication-Results: %s; %s; spf=%s smtp.mailfrom=%s; %s\r\n", o.host, dkim, spf, p.From, dmarc)
}

// stamp is a Received line as Postfix writes it.
func (o *Office) stamp(to, from, with, version string, at time.Time) []byte {
	tls := ""
	if version != "" {
		tls = fmt.Sprintf("\r\n\t(using %s with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))", version)
	}
	at = at.UTC()
	return fmt.Appendf(nil, "Received: %s%s\r\n\tby %s (Postfix) with %s id %X\r\n\tfor <%s>; %s\r\n",
		from, tls, o.host, with, at.UnixNano()&0xffffffff, to, at.Format("Mon, 2 Jan 2006 15:04:05 -0700"))
}
