package pgpmime

import (
	"encoding/binary"
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
)

const (
	hiddenSubject = "[...]" // RFC 9788, 3.2.1
	hiddenTo      = `"hidden-recipients": ;`
)

// longestBlur is how far back the date outside may lie. Some gateways refuse a
// mail that is more than seven days old, and one without a date or of 1970 is
// refused by others.
const longestBlur = 6 * 24 * time.Hour

// outer gives what of a header stands outside, in the same order. Everybody on
// the way reads it.
func (s Seal) outer(lines []Line) []Line {
	var out []Line
	to := false
	for _, l := range lines {
		value, keep := s.left(l)
		if !keep {
			continue
		}
		to = to || strings.EqualFold(l.Name, "to")
		out = append(out, Line{Name: l.Name, Value: value})
	}
	if s.Policy == conversation.HideAll && !to {
		out = append(out, Line{Name: "To", Value: hiddenTo})
	}
	return out
}

// left is the header confidentiality policy (RFC 9788, section 3): what
// outsiders see of a field, false when they do not see it at all. A policy that
// is not known hides most.
func (s Seal) left(l Line) (value string, keep bool) {
	switch name := strings.ToLower(l.Name); name {
	case "subject":
		return hiddenSubject, true
	case "message-id":
		if s.ID != "" {
			return "<" + s.ID + ">", true
		}
		return l.Value, true
	case "bcc", "caliopen", "autocrypt-gossip", "keywords", "comments":
		return "", false
	default:
		return s.leftBy(name, l)
	}
}

func (s Seal) leftBy(name string, l Line) (value string, keep bool) {
	switch {
	case s.Policy == conversation.HideSubject:
		thread := name == "in-reply-to" || name == "references"
		return l.Value, !thread || !s.HideThread
	case name == "from":
		return l.Bare, true
	case name == "date" && s.Policy == conversation.Discreet:
		return l.Value, true // written in UTC
	case name == "date":
		return s.blurred().Format(time.RFC1123Z), true
	case name == "to" && s.Policy != conversation.Discreet:
		return hiddenTo, true
	case name == "to" || name == "cc":
		return l.Bare, s.Policy == conversation.Discreet
	}
	return l.Value, name == "chat-version" // tells other programs that the fields inside are whole
}

// blurred gives a random moment in the days before the letter.
func (s Seal) blurred() time.Time {
	var b [8]byte
	s.Random(b[:])
	back := binary.LittleEndian.Uint64(b[:]) % uint64(longestBlur/time.Second)
	return s.Date.UTC().Add(-time.Duration(back) * time.Second)
}
