package uitest

import (
	"context"
	"sync"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/setup"
)

// FakeSetup pretends to look settings up and to log in.
type FakeSetup struct {
	mu sync.Mutex

	Slow    time.Duration // every call takes that long, unless it is stopped
	Found   setup.Found   // what Probe gives
	URL     string        // what AuthorizeURL gives
	Fail    error         // when set, every call fails with it
	Added   []setup.NewAccount
	Removed []string
	Kept    bool // Removed kept the messages
	Stopped int  // calls that were stopped
	Asked   []string
}

func (f *FakeSetup) wait(ctx context.Context) error {
	select {
	case <-time.After(f.Slow):
	case <-ctx.Done():
		f.mu.Lock()
		f.Stopped++
		f.mu.Unlock()
		return ctx.Err()
	}
	return f.Fail
}

// Probe gives Found.
func (f *FakeSetup) Probe(ctx context.Context, address string) (setup.Found, error) {
	if err := f.wait(ctx); err != nil {
		return setup.Found{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Asked = append(f.Asked, address)
	return f.Found, nil
}

// Add remembers the account.
func (f *FakeSetup) Add(ctx context.Context, n setup.NewAccount) error {
	if err := f.wait(ctx); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Added = append(f.Added, n)
	return nil
}

// Remove remembers the name.
func (f *FakeSetup) Remove(ctx context.Context, name string, keepMessages bool) error {
	if err := f.wait(ctx); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Removed, f.Kept = append(f.Removed, name), keepMessages
	return nil
}

// AuthorizeURL gives URL.
func (f *FakeSetup) AuthorizeURL(ctx context.Context, server string) (string, error) {
	if err := f.wait(ctx); err != nil {
		return "", err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Asked = append(f.Asked, server)
	return f.URL, nil
}

// StartDemo cannot be done.
func (f *FakeSetup) StartDemo(context.Context) error { return conversation.ErrUsage }

// Places gives invented folders.
func (f *FakeSetup) Places() (data, config string) {
	return "/home/you/.local/share/caliopen", "/home/you/.config/caliopen/config.toml"
}
