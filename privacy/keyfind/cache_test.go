package keyfind

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/privacy/resolve"
)

// memory is a Cache.
type memory struct {
	at    time.Time
	found bool
	saved []string
	err   error
}

func (m *memory) Lookup(context.Context, string, Method) (time.Time, bool, error) {
	return m.at, m.found, m.err
}

func (m *memory) SaveLookup(_ context.Context, address string, method Method, at time.Time, found bool) error {
	m.at, m.found = at, found
	m.saved = append(m.saved, fmt.Sprint(address, " ", method, " ", found))
	return nil
}

func TestLookupsAreNotRepeated(t *testing.T) {
	tests := map[string]struct {
		before time.Duration // 0 for never
		found  bool
		asks   bool
	}{
		"never":             {0, false, true},
		"missing, just now": {time.Minute, false, false},
		"missing, a day":    {24 * time.Hour, false, true},
		"found, six days":   {6 * 24 * time.Hour, true, false},
		"found, a week":     {7 * 24 * time.Hour, true, true},
		"a clock set back":  {-time.Hour, true, true},
	}
	for name, test := range tests {
		w := newWeb(t, "example.org")
		w.answers[direct] = serve(file(t, "zoe.pgp"))
		f, c := finder(w, &fakeDNS{}, WKD), &memory{found: test.found}
		if test.before != 0 {
			c.at = noon.Add(-test.before)
		}
		f.Cache = c
		if _, err := f.Find(t.Context(), zoe); err != nil {
			t.Error(err)
		}
		if asked := len(w.asked) > 0; asked != test.asks || (len(c.saved) == 1) != test.asks {
			t.Errorf("%s: asked %v, saved %q", name, asked, c.saved)
		}
	}
}

func TestWhatIsRemembered(t *testing.T) {
	tests := map[string]struct {
		answer http.HandlerFunc
		dns    *fakeDNS
		saved  string
	}{
		"found":    {serve(file(t, "zoe.pgp")), &fakeDNS{}, zoe + " wkd true"},
		"missing":  {nil, &fakeDNS{}, zoe + " wkd false"},
		"nonsense": {serve([]byte("x")), &fakeDNS{}, zoe + " wkd false"},
		"offline":  {nil, &fakeDNS{err: resolve.ErrServer}, ""},
	}
	for name, test := range tests {
		w, c := newWeb(t, "example.org"), &memory{}
		w.answers[direct] = test.answer
		f := finder(w, test.dns, WKD)
		f.Cache = c
		f.Find(t.Context(), zoe)
		if got := strings.Join(c.saved, ","); got != test.saved {
			t.Errorf("%s: saved %q", name, got)
		}
	}
}

func TestABrokenMemoryStopsLookups(t *testing.T) {
	w := newWeb(t, "example.org")
	broken := errors.New("broken")
	f := finder(w, &fakeDNS{}, WKD)
	f.Cache = &memory{err: broken}
	if _, err := f.Find(t.Context(), zoe); !errors.Is(err, broken) || len(w.asked) > 0 {
		t.Errorf("%v, asked %q", err, w.asked)
	}
}

func TestAddressBooksAreNotLookedUp(t *testing.T) {
	now := noon
	f := finder(newWeb(t, "example.org"), &fakeDNS{}, WKD, DANE)
	f.Now = func() time.Time { return now }
	for i := range mostAnHour {
		if _, err := f.Find(t.Context(), fmt.Sprintf("a%d@example.org", i)); err != nil {
			t.Fatal(i, err)
		}
	}
	if _, err := f.Find(t.Context(), "more@example.org"); !errors.Is(err, ErrBulk) {
		t.Errorf("one more: %v", err)
	}
	if _, err := f.Find(t.Context(), "a3@example.org"); err != nil {
		t.Errorf("one of them again: %v", err)
	}
	now = now.Add(time.Hour)
	if _, err := f.Find(t.Context(), "more@example.org"); err != nil {
		t.Errorf("an hour later: %v", err)
	}
}

func TestLookingStopsAtTheFirstUsableKey(t *testing.T) {
	w := newWeb(t, "example.org", "keys.openpgp.org")
	w.answers[direct] = serve(file(t, "zoe.pgp"))
	d := &fakeDNS{}
	found, err := finder(w, d, VKS, DANE, WKD).Find(t.Context(), zoe)
	if err != nil || len(found) != 1 || len(w.asked) != 1 || len(d.asked) != 1 {
		t.Errorf("%d found, asked %q and %q, %v", len(found), w.asked, d.asked, err)
	}
}

func TestEachMethodSaysWhatItReveals(t *testing.T) {
	f := &Finder{}
	seen := map[string]bool{}
	for _, m := range []Method{WKD, DANE, VKS, HKP, Keybase} {
		r := f.Reveals(m, zoe)
		if !strings.HasSuffix(r.Code, "."+string(m)) || r.Args["Domain"] != "example.org" || r.Args["Address"] != zoe {
			t.Errorf("%s: %+v", m, r)
		}
		seen[fmt.Sprint(r.Code)] = true
		if (m == VKS || m == HKP || m == Keybase) != (r.Args["Server"] != nil) {
			t.Errorf("%s: who learns it? %v", m, r.Args)
		}
	}
	if len(seen) != 5 || f.Reveals(VKS, zoe).Args["Server"] != "keys.openpgp.org" {
		t.Error(seen)
	}
}
