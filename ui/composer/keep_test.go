package composer

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"

	"github.com/caliopen/caliopen-tui/conversation"
)

// shelf is a backend that keeps drafts and counts.
type shelf struct {
	Backend
	mu     sync.Mutex
	drafts map[conversation.DraftID]string
	ids    int
	refuse error
}

func (s *shelf) SaveDraft(_ context.Context, d conversation.Draft) (conversation.DraftID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuse != nil {
		return "", s.refuse
	}
	if d.ID == "" {
		s.ids++
		d.ID = conversation.DraftID("d" + strconv.Itoa(s.ids))
	}
	s.drafts[d.ID] = d.Text
	return d.ID, nil
}

func (s *shelf) Send(_ context.Context, d conversation.Draft) (conversation.Entry, conversation.Choice, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuse != nil {
		return conversation.Entry{}, conversation.Choice{}, s.refuse
	}
	delete(s.drafts, d.ID)
	return conversation.Entry{}, conversation.Choice{}, nil
}

func (s *shelf) DropDraft(_ context.Context, id conversation.DraftID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.drafts, id)
	return nil
}

func newShelf() (*shelf, *keeper) {
	s := &shelf{drafts: map[conversation.DraftID]string{}}
	return s, &keeper{b: s}
}

func save(t *testing.T, k *keeper, n int, text string) {
	t.Helper()
	if err := k.save(t.Context(), n, conversation.Draft{Text: text}); err != nil {
		t.Fatal(err)
	}
}

func TestALateSaveNeverReplacesANewerText(t *testing.T) {
	s, k := newShelf()
	old, newer := k.turn(), k.turn()
	save(t, k, newer, "newer")
	save(t, k, old, "old")
	if len(s.drafts) != 1 || s.drafts["d1"] != "newer" {
		t.Errorf("kept %v", s.drafts)
	}
}

func TestSavesThatOverlapMakeOneDraft(t *testing.T) {
	s, k := newShelf()
	var wg sync.WaitGroup
	for range 20 {
		n := k.turn()
		wg.Go(func() { save(t, k, n, "text "+strconv.Itoa(n)) })
	}
	wg.Wait()
	if len(s.drafts) != 1 || s.drafts["d1"] != "text 20" {
		t.Errorf("kept %v", s.drafts)
	}
}

func TestASentOrDiscardedDraftDoesNotComeBack(t *testing.T) {
	for name, end := range map[string]func(k *keeper) error{
		"sent":      func(k *keeper) error { _, _, err := k.send(t.Context(), conversation.Draft{Text: "x"}); return err },
		"discarded": func(k *keeper) error { return k.drop(t.Context()) },
	} {
		s, k := newShelf()
		save(t, k, k.turn(), "x")
		late := k.turn()
		if err := end(k); err != nil {
			t.Fatal(err)
		}
		save(t, k, late, "x")
		if len(s.drafts) != 0 {
			t.Errorf("%s: %v came back", name, s.drafts)
		}
	}
}

func TestADraftThatWasNotSentIsStillSaved(t *testing.T) {
	s, k := newShelf()
	s.refuse = errors.New("refused")
	if _, _, err := k.send(t.Context(), conversation.Draft{Text: "x"}); err == nil {
		t.Fatal("no error")
	}
	s.refuse = nil
	save(t, k, k.turn(), "x")
	if len(s.drafts) != 1 {
		t.Error("the draft was lost")
	}
}

func TestAYesIsNotSaved(t *testing.T) {
	s, k := newShelf()
	seen := &spy{shelf: s}
	k.b = seen
	if err := k.save(t.Context(), k.turn(), conversation.Draft{Text: "x", ConfirmClear: true}); err != nil || seen.last.ConfirmClear {
		t.Errorf("%v, saved %+v", err, seen.last)
	}
}

// spy remembers what was saved last.
type spy struct {
	*shelf
	last conversation.Draft
}

func (s *spy) SaveDraft(ctx context.Context, d conversation.Draft) (conversation.DraftID, error) {
	s.last = d
	return s.shelf.SaveDraft(ctx, d)
}
