package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/safe"
)

// teller tells the user about news outside of the interface.
type teller interface {
	tell(ctx context.Context, news []conversation.Message) error
}

// teller gives the way of telling that the configuration wants: a command, or
// where it says nothing the desktop, if there is one; nil for none.
func (p *program) teller(cfg *accounts.Config) (teller, error) {
	command, own := strings.CutPrefix(cfg.Notify, "command:")
	switch {
	case own:
		return &commandTeller{p: p, command: command}, nil
	case cfg.Notify == "none" || p.getenv("DBUS_SESSION_BUS_ADDRESS") == "":
		return nil, nil
	}
	return newDesktop(p)
}

// headline is what is said of news: one message, or how many there are.
type headline struct {
	summary, body string
	newest        *conversation.Message
	count         int
}

// say puts news into words that have lost their power over whoever shows them.
func (p *program) say(news []conversation.Message) headline {
	m := &news[0]
	for i := range news {
		if news[i].Date.After(m.Date) {
			m = &news[i]
		}
	}
	name := sender(m)
	if len(news) > 1 {
		return headline{p.n("news.several", len(news)), p.t("news.last", "Name", name), m, len(news)}
	}
	badge := fmt.Sprintf("[%s %d]", m.Index.Level, m.Index.Score)
	return headline{p.t("news.from", "Name", name, "Badge", badge), safe.Line(m.Subject).String(), m, 1}
}

// sender names who wrote a message as the contacts know them.
func sender(m *conversation.Message) string {
	from := m.Sender()
	return safe.Line(or(from.Display, or(from.Name, from.Address.ID))).String()
}

// commandPatience is how long the user's own command may take.
const commandPatience = 30 * time.Second

// commandTeller runs a command of the user. What came from outside reaches it
// by the environment alone, never as a part of what a shell reads.
type commandTeller struct {
	p       *program
	command string
}

func (c *commandTeller) tell(ctx context.Context, news []conversation.Message) error {
	ctx, cancel := context.WithTimeout(ctx, commandPatience)
	defer cancel()
	t := c.p.say(news)
	cmd := exec.CommandContext(ctx, "sh", "-c", c.command)
	cmd.Env = append(os.Environ(),
		"CALIOPEN_SUMMARY="+t.summary, "CALIOPEN_BODY="+t.body, "CALIOPEN_COUNT="+strconv.Itoa(t.count),
		"CALIOPEN_FROM="+sender(t.newest), "CALIOPEN_ADDRESS="+safe.Line(t.newest.Sender().Address.ID).String(),
		"CALIOPEN_SUBJECT="+safe.Line(t.newest.Subject).String(), "CALIOPEN_LEVEL="+string(t.newest.Index.Level),
		"CALIOPEN_SCORE="+strconv.Itoa(t.newest.Index.Score), "CALIOPEN_ACCOUNT="+string(t.newest.Account),
		"CALIOPEN_MESSAGE="+string(t.newest.ID),
	)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("notify command: %w: %s", err, short(string(out)))
	}
	return nil
}
