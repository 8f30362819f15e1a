package mastodon

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// Send posts an entry. What can be known before is found out before: the
// length, that every recipient exists, and that the files are on the server.
func (t *Transport) Send(ctx context.Context, e conversation.Entry, handover accounts.Handover) (accounts.Receipt, error) {
	w, err := readWire(e)
	if err != nil {
		return accounts.Receipt{}, err
	}
	me, err := t.login(ctx)
	if err != nil {
		return accounts.Receipt{}, err
	}
	if err := t.fits(w); err != nil {
		return accounts.Receipt{}, err
	}
	if missing, err := t.client.unknown(ctx, w, me); err != nil || len(missing) > 0 {
		if err == nil {
			err = refuse("mastodon.no_account", map[string]any{"Names": names(missing)})
		}
		return accounts.Receipt{Refused: missing}, err
	}
	form, err := t.form(ctx, w)
	if err != nil {
		return accounts.Receipt{}, err
	}
	if err := handover(); err != nil {
		return accounts.Receipt{}, err
	}
	raw, err := t.client.post(context.WithValue(ctx, idempotencyKey{}, key(e)), form)
	if err != nil {
		return accounts.Receipt{}, err
	}
	return t.check(ctx, w, me, raw)
}

// key is the Idempotency-Key of an entry: the same for each try. The id alone
// would not do: ids begin anew with a new database, while servers remember a
// key for an hour and answer it with the old status.
func key(e conversation.Entry) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00%d\x00", e.ID, e.Created.Unix())
	h.Write(e.Wire)
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// readWire reads an entry, and refuses any that is not a private mention: the
// last gate before the network.
func readWire(e conversation.Entry) (wire, error) {
	var w wire
	if err := json.Unmarshal(e.Wire, &w); err != nil {
		return w, fmt.Errorf("mastodon: entry %s: %w: %w", e.ID, accounts.ErrRefused, err)
	}
	if w.Visibility != "direct" {
		return w, fmt.Errorf("mastodon: entry %s: visibility %q: %w", e.ID, w.Visibility, accounts.ErrRefused)
	}
	return w, nil
}

func (t *Transport) fits(w wire) error {
	l := t.Limits()
	if n := Length(w.Status + w.SpoilerText); l.MaxText > 0 && n > l.MaxText {
		return refuse("mastodon.too_long", map[string]any{"Length": n, "Limit": l.MaxText})
	}
	if l.Files >= 0 && len(w.Media) > l.Files {
		return refuse("mastodon.too_many_files", map[string]any{"Count": len(w.Media), "Limit": l.Files})
	}
	return nil
}

// unknown gives the recipients that the server cannot find. It would take the
// post all the same, and it would reach nobody.
func (c *client) unknown(ctx context.Context, w wire, me self) ([]conversation.Address, error) {
	var missing []conversation.Address
	for _, id := range w.Recipients {
		a := conversation.MastodonAddress(id, me.address.Domain())
		ok, err := c.knows(ctx, a, me)
		if err != nil {
			return nil, err
		}
		if !ok {
			missing = append(missing, a)
		}
	}
	return missing, nil
}

// knows asks the server for an account, and lets it look on other servers. A
// server that does not want to answer is believed to know: what it reached is
// looked at after the post in any case.
func (c *client) knows(ctx context.Context, a conversation.Address, me self) (bool, error) {
	var f fields
	acct := strings.TrimPrefix(a.ID, "@")
	_, err := c.get(ctx, "/api/v1/accounts/lookup", url.Values{"acct": {acct}}, &f)
	if err == nil || !errors.Is(err, errGone) {
		return true, passing(err)
	}
	q := url.Values{"q": {"@" + acct}, "type": {"accounts"}, "resolve": {"true"}, "limit": {"5"}}
	_, err = c.get(ctx, "/api/v2/search", q, &f)
	if err != nil {
		return true, passing(err)
	}
	// The search also gives accounts that are merely called alike.
	return slices.ContainsFunc(f.list("accounts"), func(raw json.RawMessage) bool {
		o, _ := object(raw)
		return conversation.MastodonAddress(o.text("acct"), me.address.Domain()) == a
	}), nil
}

// passing keeps the errors that say nothing about what was asked.
func passing(err error) error {
	if errors.Is(err, accounts.ErrRefused) || errors.Is(err, errGone) || errors.Is(err, accounts.ErrUnsupported) {
		return nil
	}
	return err
}

