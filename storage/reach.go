package storage

import (
	"context"
	"database/sql"
	"reflect"
	"slices"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

// The way of a mail that another program sent is written nowhere: its copy in
// Sent never travelled. What can be said is what would be expected of such a
// mail today, by the rule of every prediction: a domain that was seen to speak
// TLS is reached over TLS, somebody of the same provider without leaving it,
// and of anybody else nothing is known. So the evidence of these mails follows
// what is known of the domains, and changes with it.

// The ways that can be expected, the words of privacy.Transport.Ingress.
const (
	wayAuth    = "auth"
	wayTLS     = "tls"
	wayUnknown = "unknown"
)

// proves tells whether a received mail shows that its sender's domain speaks
// TLS. A key that nobody knew before proves no domain: everybody can make one.
func proves(f privacy.Facts) bool {
	known := f.Person != "" && f.Person != "new" && f.Person != "gossip"
	return (f.Proto == "mail" || f.Proto == "intra") && (f.Path == wayTLS || f.Path == wayAuth) && known && f.Problem == ""
}

// proven gives the names that a received mail lets reach.
func proven(from conversation.Address, f privacy.Facts) []string {
	switch {
	case !proves(f) || from.Protocol != conversation.Mail || from.Domain() == "":
		return nil
	case f.Path == wayAuth:
		return []string{from.Domain(), from.ID}
	}
	return []string{from.Domain()}
}

// Reached tells whether the domain of an address was seen to speak TLS.
func (d *DB) Reached(ctx context.Context, a conversation.Address) (known bool, err error) {
	if a.Protocol != conversation.Mail {
		return false, nil
	}
	err = d.readers.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM reach WHERE name = ?)", a.Domain()).Scan(&known)
	return known, wrap("look up a domain", err)
}

// reaches tells whether a name was seen to be reached.
func (t *tx) reaches(name string) (bool, error) {
	if known, ok := t.cache.reach[name]; ok {
		return known, nil
	}
	known, err := t.get("SELECT 1 FROM reach WHERE name = ?", []any{name}, new(int))
	if err == nil {
		t.cache.reach[name] = known
	}
	return known, err
}

// reach notes that names were seen to be reached, and judges again what was
// sent there.
func (t *tx) reach(names []string) error {
	for _, name := range names {
		known, err := t.reaches(name)
		if err != nil {
			return err
		}
		if known {
			continue
		}
		if err := t.exec("INSERT INTO reach (name) VALUES (?)", name); err != nil {
			return err
		}
		t.cache.reach[name] = true
		if err := t.foresee(name); err != nil {
			return err
		}
	}
	return nil
}

// doubt takes names back of which no stored mail shows any more that they are
// reached. What was only deleted is not taken back: it was seen.
func (t *tx) doubt(names []string) error {
	for _, name := range names {
		known, err := t.reaches(name)
		if err != nil {
			return err
		}
		if !known {
			continue
		}
		heard, shown, err := t.evidenceOf(name)
		if err != nil {
			return err
		}
		if shown || !heard {
			continue
		}
		if err := t.exec("DELETE FROM reach WHERE name = ?", name); err != nil {
			return err
		}
		t.cache.reach[name] = false
		if err := t.foresee(name); err != nil {
			return err
		}
	}
	return nil
}

// fromName selects the addresses that a name of the table reach stands for.
const fromName = ` FROM address a JOIN party p ON p.address = a.id JOIN message m ON m.id = p.message JOIN doc d ON d.id = m.id
	WHERE a.protocol = 'mail' AND substr(a.ident, instr(a.ident, '@') + 1) = substr(?1, instr(?1, '@') + 1)
	AND (instr(?1, '@') = 0 OR a.ident = ?1) `

