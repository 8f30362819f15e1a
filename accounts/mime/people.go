package mime

import (
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
)

// roles gives the fields that name people, in the order they are kept.
func roles() []struct {
	field string
	role  conversation.Role
} {
	return []struct {
		field string
		role  conversation.Role
	}{
		{"from", conversation.From},
		{"to", conversation.To},
		{"cc", conversation.Cc},
		{"bcc", conversation.Bcc},
		{"reply-to", conversation.ReplyTo},
	}
}

// participants reads everybody the header names. A mail without From gets the
// one of Sender (RFC 5322, 3.6.2), with a warning.
func participants(h header, warn *warnings) []conversation.Participant {
	var ps []conversation.Participant
	for _, r := range roles() {
		found := people(h.all(r.field), r.role, warn)
		if r.role == conversation.From {
			found = author(found, h, warn)
		}
		ps = append(ps, found...)
	}
	return ps
}

// author looks for somebody to show as the sender.
func author(from []conversation.Participant, h header, warn *warnings) []conversation.Participant {
	if len(from) > 1 || len(h.all("from")) > 1 {
		warn.add(warnManyFrom)
	}
	if len(from) > 0 {
		return from
	}
	warn.add(warnNoFrom)
	return people(h.all("sender"), conversation.From, warn)
}

// people reads address lists into participants, each address once.
func people(values []string, role conversation.Role, warn *warnings) []conversation.Participant {
	var ps []conversation.Participant
	seen := map[conversation.Address]bool{}
	for _, v := range values {
		list, cut := parseAddresses(v)
		if cut {
			warn.add(warnMany)
		}
		for _, m := range list {
			a := address(m.spec)
			if a.IsZero() {
				warn.add(warnAddress)
			}
			if a.IsZero() && role != conversation.From || seen[a] {
				continue
			}
			seen[a] = true
			ps = append(ps, conversation.Participant{Role: role, Address: a, Name: m.name})
		}
	}
	return ps
}

// direction tells whether the mail is the user's own.
func direction(m *conversation.Message, own conversation.Address) conversation.Direction {
	if !own.IsZero() && m.Sender().Address == address(own.ID) {
		return conversation.Out
	}
	return conversation.In
}

// bulk tells whether a mail was sent by a program, or to many, by its own word.
func bulk(h header, sender conversation.Address) bool {
	switch lower(firstWord(h.get("precedence"))) {
	case "bulk", "junk", "list":
		return true
	}
	if auto := lower(firstWord(h.get("auto-submitted"))); auto != "" && auto != "no" {
		return true
	}
	for _, name := range []string{"x-autoreply", "x-autorespond", "x-auto-response-suppress", "x-csa-complaints"} {
		if h.has(name) {
			return true
		}
	}
	return h.has("list-unsubscribe") && !h.has("list-id") || nobody(sender)
}

func firstWord(s string) string {
	if i := strings.IndexAny(s, " ;\t("); i >= 0 {
		return s[:i]
	}
	return s
}

// nobody tells the addresses that take no answers.
func nobody(a conversation.Address) bool {
	local, _, _ := strings.Cut(a.ID, "@")
	local = strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r == '.' {
			return -1
		}
		return r
	}, local)
	for _, w := range []string{"noreply", "donotreply", "nepasrepondre", "nonrispondere", "mailerdaemon"} {
		if strings.HasPrefix(local, w) || strings.HasSuffix(local, w) {
			return true
		}
	}
	return false
}
