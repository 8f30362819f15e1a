package mime

import (
	"slices"
	"strings"

	"golang.org/x/net/idna"

	"github.com/caliopen/caliopen-tui/accounts/pgpmime"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// layers takes the layers off a mail. What stands under a text of a server is
// taken only when whom From names has signed it: everybody can put a stolen
// ciphertext there.
func (f *Format) layers(raw []byte, h header) pgpmime.Reading {
	if f.keys == nil {
		return pgpmime.Read(raw, nil, f.now())
	}
	r := pgpmime.Read(raw, f.keys, f.now())
	if r.Footer != nil {
		m := message{outer: h, header: h, layers: *r.Footer, warn: &warnings{}}
		if m.protect(f); m.signed() && !m.doubt {
			return *r.Footer
		}
	}
	return r
}

// protect settles which header is shown and by whom the message is: the fields
// inside a layer stand in for those outside (RFC 9788, 4), and the signature is
// judged for the author that is shown.
func (m *message) protect(f *Format) {
	l := &m.layers
	m.header = merged(m.outer, l)
	outside, inside := sole(m.outer), sole(m.header)
	author := inside
	if !l.Legacy && l.Fields != nil && inside != outside {
		if f.judge(l, inside); !m.signed() {
			m.doubt = true
			m.warn.add(warnInnerFrom)
			m.header = replaced(m.header, "from", m.outer.all("from"))
			author = conversation.Address{}
		}
	}
	f.judge(l, author)
	l.Security.SubjectHidden = m.subjectHidden()
	if l.Fields == nil || l.Legacy {
		return
	}
	if addedReaders(m.outer, m.header, l.Outer) {
		m.warn.add(warnReaders)
	}
	l.Security.Discreet = l.Security.ProtectedHeaders == "cipher" && reduced(m.outer, m.header)
}

// judge settles which signature counts for an author, zero for none.
func (f *Format) judge(l *pgpmime.Reading, author conversation.Address) {
	l.Judge(func(k *openpgp.Key) bool { return !author.IsZero() && f.keys != nil && f.bound(k, author) })
}

// bound tells whether a certificate belongs to exactly that address: a user ID
// names it, or it is known otherwise.
func (f *Format) bound(k *openpgp.Key, a conversation.Address) bool {
	if slices.ContainsFunc(k.Addresses(), func(spec string) bool { return certified(spec) == a }) {
		return true
	}
	return f.keys.Bound(a, k.Fingerprint())
}

// certified makes the canonical address of one in a user ID. Nothing in it is
// decoded: it is what was certified.
func certified(spec string) conversation.Address {
	if i := strings.LastIndexByte(spec, '@'); i >= 0 && !ascii(spec[i:]) {
		if domain, err := idna.Lookup.ToASCII(spec[i+1:]); err == nil {
			return conversation.MailAddress(spec[:i+1] + domain)
		}
	}
	return conversation.MailAddress(spec)
}

// sole gives the address of the one author a header names; zero when there are
// several or none.
func sole(h header) conversation.Address {
	values := h.all("from")
	if len(values) != 1 {
		return conversation.Address{}
	}
	list, cut := parseAddresses(values[0])
	if cut || len(list) != 1 {
		return conversation.Address{}
	}
	return address(list[0].spec)
}

// shownFields are the fields that a layer protects and that are shown or used
// here. Inside a layer they stand for those outside even when they are missing.
func shownFields() []string {
	return []string{"from", "sender", "reply-to", "to", "cc", "bcc", "subject", "date", "in-reply-to", "references", "message-id"}
}

// merged gives the header that is shown.
func merged(outer header, l *pgpmime.Reading) header {
	if l.Fields == nil {
		return outer
	}
	var inner header
	for _, x := range l.Fields {
		inner = append(inner, field{lower(x.Name), x.Value})
	}
	names := shownFields()
	if l.Legacy {
		names = []string{"subject"}
	}
	out := slices.Clone(outer)
	for _, name := range names {
		values := inner.all(name)
		if len(values) == 0 && (name == "from" || name == "date") {
			continue // a message cannot be without (RFC 5322, 3.6)
		}
		out = replaced(out, name, values)
	}
	return out
}

// replaced gives a header with other values of one field.
func replaced(h header, name string, values []string) header {
	out := slices.DeleteFunc(slices.Clone(h), func(x field) bool { return x.name == name })
	for _, v := range values {
		out = append(out, field{name, v})
	}
	return out
}

// outerNames gives the names that stand outside beside addresses.
func outerNames(outer header) map[conversation.Address]string {
	out := map[conversation.Address]string{}
	for _, p := range participants(outer, &warnings{}) {
		if p.Name != "" && !p.Address.IsZero() {
			out[p.Address] = p.Name
		}
	}
	return out
}

// readers gives everybody that the fields name to whom an answer would go.
func readers(h header) map[conversation.Address]bool {
	out := map[conversation.Address]bool{}
	for _, name := range []string{"to", "cc", "reply-to"} {
		for _, p := range people(h.all(name), conversation.To, &warnings{}) {
			out[p.Address] = true
		}
	}
	return out
}

// addedReaders tells whether somebody stands outside whom the author wrote
// neither inside nor, by his word, outside: whoever answers to all of them
// sends the sealed text to a stranger (CVE-2024-49393).
func addedReaders(outer, shown header, said []pgpmime.Field) bool {
	known := readers(shown)
	known[sole(shown)] = true
	var declared header
	for _, x := range said {
		declared = append(declared, field{lower(x.Name), x.Value})
	}
	for a := range readers(declared) {
		known[a] = true
	}
	for a := range readers(outer) {
		if !known[a] {
			return true
		}
	}
	return false
}

// reduced tells whether less of the people and the time stands outside than
// inside: no name at all, and a name, a reader or the hour kept back.
func reduced(outer, shown header) bool {
	less := outer.get("date") != shown.get("date")
	for _, name := range []string{"from", "to", "cc"} {
		outside := people(outer.all(name), conversation.From, &warnings{})
		inside := people(shown.all(name), conversation.From, &warnings{})
		for _, p := range outside {
			if p.Name != "" {
				return false
			}
		}
		less = less || len(inside) > len(outside)
		for _, p := range inside {
			less = less || p.Name != ""
		}
	}
	return less
}
