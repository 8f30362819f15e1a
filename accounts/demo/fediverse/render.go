package fediverse

import (
	"html"
	"regexp"
	"strings"
)

type object = map[string]any

const stamp = "2006-01-02T15:04:05.000Z"

func (s *Server) accountJSON(a *account) object {
	page := "https://" + a.host + "/@" + a.user
	return object{
		"id": a.id, "username": a.user, "acct": a.acct(), "display_name": a.name, "url": page, "uri": page,
		"locked": false, "bot": false, "created_at": "2024-01-01T00:00:00.000Z", "note": "", "avatar": page + "/avatar.png",
		"avatar_static": page + "/avatar.png", "header": "", "header_static": "", "followers_count": 0, "following_count": 0,
		"statuses_count": 0, "emojis": []any{}, "fields": []any{}, "last_status_at": nil,
	}
}

func (s *Server) statusJSON(st *status, viewer *account) object {
	o := object{
		"id": st.id, "uri": st.uri, "url": "https://" + st.from.host + "/@" + st.from.user + "/" + st.id,
		"account": s.accountJSON(st.from), "content": s.content(st), "created_at": st.at.Format(stamp), "edited_at": nil,
		"in_reply_to_id": nil, "in_reply_to_account_id": nil, "visibility": st.visibility, "sensitive": st.spoiler != "",
		"spoiler_text": st.spoiler, "mentions": s.mentionsJSON(st), "media_attachments": s.mediaListJSON(st.media),
		"tags": []any{}, "emojis": []any{}, "reblog": nil, "card": nil, "poll": nil, "language": "en", "application": nil,
		"replies_count": 0, "reblogs_count": 0, "favourites_count": 0, "favourited": false, "reblogged": false,
		"muted": false, "bookmarked": false, "pinned": false, "filtered": []any{},
	}
	if !st.edited.IsZero() {
		o["edited_at"] = st.edited.Format(stamp)
	}
	if p := s.statuses[st.parent]; p != nil && p.visibleTo(viewer) {
		o["in_reply_to_id"], o["in_reply_to_account_id"] = p.id, p.from.id
	}
	return o
}

func (s *Server) mentionsJSON(st *status) []any {
	out := []any{}
	for _, a := range st.mentions {
		out = append(out, object{"id": a.id, "username": a.user, "acct": a.acct(), "url": "https://" + a.host + "/@" + a.user})
	}
	return out
}

func (s *Server) mediaListJSON(ms []*media) []any {
	out := []any{}
	for _, m := range ms {
		out = append(out, s.mediaJSON(m))
	}
	return out
}

func (s *Server) threadJSON(t *thread) object {
	people := []any{}
	for _, a := range t.others {
		people = append(people, s.accountJSON(a))
	}
	o := object{"id": t.id, "unread": t.unread, "accounts": people, "last_status": nil}
	if last := t.last(); last != nil {
		o["last_status"] = s.statusJSON(last, t.owner)
	}
	return o
}

func (s *Server) notificationJSON(n *notification) object {
	return object{
		"id": n.id, "type": n.kind, "created_at": n.at.UTC().Format(stamp),
		"account": s.accountJSON(n.status.from), "status": s.statusJSON(n.status, n.to),
	}
}

var linkRE = regexp.MustCompile(`https?://[^\s<>"]+`)

// content turns the typed text into the HTML that Mastodon makes of it:
// paragraphs, line breaks, mentions as cards, and links whose scheme and tail
// are hidden from view.
func (s *Server) content(st *status) string {
	if st.text == "" {
		return ""
	}
	var b strings.Builder
	for _, paragraph := range strings.Split(st.text, "\n\n") {
		b.WriteString("<p>")
		b.WriteString(strings.ReplaceAll(s.inline(paragraph), "\n", "<br />"))
		b.WriteString("</p>")
	}
	return b.String()
}

func (s *Server) inline(text string) string {
	var b strings.Builder
	for {
		at := linkRE.FindStringIndex(text)
		if at == nil {
			return b.String() + s.names(text)
		}
		b.WriteString(s.names(text[:at[0]]))
		b.WriteString(linkHTML(text[at[0]:at[1]]))
		text = text[at[1]:]
	}
}

func linkHTML(url string) string {
	scheme, shown, _ := strings.Cut(url, "://")
	tail := ""
	class := ""
	if r := []rune(shown); len(r) > 30 {
		shown, tail, class = string(r[:30]), string(r[30:]), "ellipsis"
	}
	e := html.EscapeString
	return `<a href="` + e(url) + `" target="_blank" rel="nofollow noopener" translate="no"><span class="invisible">` + e(scheme) +
		`://</span><span class="` + class + `">` + e(shown) + `</span><span class="invisible">` + e(tail) + `</span></a>`
}

func (s *Server) names(text string) string {
	var b strings.Builder
	for {
		at := mentionRE.FindStringSubmatchIndex(text)
		if at == nil {
			return b.String() + html.EscapeString(text)
		}
		b.WriteString(html.EscapeString(text[:at[3]]))
		name := text[at[3]:at[1]]
		if a := s.accounts[s.fullName(name)]; a != nil {
			b.WriteString(`<span class="h-card" translate="no"><a href="https://` + a.host + `/@` + a.user +
				`" class="u-url mention">@<span>` + html.EscapeString(a.user) + `</span></a></span>`)
		} else {
			b.WriteString(html.EscapeString(name))
		}
		text = text[at[1]:]
	}
}

func (s *Server) instanceV2() object {
	return object{
		"domain": s.conf.Home, "title": "A small server", "version": "4.3.0 (compatible; demo)", "languages": []string{"en", "fr", "it"},
		"configuration": object{
			"urls":               object{"streaming": s.base},
			"statuses":           object{"max_characters": s.conf.MaxChars, "max_media_attachments": 4, "characters_reserved_per_url": 23},
			"media_attachments":  object{"image_size_limit": 16 << 20, "video_size_limit": 40 << 20, "description_limit": 1500},
			"accounts":           object{"max_featured_tags": 10},
			"polls":              object{"max_options": 4},
			"translation":        object{"enabled": false},
			"vapid":              object{"public_key": ""},
			"limited_federation": false,
		},
		"registrations": object{"enabled": false, "approval_required": false},
	}
}

func (s *Server) instanceV1() object {
	return object{
		"uri": s.conf.Home, "title": "A small server", "short_description": "", "description": "", "email": "", "version": "4.3.0 (compatible; demo)",
		"urls": object{"streaming_api": s.base}, "stats": object{"user_count": len(s.order), "status_count": len(s.timeline), "domain_count": 1},
		"thumbnail": nil, "languages": []string{"en"}, "rules": []any{}, "max_toot_chars": s.conf.MaxChars, "registrations": false, "contact_account": nil,
		"configuration": s.instanceV2()["configuration"],
	}
}
