package engine

import (
	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

// headerOnly makes of what was read from a header alone what may be said on its
// ground. Of the body nothing is known: that it was sealed or signed is not
// claimed before it was seen, whatever the header announces, nor what it has or
// lacks.
func headerOnly(p *conversation.Parsed, c accounts.Copy) {
	m := &p.Message
	m.Partial, m.Size = true, c.Size
	m.Text, m.Excerpt, m.Links, m.Attachments, m.Invite = "", "", nil, nil, false
	m.Evidence.Security = privacy.Security{Sealed: "none", Signature: "none", Covers: "none", ProtectedHeaders: "none"}
	m.Evidence.Remote, m.Evidence.Active = privacy.Remote{}, false
	var kept []string
	for _, w := range m.Warnings {
		if !ofBody(w) {
			kept = append(kept, w)
		}
	}
	m.Warnings = kept
	p.Private, p.Outer, p.Names = false, "", nil
}

// ofBody tells of warnings that only mean that there is no body.
func ofBody(warning string) bool {
	switch warning {
	case "mime.bad_structure", "mime.sealed", "mime.sealed_broken", "mime.signature_unchecked":
		return true
	}
	return false
}
