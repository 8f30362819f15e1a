package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/godbus/dbus/v5"

	"github.com/caliopen/caliopen-tui/conversation"
)

// desktop tells news by the notifications of the desktop (Desktop
// Notifications Specification 1.2). All news of a moment replace one another,
// so that they do not pile up.
type desktop struct {
	p    *program
	last uint32
}

func newDesktop(p *program) (*desktop, error) {
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		return nil, fmt.Errorf("desktop: %w", err)
	}
	return &desktop{p: p}, conn.Close() // reachable; each notice opens its own, since a bus may be restarted
}

func (d *desktop) tell(ctx context.Context, news []conversation.Message) error {
	conn, err := dbus.ConnectSessionBus(dbus.WithContext(ctx))
	if err != nil {
		return fmt.Errorf("desktop: %w", err)
	}
	defer conn.Close()
	t := d.p.say(news)
	hints := map[string]dbus.Variant{"category": dbus.MakeVariant("email.arrived"), "desktop-entry": dbus.MakeVariant("caliopen-tui")}
	call := conn.Object("org.freedesktop.Notifications", "/org/freedesktop/Notifications").CallWithContext(ctx,
		"org.freedesktop.Notifications.Notify", 0, "Caliopen", d.last, "mail-unread", t.summary, plainMarkup(t.body), []string{}, hints, int32(-1))
	if err := call.Store(&d.last); err != nil {
		return fmt.Errorf("desktop: %w", err)
	}
	return nil
}

// plainMarkup takes the meaning from what a body may have as markup.
func plainMarkup(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}
