package mime

import (
	"strings"
)

// Bounds of the chain of answered messages that is kept: the first, which
// began the thread, and the latest.
const (
	maxReferences = 100
	maxID         = 1000
)

// messageID reads one message identifier (RFC 5322, 3.6.4) without brackets.
func messageID(s string) string {
	if ids := messageIDs(s, 1); len(ids) > 0 {
		return ids[0]
	}
	return ""
}

// messageIDs reads the identifiers in a field, at most n of them when n is
// positive. Those in brackets count; in a field without any, words that look
// like one do.
func messageIDs(s string, n int) []string {
	var ids []string
	for rest := s; n <= 0 || len(ids) < n; {
		_, after, ok := strings.Cut(rest, "<")
		if !ok {
			break
		}
		id, left, ok := strings.Cut(after, ">")
		if !ok {
			left = ""
		}
		rest = left
		if id = tidyID(id); id != "" {
			ids = append(ids, id)
		}
	}
	if len(ids) > 0 || strings.Contains(s, "<") {
		return ids
	}
	for w := range strings.FieldsSeq(s) {
		if strings.Contains(w, "@") && len(w) <= maxID && (n <= 0 || len(ids) < n) {
			ids = append(ids, tidyID(w))
		}
	}
	return ids
}

// tidyID takes out the white space that folding brought in.
func tidyID(id string) string {
	if len(id) > maxID {
		return ""
	}
	return strings.Join(strings.Fields(id), "")
}

// references gives the message answered and the chain before it, oldest first.
// Each identifier stands once and never the message's own, so that a chain
// made to go round in circles does not.
func references(h header, own string) (string, []string) {
	all := messageIDs(h.get("references"), 0)
	parent := messageID(h.get("in-reply-to"))
	if parent == own {
		parent = ""
	}
	seen := map[string]bool{own: true}
	var chain []string
	for _, id := range all {
		if !seen[id] {
			seen[id] = true
			chain = append(chain, id)
		}
	}
	if len(chain) > maxReferences {
		chain = append(chain[:1:1], chain[len(chain)-maxReferences+1:]...)
	}
	if parent == "" && len(chain) > 0 {
		parent = chain[len(chain)-1]
	}
	return parent, chain
}

// listID reads the identifier of a mailing list (RFC 2919).
func listID(s string) string {
	if i := strings.LastIndexByte(s, '<'); i >= 0 {
		s, _, _ = strings.Cut(s[i+1:], ">")
	} else if f := strings.Fields(s); len(f) > 0 {
		s = f[len(f)-1]
	}
	return lower(strings.TrimSpace(s[:min(len(s), maxID)]))
}
