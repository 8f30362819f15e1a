package conversation

import (
	"context"
	"sync"
	"time"

	"github.com/caliopen/caliopen-tui/privacy"
)

// OwnAccount is one of the user's own accounts as the verbs need it.
type OwnAccount struct {
	ID       AccountID
	Protocol Protocol
	Address  Address
	Aliases  []Address // other own addresses served by the account
	Name     string    // the user's name as others see it
	Paused   bool
	Verified bool // the own server is reached over verified TLS
	Enforces bool // the user says that the provider honours what recipients' domains demand
	// Measured is what is known of the account for its own index. What the
	// engine knows of the connection is added to it.
	Measured privacy.AccountInput
}

// Engine is what the verbs need from whoever talks to the servers.
type Engine interface {
	Statuses() []Status
	// Wake asks for a pass over one account, or all when it is "".
	Wake(a AccountID)
	// Poke tells that acts or messages wait in the store. It fetches nothing.
	Poke()
	// Whole asks for the rest of a message of which only the header is here.
	Whole(id MessageID)
	// Limits gives what an account can send: characters of text (0 for no
	// limit), bytes of a message (0 for unknown), and files (0 for none, -1 for
	// any number).
	Limits(a AccountID) (maxText int, maxSize int64, files int)
}

// Options is what a Service is made of. Store, Formats, Accounts, Clock and
// Random are needed; without Engine nothing is woken and the usual limits are assumed.
type Options struct {
	Store    Store
	Formats  map[Protocol]Format
	Accounts func() []OwnAccount
	Engine   Engine
	Clock    Clock
	Random   func([]byte)
	// ReadFile reads a file to attach, FileSize tells its size without reading,
	// WriteFile makes a new file in a folder, never over another one, and gives
	// its path.
	ReadFile  func(path string) (File, error)
	FileSize  func(path string) (int64, error)
	WriteFile func(dir, name string, data []byte) (string, error)
	// Fetch gets an attachment that the account's own server keeps; nil where
	// no network may be touched. It is called on the user's request only.
	Fetch func(ctx context.Context, a AccountID, url string) ([]byte, error)
	// Keys is the user's keyring, nil for none. Find asks the network for the
	// keys of an address, which the user wants; nil where no network may be
	// touched. Opened is called in the background after the keys were unlocked
	// and opens what came while they were locked.
	Keys   Keyring
	Find   func(ctx context.Context, a Address) ([]KeySight, error)
	Opened func(ctx context.Context)
	// Waiting counts what came while the keys were locked and can be opened by
	// them; nil where nothing is stored.
	Waiting func() int
	// Follow follows a link of SecureJoin, or looks at one that is nothing but
	// a fingerprint; nil where no mail can be sent.
	Follow func(ctx context.Context, link string) (Invited, error)
	// Foreign gives the key of an own address that another program on this
	// device holds and would give, and Take takes it in, opened by its
	// passphrase there; nil where there is no such program.
	Foreign func(ctx context.Context, own Address) (Key, bool)
	Take    func(ctx context.Context, fingerprint string, passphrase []byte) (Key, error)
	// Rejudge judges the stored messages of addresses again after the user
	// verified a key or decided about one; nil where nothing is stored.
	Rejudge func(ctx context.Context, as []Address) error
	// Discreet has sealed mail show as little outside as it can, whoever it
	// goes to.
	Discreet bool
	// Domain gives what is known of the mail servers of a domain, from memory
	// (it never waits for the network); nil where nothing is known. Require
	// tells whether an account's server takes REQUIRETLS (RFC 8689).
	// AskDomain has the network asked about a domain in the background; it is
	// called for those the user begins to write to, and no others.
	// Reached tells whether the domain of an address was seen to speak TLS in
	// mail that it was proved to have sent.
	Domain    func(domain string) DomainFacts
	Reached   func(a Address) bool
	AskDomain func(domain string)
	Require   func(a AccountID) bool
	// Device measures the device that the program runs on.
	Device func() privacy.DeviceInput
	Hold   time.Duration       // how long a message may be taken back
	Quote  bool                // begin answers with the text answered
	Lang   string              // "en", "fr" or "it": the order of dates in queries
	Say    func(Reason) string // words for what is written down; nil writes codes
}

// Service has the verbs that the interface and the command line call. None of
// them touches the network: what needs a server is queued and the engine woken.
type Service struct {
	opt     Options
	broker  *Broker
	sending sync.Mutex // one Send at a time, so that a draft goes out once
	opening sync.Mutex // what was sealed is opened by one at a time

	askedLock sync.Mutex
	asked     map[Address]bool // whose keys were looked for already
}

// New makes a Service.
func New(o Options) *Service {
	if o.Say == nil {
		o.Say = func(r Reason) string { return r.Code }
	}
	if o.Accounts == nil {
		o.Accounts = func() []OwnAccount { return nil }
	}
	return &Service{opt: o, broker: NewBroker()}
}

// Publish tells everybody who listens what changed. It never blocks.
func (s *Service) Publish(e Event) { s.broker.Publish(e) }

// Events gives what changed until the context ends; bursts are joined.
func (s *Service) Events(ctx context.Context) <-chan Event { return s.broker.Events(ctx) }

// Accounts gives the state of each account.
func (s *Service) Accounts(context.Context) ([]Status, error) {
	if s.opt.Engine != nil {
		return s.opt.Engine.Statuses(), nil
	}
	var out []Status
	for _, a := range s.opt.Accounts() {
		phase := PhaseIdle
		if a.Paused {
			phase = PhasePaused
		}
		out = append(out, Status{Account: a.ID, Protocol: a.Protocol, Address: a.Address, Phase: phase})
	}
	return out, nil
}

// SyncNow asks for a pass over one account, or over all when a is "".
func (s *Service) SyncNow(_ context.Context, a AccountID) error {
	if a != "" {
		if _, ok := s.account(a); !ok {
			return &Problem{Code: "problem.account", Args: map[string]any{"Account": string(a)}, Err: ErrNotFound}
		}
	}
	s.wake(a)
	return nil
}

func (s *Service) wake(a AccountID) {
	if s.opt.Engine != nil {
		s.opt.Engine.Wake(a)
	}
}

// poke has the engine look into the store, for what was just put there.
func (s *Service) poke() {
	if s.opt.Engine != nil {
		s.opt.Engine.Poke()
	}
}

func (s *Service) account(id AccountID) (OwnAccount, bool) {
	for _, a := range s.opt.Accounts() {
		if a.ID == id {
			return a, true
		}
	}
	return OwnAccount{}, false
}

// isOwn tells whether an address is one of the user's own.
func (s *Service) isOwn(a Address) bool {
	for _, own := range s.opt.Accounts() {
		if own.has(a) {
			return true
		}
	}
	return false
}

func (o OwnAccount) has(a Address) bool {
	if o.Address == a {
		return true
	}
	for _, alias := range o.Aliases {
		if alias == a {
			return true
		}
	}
	return false
}