// evidenceOf tells whether mail from a name is stored, and whether some of it
// shows that the name is reached.
func (t *tx) evidenceOf(name string) (heard, shown bool, err error) {
	s, err := t.stmt("SELECT a.ident, d.detail" + fromName + "AND p.role = 0 AND m.direction = 'in' ORDER BY m.id DESC")
	if err != nil {
		return false, false, err
	}
	rows, err := s.QueryContext(t.ctx, name)
	if err != nil {
		return false, false, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() && !shown {
		var ident string
		var data []byte
		var d detail
		if err := rows.Scan(&ident, &data); err != nil {
			return heard, false, err
		}
		if err := decodeDetail(data, &d); err != nil {
			return heard, false, err
		}
		heard, shown = true, slices.Contains(proven(conversation.MailAddress(ident), privacy.Facts(d.Facts)), name)
	}
	return heard, shown, rows.Err()
}

// foresee judges again what was sent to a name.
func (t *tx) foresee(name string) error {
	rows, err := collect(t, scanJudged, "SELECT DISTINCT m.id, m.circle, m.direction, d.origin, d.detail"+fromName+"AND p.role IN (1, 2, 3) AND m.direction = 'out'", name)
	if err != nil {
		return err
	}
	for _, j := range rows {
		if _, err := t.judgeOne(j, func([]byte, *privacy.Evidence) bool { return false }); err != nil {
			return err
		}
	}
	return nil
}

// reviewReach looks at everything that counts as reached again.
func (t *tx) reviewReach() error {
	names, err := collect(t, scanOne[string], "SELECT name FROM reach")
	if err != nil {
		return err
	}
	return t.doubt(names)
}

// way gives what is to be expected of a mail: the worst of its ways.
func (t *tx) way(from conversation.Address, to []conversation.Address) (string, error) {
	way := wayAuth
	for _, a := range to {
		one, err := t.wayTo(from, a)
		if err != nil || one == wayUnknown {
			return wayUnknown, err
		}
		if one == wayTLS {
			way = wayTLS
		}
	}
	if len(to) == 0 {
		way = wayUnknown
	}
	return way, nil
}

func (t *tx) wayTo(from, to conversation.Address) (string, error) {
	if to == from {
		return wayAuth, nil
	}
	if to.Domain() != "" && to.Domain() == from.Domain() {
		if same, err := t.reaches(to.ID); err != nil || same {
			return wayAuth, err
		}
	}
	known, err := t.reaches(to.Domain())
	if err != nil || !known {
		return wayUnknown, err
	}
	return wayTLS, nil
}

// untraced tells whether nothing is written of the way of a mail that was sent
// besides, at most, how the user's own copy of it came.
func untraced(ev *privacy.Evidence) bool {
	return ev.Protocol == string(conversation.Mail) && (ev.SameProvider || ev.Transport.Ingress == "" || ev.Transport.Ingress == wayUnknown)
}

// withoutForecast takes back what was expected of a way.
func withoutForecast(ev *privacy.Evidence) {
	switch {
	case !ev.Transport.Predicted:
	case ev.SameProvider:
		ev.Transport.Ingress, ev.Transport.Predicted = wayAuth, false
	default:
		ev.Transport.Ingress, ev.Transport.Predicted = wayUnknown, false
	}
}

// expect puts into the evidence of a mail that was sent what is to be expected
// of its way.
func (t *tx) expect(ev *privacy.Evidence, from conversation.Address, to []conversation.Address) error {
	if !untraced(ev) {
		return nil
	}
	way, err := t.way(from, to)
	if err != nil || way == wayUnknown && !ev.SameProvider || way == wayAuth && ev.SameProvider {
		return err
	}
	ev.Transport.Ingress, ev.Transport.Predicted = way, true
	return nil
}

// foretold tells whether facts say more of a way than the evidence: they are
// those with which this program sent the message.
func foretold(ev *privacy.Evidence, path string) bool {
	return untraced(ev) && !ev.SameProvider && !ev.Transport.Predicted && path != ""
}

// expectSent judges a message that is to be stored by what is to be expected of
// its way, unless that was known when it was sent.
func (t *tx) expectSent(m *conversation.Message) error {
	if m.Direction != conversation.Out || foretold(&m.Evidence, m.Facts.Path) {
		return nil
	}
	var to []conversation.Address
	for _, p := range m.Participants {
		if recipient(p.Role) && !p.Address.IsZero() {
			to = append(to, p.Address)
		}
	}
	before := m.Evidence
	withoutForecast(&m.Evidence)
	if err := t.expect(&m.Evidence, m.Sender().Address, to); err != nil || reflect.DeepEqual(before.Transport, m.Evidence.Transport) {
		return err
	}
	m.Facts, m.Index = t.db.opt.Score(m.Evidence)
	return nil
}

func recipient(r conversation.Role) bool {
	return r == conversation.To || r == conversation.Cc || r == conversation.Bcc
}

// expectStored does the same with what is stored of a message.
func (t *tx) expectStored(d *detail) error {
	var from conversation.Address
	var to []conversation.Address
	for _, p := range d.Participants {
		if p.Address == 0 || p.Role != 0 && !recipient(roleOf(p.Role)) {
			continue
		}
		a, err := t.addressOf(p.Address)
		switch {
		case err != nil:
			return err
		case p.Role == 0:
			from = a
		default:
			to = append(to, a)
		}
	}
	return t.expect(d.Evidence, from, to)
}

func (t *tx) addressOf(id int64) (a conversation.Address, err error) {
	_, err = t.get("SELECT protocol, ident FROM address WHERE id = ?", []any{id}, &a.Protocol, &a.ID)
	return a, err
}

// heed takes in what a received message that was stored shows.
func (t *tx) heed(m *conversation.Message) error {
	if m.Direction != conversation.In {
		return nil
	}
	return t.reach(proven(m.Sender().Address, m.Facts))
}

// unheed looks again at whom a received message is from that was read again and
// shows nothing of the way to its sender now.
func (t *tx) unheed(m *conversation.Message) error {
	from := m.Sender().Address
	if m.Direction != conversation.In || proves(m.Facts) || from.Protocol != conversation.Mail {
		return nil
	}
	return t.doubt([]string{from.Domain(), from.ID})
}

// heedAgain takes in what a received message shows that was judged again, and
// remembers what it showed before.
func (t *tx) heedAgain(d *detail, before, after privacy.Facts) error {
	if proves(before) == proves(after) && before.Path == after.Path {
		return nil
	}
	for _, p := range d.Participants {
		if p.Role != 0 || p.Address == 0 {
			continue
		}
		from, err := t.addressOf(p.Address)
		if err != nil {
			return err
		}
		for _, name := range proven(from, before) {
			t.doubted[name] = struct{}{}
		}
		return t.reach(proven(from, after))
	}
	return nil
}

// settleReach looks at what messages do not show any more.
func (t *tx) settleReach() error {
	names := make([]string, 0, len(t.doubted))
	for name := range t.doubted {
		names = append(names, name)
	}
	clear(t.doubted)
	slices.Sort(names)
	return t.doubt(names)
}

type judged struct {
	id, circle int64
	direction  conversation.Direction
	origin     []byte
	data       []byte
}

func scanJudged(r *sql.Rows, j *judged) error {
	return r.Scan(&j.id, &j.circle, &j.direction, &j.origin, &j.data)
}