// form makes the parameters of the post: the files are uploaded first.
func (t *Transport) form(ctx context.Context, w wire) (url.Values, error) {
	form := url.Values{"status": {w.Status}, "visibility": {"direct"}}
	parent, err := t.parent(ctx, w)
	if err != nil {
		return nil, err
	}
	if parent != "" {
		form.Set("in_reply_to_id", parent)
	}
	if w.SpoilerText != "" {
		form.Set("spoiler_text", w.SpoilerText)
	}
	for _, f := range w.Media {
		id, err := t.upload(ctx, f)
		if err != nil {
			return nil, err
		}
		form.Add("media_ids[]", id)
	}
	return form, nil
}

// parent gives the id of the status answered. One that is gone, or that the
// server does not find, makes the answer a message of its own: it reaches the
// same people.
func (t *Transport) parent(ctx context.Context, w wire) (string, error) {
	if w.InReplyToID != "" {
		_, err := t.client.status(ctx, w.InReplyToID)
		if err != nil {
			return "", passing(err)
		}
		return w.InReplyToID, nil
	}
	if w.InReplyTo == "" {
		return "", nil
	}
	var f fields
	q := url.Values{"q": {w.InReplyTo}, "type": {"statuses"}, "resolve": {"true"}, "limit": {"1"}}
	if _, err := t.client.get(ctx, "/api/v2/search", q, &f); err != nil {
		return "", passing(err)
	}
	for _, raw := range f.list("statuses") {
		if h, ok := headOf(raw); ok && h.uri == w.InReplyTo {
			return h.id, nil
		}
	}
	return "", nil
}

// post hands the status over. From here on only the server's own clear word
// counts as a refusal; all else leaves open whether it has the message.
func (c *client) post(ctx context.Context, form url.Values) (json.RawMessage, error) {
	a, err := c.do(ctx, call{method: http.MethodPost, path: "/api/v1/statuses", form: form})
	switch {
	case err == nil:
	case a.code >= 300 && a.code < 500:
		return nil, asRefusal(err)
	case a.code == 0 && errors.Is(err, accounts.ErrTemporary):
		return nil, err // 429: not taken
	default:
		return nil, fmt.Errorf("%w: %w", accounts.ErrUnclear, err)
	}
	if _, ok := headOf(a.body); !ok {
		return nil, fmt.Errorf("mastodon: post: %w: odd answer", accounts.ErrUnclear)
	}
	return a.body, nil
}

// asRefusal makes an answer final that does not name another way out.
func asRefusal(err error) error {
	for _, known := range []error{accounts.ErrRefused, accounts.ErrAuth, accounts.ErrTemporary} {
		if errors.Is(err, known) {
			return err
		}
	}
	return fmt.Errorf("%w: %w", accounts.ErrRefused, err)
}

// check compares whom a status reached with whom it was meant for.
func (t *Transport) check(ctx context.Context, w wire, me self, raw json.RawMessage) (accounts.Receipt, error) {
	h, _ := headOf(raw)
	missing, extra := w.compare(raw, me.address)
	if len(missing) == 0 && len(extra) == 0 && h.visibility == "direct" {
		t.mu.Lock()
		t.posted[h.id] = true
		t.mu.Unlock()
		return accounts.Receipt{Raw: raw, ID: h.id, Saved: true}, nil
	}
	e := &ReachError{Missing: missing, Extra: extra}
	e.Left = t.withdraw(ctx, h.id) != nil
	return accounts.Receipt{Refused: missing}, e
}

// compare gives who is missing among the mentions of a status, and who is too
// many.
func (w wire) compare(raw json.RawMessage, me conversation.Address) (missing, extra []conversation.Address) {
	f, _ := object(raw)
	var reached []conversation.Address
	for _, m := range f.mentions() {
		reached = append(reached, conversation.MastodonAddress(m.acct, me.Domain()))
	}
	var meant []conversation.Address
	for _, id := range w.Recipients {
		a := conversation.MastodonAddress(id, me.Domain())
		meant = append(meant, a)
		if !slices.Contains(reached, a) {
			missing = append(missing, a)
		}
	}
	for _, a := range reached {
		if a != me && !slices.Contains(meant, a) {
			extra = append(extra, a)
		}
	}
	return missing, extra
}

// withdraw deletes a status even when the program is asked to end right now.
func (t *Transport) withdraw(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	_, err := t.client.do(ctx, call{method: http.MethodDelete, path: "/api/v1/statuses/" + url.PathEscape(id)})
	if errors.Is(err, errGone) {
		return nil
	}
	return err
}
