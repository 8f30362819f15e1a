package postoffice

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-smtp"
)

// Mail is one message that a user handed in for somebody outside.
type Mail struct {
	From string
	To   []string
	Raw  []byte
}

// Office is a provider with its users.
type Office struct {
	host  string
	now   func() time.Time
	store *imapmemserver.Server
	imap  *imapserver.Server
	smtp  *smtp.Server

	mu     sync.Mutex
	users  map[string]*user // by address
	onMail []func(Mail)
}

type user struct {
	box      *imapmemserver.User
	password string
}

// Folders that every user has, with their use.
var folders = map[string]imap.MailboxAttr{
	"Sent": imap.MailboxAttrSent, "Drafts": imap.MailboxAttrDrafts, "Trash": imap.MailboxAttrTrash,
	"Archive": imap.MailboxAttrArchive, "Junk": imap.MailboxAttrJunk,
}

// New makes a provider whose servers call themselves by host.
func New(host string, now func() time.Time) *Office {
	return &Office{host: host, now: now, store: imapmemserver.New(), users: map[string]*user{}}
}

// AddUser opens a mailbox.
func (o *Office) AddUser(address, password string) error {
	u := imapmemserver.NewUser(address, password)
	if err := u.Create("INBOX", nil); err != nil {
		return fmt.Errorf("postoffice: %w", err)
	}
	for name, use := range folders {
		if err := u.Create(name, &imap.CreateOptions{SpecialUse: []imap.MailboxAttr{use}}); err != nil {
			return fmt.Errorf("postoffice: %w", err)
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.store.AddUser(u)
	o.users[strings.ToLower(address)] = &user{u, password}
	return nil
}

// OnMail registers what is called with each message that leaves for addresses
// outside. It runs on a goroutine of its own.
func (o *Office) OnMail(f func(Mail)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.onMail = append(o.onMail, f)
}

// Put files a message as it is, with flags, at a date.
func (o *Office) Put(address, folder string, raw []byte, at time.Time, flags ...imap.Flag) error {
	u := o.user(address)
	if u == nil {
		return fmt.Errorf("postoffice: no such user: %s", address)
	}
	_, err := u.box.Append(folder, literal{bytes.NewReader(raw)}, &imap.AppendOptions{Flags: flags, Time: at})
	if err != nil {
		return fmt.Errorf("postoffice: file in %s: %w", folder, err)
	}
	return nil
}

func (o *Office) user(address string) *user {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.users[strings.ToLower(address)]
}

type literal struct{ *bytes.Reader }

// Listen serves IMAP and submission over implicit TLS on free loopback ports
// and gives their URLs.
func (o *Office) Listen(conf *tls.Config) (imapURL, smtpURL string, err error) {
	il, err := listen(conf)
	if err != nil {
		return "", "", err
	}
	sl, err := listen(conf)
	if err != nil {
		return "", "", errors.Join(err, il.Close())
	}
	quiet := log.New(io.Discard, "", 0)
	o.imap = imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return o.store.NewSession(), nil, nil
		},
		Caps:         imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapIMAP4rev2: {}, imap.CapSpecialUse: {}},
		InsecureAuth: true, // the listener speaks TLS only; the server cannot see that
		Logger:       quiet,
	})
	o.smtp = smtp.NewServer(smtp.BackendFunc(o.session))
	o.smtp.Domain, o.smtp.AllowInsecureAuth, o.smtp.MaxMessageBytes = o.host, true, 25<<20
	o.smtp.ErrorLog = quiet
	go o.imap.Serve(il) //nolint:errcheck // ends with Close
	go o.smtp.Serve(sl) //nolint:errcheck // ends with Close
	return "imaps://" + address(il), "smtps://" + address(sl), nil
}

func listen(conf *tls.Config) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("postoffice: listen: %w", err)
	}
	return tls.NewListener(l, conf), nil
}

// address names a listener by "localhost", which the certificate carries.
func address(l net.Listener) string {
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return net.JoinHostPort("localhost", port)
}

// Close ends both servers.
func (o *Office) Close() error {
	var errs []error
	if o.imap != nil {
		errs = append(errs, o.imap.Close())
	}
	if o.smtp != nil {
		errs = append(errs, o.smtp.Close())
	}
	return errors.Join(errs...)
}
