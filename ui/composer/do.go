package composer

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// Do runs an action.
func (s *Screen) Do(id key.ID) (tea.Cmd, bool) {
	if !s.ready && id != key.Cancel || s.sending {
		_, ours := s.actions()[id]
		return nil, ours // what cannot be done yet must not fall to somebody else
	}
	f, ok := s.actions()[id]
	if !ok {
		return nil, false
	}
	return f(), true
}

func (s *Screen) actions() map[key.ID]func() tea.Cmd {
	if s.review {
		return map[key.ID]func() tea.Cmd{
			key.SendNow: s.sendNow, key.Edit: s.edit(fieldText), key.EditTo: s.edit(fieldTo), key.EditSubject: s.edit(fieldSubject),
			key.ReviewAttach: s.edit(fieldFile), key.ReviewChannel: s.pickChannel, key.Postpone: s.postpone, key.Discard: s.discard,
			key.Better: s.takeAdvice, key.SendLater: s.sendLater,
		}
	}
	return map[key.ID]func() tea.Cmd{
		key.ToReview: s.toReview, key.Channel: s.nextChannel, key.Editor: s.editor, key.Attach: s.askFile, key.Detach: s.detach,
		key.Cancel: s.postpone, key.ShowCopy: s.showCopies, key.Better: s.takeAdvice,
		key.NextField: func() tea.Cmd { return s.next(1) }, key.PrevField: func() tea.Cmd { return s.next(-1) },
	}
}

// edit goes back from the review to a field.
func (s *Screen) edit(f int) func() tea.Cmd {
	return func() tea.Cmd {
		s.review = false
		s.setFocus(f)
		return nil
	}
}

func (s *Screen) showCopies() tea.Cmd {
	s.copies = true
	s.setFocus(fieldCc)
	return nil
}

func (s *Screen) askFile() tea.Cmd {
	s.file.Set("")
	s.setFocus(fieldFile)
	return nil
}

// attach adds the file that was named, if it can be read.
func (s *Screen) attach() tea.Cmd {
	path := expand(strings.TrimSpace(s.file.Value()))
	if path == "" {
		s.setFocus(fieldText)
		return nil
	}
	return screen.Ask(&s.fileSlot, func() (bool, error) {
		info, err := os.Stat(path)
		return err == nil && info.Mode().IsRegular(), err
	}, func(ok bool, err error) tea.Cmd {
		if !ok || err != nil {
			return s.env.Host.Toast(s.env.Cat.T("compose.nofile", map[string]any{"Path": safe.Line(path).String()}), nil)
		}
		s.d.Attach = append(s.d.Attach[:len(s.d.Attach):len(s.d.Attach)], path)
		s.setFocus(fieldText)
		s.resize()
		return s.changed()
	})
}

// expand gives the path of a file in the home folder.
func expand(path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	return path
}

func (s *Screen) detach() tea.Cmd {
	if len(s.d.Attach) == 0 {
		return nil
	}
	s.d.Attach = s.d.Attach[:len(s.d.Attach)-1]
	s.resize()
	return s.changed()
}

// postpone leaves; Leave keeps the draft.
func (s *Screen) postpone() tea.Cmd {
	said := tea.Cmd(nil)
	if s.ready && !s.empty() {
		said = s.env.Host.Toast(s.env.Cat.T("compose.kept", nil), nil)
	}
	return tea.Batch(s.env.Host.Close(), said)
}

// discard throws the draft away; the undo key brings it back.
func (s *Screen) discard() tea.Cmd {
	d := s.draft()
	s.dirty = false
	s.load.Drop()
	host, keep := s.env.Host, s.keep
	again := func() tea.Cmd {
		d.ID = ""
		return host.Open(screen.To{Kind: screen.Compose, Conversation: s.to.Conversation, Draft: &d, Name: s.to.Name})
	}
	var once screen.Slot
	drop := screen.Ask(&once, func() (struct{}, error) { return struct{}{}, keep.drop(s.env.Ctx) },
		func(_ struct{}, err error) tea.Cmd { return host.Fail(err) })
	return tea.Batch(host.Close(), host.Toast(s.env.Cat.T("compose.discarded", nil), again), drop)
}

// editor writes the text to a file only its owner can read and runs the
// user's editor on it.
func (s *Screen) editor() tea.Cmd {
	if s.env.Editor == nil {
		return s.env.Host.Toast(s.env.Cat.T("compose.noeditor", nil), nil)
	}
	text := s.text.Value()
	return screen.Ask(&s.fileSlot, func() (string, error) {
		dir, err := os.MkdirTemp("", "caliopen-")
		if err != nil {
			return "", err
		}
		path := filepath.Join(dir, "message.txt")
		return path, os.WriteFile(path, []byte(text), 0o600)
	}, func(path string, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		return s.env.Editor(path)
	})
}

// Edited takes the text back from the editor. The file goes only when its text
// has arrived here.
func (s *Screen) Edited(e screen.Edited) tea.Cmd {
	if e.Err != nil {
		return s.env.Host.Fail(e.Err)
	}
	return screen.Ask(&s.fileSlot, func() (string, error) {
		text, err := os.ReadFile(e.Path)
		return string(text), err
	}, func(text string, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		s.text.SetValue(safe.Block(strings.TrimRight(text, "\n")).String())
		s.setFocus(fieldText)
		return tea.Batch(s.changed(), s.forgetFile(e.Path))
	})
}

func (s *Screen) forgetFile(path string) tea.Cmd {
	d, n := s.draft(), s.keep.turn()
	return func() tea.Msg {
		if err := s.keep.save(context.WithoutCancel(s.env.Ctx), n, d); err == nil {
			_ = os.RemoveAll(filepath.Dir(path)) // what stays behind is the user's own, in a folder of his own
		}
		return nil
	}
}
