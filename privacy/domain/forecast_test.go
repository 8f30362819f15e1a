package domain

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// notebook is a Memory.
type notebook struct {
	mu   sync.Mutex
	data map[string][]byte
	till map[string]time.Time
}

func (n *notebook) Policy(_ context.Context, domain string) ([]byte, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.data[domain], nil
}

func (n *notebook) SavePolicy(_ context.Context, domain string, data []byte, until time.Time) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.data[domain], n.till[domain] = data, until
	return nil
}

func newNotebook() *notebook {
	return &notebook{data: map[string][]byte{}, till: map[string]time.Time{}}
}

// looker counts what is looked up, and answers as told.
type looker struct {
	mu      sync.Mutex
	asked   []string
	before  []Facts
	err     error
	slow    time.Duration
	running int
	most    int
}

func (l *looker) look(ctx context.Context, domain string, before Facts) (Facts, error) {
	l.mu.Lock()
	l.asked, l.before = append(l.asked, domain), append(l.before, before)
	l.running++
	l.most = max(l.most, l.running)
	err := l.err
	l.mu.Unlock()
	select {
	case <-time.After(l.slow):
	case <-ctx.Done():
		err = ctx.Err()
	}
	l.mu.Lock()
	l.running--
	l.mu.Unlock()
	policy := &Policy{ID: "1", Mode: ModeEnforce, MX: []string{"*." + domain}, Until: time.Now().Add(7 * 24 * time.Hour)}
	return Facts{Domain: domain, Mail: true, Enforced: true, How: "mta-sts", Policy: policy, Until: time.Now().Add(24 * time.Hour)}, err
}

func TestForecaster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, memory := &looker{slow: time.Second}, newNotebook()
		var news []string
		f := NewForecaster(t.Context(), ForecastOptions{Look: l.look, Now: time.Now, Memory: memory, Changed: func(d string) { news = append(news, d) }})
		defer f.Close()
		f.Ask("Example.org")
		if got := f.Facts("Example.org"); got.Enforced || got.Domain != "" {
			t.Errorf("at once: %+v", got)
		}
		f.Ask("example.org.") // the same, asked already
		synctest.Wait()
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if got := f.Facts("example.org"); !got.Enforced || got.How != "mta-sts" {
			t.Errorf("after that: %+v", got)
		}
		if !slices.Equal(l.asked, []string{"example.org"}) || !slices.Equal(news, []string{"example.org"}) {
			t.Errorf("asked %v, told %v", l.asked, news)
		}
		time.Sleep(25 * time.Hour) // now it is not known any more
		f.Ask("example.org")
		if got := f.Facts("example.org"); got.Enforced {
			t.Errorf("after a day: %+v", got)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if got := f.Facts("example.org"); !got.Enforced || len(l.asked) != 2 || l.before[1].Policy == nil {
			t.Errorf("asked again: %+v, %v, before %+v", got, l.asked, l.before)
		}
		if left := time.Until(memory.till["example.org"]); left < 6*24*time.Hour {
			t.Errorf("the policy is kept for %v only", left)
		}
	})
}

func TestForecasterRemembers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := newNotebook()
		first := NewForecaster(t.Context(), ForecastOptions{Look: (&looker{}).look, Now: time.Now, Memory: memory})
		first.Ask("example.org")
		synctest.Wait()
		first.Close()
		l := &looker{}
		second := NewForecaster(t.Context(), ForecastOptions{Look: l.look, Now: time.Now, Memory: memory})
		second.Facts("example.org")
		synctest.Wait()
		if got := second.Facts("example.org"); !got.Enforced || len(l.asked) != 0 {
			t.Errorf("in the next run: %+v, asked %v", got, l.asked)
		}
		second.Close()
		memory.data["example.org"] = []byte("{torn")
		third := NewForecaster(t.Context(), ForecastOptions{Look: l.look, Now: time.Now, Memory: memory})
		defer third.Close()
		third.Ask("example.org")
		synctest.Wait()
		if got := third.Facts("example.org"); !got.Enforced || len(l.asked) != 1 {
			t.Errorf("with a damaged memory: %+v, asked %v", got, l.asked)
		}
	})
}

func TestForecasterAfterAFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &looker{err: errors.New("no network")}
		f := NewForecaster(t.Context(), ForecastOptions{Look: l.look, Now: time.Now})
		defer f.Close()
		for range 3 {
			f.Ask("example.org")
			if got := f.Facts("example.org"); got.Enforced {
				t.Errorf("%+v", got)
			}
			synctest.Wait()
		}
		if len(l.asked) != 1 {
			t.Errorf("asked %d times", len(l.asked))
		}
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		l.err = nil
		f.Ask("example.org")
		synctest.Wait()
		if got := f.Facts("example.org"); !got.Enforced || len(l.asked) != 2 {
			t.Errorf("%+v after %v", got, l.asked)
		}
	})
}

func TestForecasterAsksAFewAtOnceAndCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &looker{slow: time.Hour}
		f := NewForecaster(t.Context(), ForecastOptions{Look: l.look, Now: time.Now})
		for _, d := range []string{"a.example", "b.example", "c.example", "d.example", "e.example", "f.example", "localhost", ""} {
			f.Ask(d)
		}
		synctest.Wait()
		if l.most != maxAsking || len(l.asked) != maxAsking {
			t.Errorf("%d at once, %d asked", l.most, len(l.asked))
		}
		f.Close()
		if l.running != 0 {
			t.Errorf("%d still run", l.running)
		}
		f.Ask("g.example")
		synctest.Wait()
		if len(l.asked) != maxAsking {
			t.Errorf("asked after the end: %v", l.asked)
		}
	})
}

// TestKnowingAsksNobody holds that looking at contacts, however many, tells
// their domains nothing.
func TestKnowingAsksNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &looker{}
		f := NewForecaster(t.Context(), ForecastOptions{Look: l.look, Now: time.Now, Memory: newNotebook()})
		defer f.Close()
		for _, d := range []string{"a.example", "b.example", "a.example"} {
			f.Facts(d)
			synctest.Wait()
		}
		if len(l.asked) != 0 {
			t.Errorf("asked %v", l.asked)
		}
		f.Ask("a.example")
		synctest.Wait()
		if !f.Facts("a.example").Enforced || len(l.asked) != 1 {
			t.Errorf("asked %v", l.asked)
		}
	})
}
