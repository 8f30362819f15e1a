package mastodon

import (
	"crypto/sha256"
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/html"
	"github.com/caliopen/caliopen-tui/conversation"
)

// Format reads and writes statuses. Its raw form is the JSON of a status
// exactly as the server gave it. It implements conversation.Format.
type Format struct{}

// NewFormat makes a Format.
func NewFormat() Format { return Format{} }

// Warnings, as keys of the catalogue.
const (
	warnUnreadable = "mastodon.unreadable"
	warnMentions   = "mastodon.many_mentions"
)

// maxMentions bounds the participants of one status.
const maxMentions = 1000

// Parse reads a status. It never fails: what is not one is kept as text.
func (Format) Parse(raw []byte, p conversation.ParseContext) conversation.Parsed {
	f, ok := object(raw)
	if !ok {
		return unreadable(raw, p)
	}
	r := reader{f, p}
	m := r.message()
	m.Size = int64(len(raw))
	return conversation.Parsed{Message: m, Fingerprint: r.fingerprint(raw)}
}

func unreadable(raw []byte, p conversation.ParseContext) conversation.Parsed {
	text := strings.ToValidUTF8(string(raw[:min(len(raw), 64<<10)]), "\uFFFD")
	m := conversation.Message{
		Account: p.Account, Protocol: conversation.Mastodon, Direction: conversation.In, Date: p.Received, Received: p.Received,
		Text: text, Excerpt: cut(text, 200), Size: int64(len(raw)), Warnings: []string{warnUnreadable},
	}
	m.Evidence.Protocol, m.Evidence.Visibility = string(conversation.Mastodon), "public"
	if !p.Own.IsZero() {
		m.Participants = []conversation.Participant{{Role: conversation.To, Address: p.Own}}
	}
	return conversation.Parsed{Message: m, Fingerprint: sha256.Sum256(raw)}
}

// reader reads one status.
type reader struct {
	f fields
	p conversation.ParseContext
}

func (r reader) message() conversation.Message {
	m := conversation.Message{
		Account: r.p.Account, Protocol: conversation.Mastodon, Direction: conversation.In,
		Date: r.date(), Received: r.p.Received, Subject: r.f.text("spoiler_text"),
		RFCID: r.uri(), InReplyTo: r.f.text("in_reply_to_id"), Attachments: r.attachments(),
	}
	if id := r.f.text("id"); id != "" {
		// The id on the own server is what an answer has to name.
		m.References = []string{id}
	}
	m.Participants = r.participants()
	if len(r.f.list("mentions")) > maxMentions {
		m.Warnings = append(m.Warnings, warnMentions)
	}
	if from := m.Sender().Address; !from.IsZero() && from == r.p.Own {
		m.Direction = conversation.Out
	}
	r.content(&m)
	r.evidence(&m)
	return m
}

// date is the author's word, which nobody can give for the future.
func (r reader) date() time.Time {
	t := r.f.time("created_at")
	if t.IsZero() || !r.p.Received.IsZero() && t.After(r.p.Received.Add(24*time.Hour)) {
		return r.p.Received
	}
	return t
}

// uri is the name of a status that all servers share.
func (r reader) uri() string {
	for _, s := range []string{r.f.text("uri"), r.f.text("url")} {
		if s != "" {
			return s
		}
	}
	if id := r.f.text("id"); id != "" {
		return "tag:" + r.p.Home + "," + id
	}
	return ""
}

// fingerprint depends on the uri alone: an edited status stays the same
// message, and so does one that two of the user's accounts received.
func (r reader) fingerprint(raw []byte) [32]byte {
	uri := r.uri()
	if uri == "" {
		return sha256.Sum256(raw)
	}
	return sha256.Sum256([]byte("mastodon\x00" + uri))
}

func (r reader) participants() []conversation.Participant {
	var out []conversation.Participant
	author := r.f.object("account")
	from := conversation.Address{}
	if acct := author.text("acct"); acct != "" {
		from = conversation.MastodonAddress(acct, r.p.Home)
		out = append(out, conversation.Participant{Role: conversation.From, Address: from, Name: author.text("display_name")})
	}
	seen := map[conversation.Address]bool{}
	for _, m := range r.f.mentions() {
		a := conversation.MastodonAddress(m.acct, r.p.Home)
		if !seen[a] {
			seen[a] = true
			out = append(out, conversation.Participant{Role: conversation.To, Address: a})
		}
	}
	// Whoever gets a status without being named in it (an edit took the name
	// away, a note to oneself) is still the one who has it.
	if own := r.p.Own; !own.IsZero() && !seen[own] && (from != own || len(seen) == 0) {
		out = append(out, conversation.Participant{Role: conversation.To, Address: own})
	}
	return out
}

func (r reader) content(m *conversation.Message) {
	// Author and mentions are in the participants; names that lead the text
	// only repeat them.
	var names []string
	for _, p := range m.Participants {
		names = append(names, p.Address.ID)
	}
	for _, x := range r.f.mentions() {
		names = append(names, x.page())
	}
	// What Compose put behind an "@" to keep a name from being a mention is
	// taken away again: people read and copy the name as it was written.
	content := strings.ReplaceAll(r.f.text("content"), "@\u200b", "@")
	res := html.Convert(content, html.Options{Mentions: names})
	m.Text, m.Links = strings.TrimSpace(res.Text+r.poll()), res.Links
	m.Excerpt = cut(m.Text, 200)
	m.Evidence.Remote.Images, m.Evidence.Remote.Trackers = res.Images, res.Trackers
	m.Evidence.Active = res.Active
}

// poll gives the choices of a poll, which are not in the content.
func (r reader) poll() string {
	var b strings.Builder
	for i, raw := range r.f.object("poll").list("options") {
		if o, _ := object(raw); i < 50 && o.text("title") != "" {
			b.WriteString("\n○ " + cut(o.text("title"), 300))
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return "\n" + b.String()
}

// evidence tells what the status itself shows. Whether the own server was
// reached safely is known to the transport alone.
func (r reader) evidence(m *conversation.Message) {
	e := &m.Evidence
	e.Protocol = string(conversation.Mastodon)
	e.Transport.Ingress = "auth"
	e.SameProvider = true
	for _, p := range m.Participants {
		e.SameProvider = e.SameProvider && p.Address.Domain() == strings.ToLower(r.p.Home)
	}
	switch v := r.f.text("visibility"); v {
	case "direct", "private", "unlisted", "public":
		e.Visibility = v
	default:
		e.Visibility = "public" // the worst it can be
	}
}

func (r reader) attachments() []conversation.Attachment {
	var out []conversation.Attachment
	for i, raw := range r.f.list("media_attachments") {
		f, _ := object(raw)
		address := f.text("url")
		if address == "" {
			address = f.text("remote_url")
		}
		kind, ext := mediaType(f.text("type"), address)
		out = append(out, conversation.Attachment{
			Name: mediaName(f.text("description"), address, ext), Type: kind, Part: strconv.Itoa(i), URL: address,
		})
	}
	return out
}

// mediaType judges by the file's ending, as servers tell the family only.
func mediaType(family, address string) (kind, ext string) {
	if i := strings.IndexAny(address, "?#"); i >= 0 {
		address = address[:i]
	}
	ext = strings.ToLower(path.Ext(path.Base(address)))
	switch ext {
	case ".jpg", ".jpeg":
		return "image/jpeg", ext
	case ".png", ".gif", ".webp", ".avif", ".heic":
		return "image/" + ext[1:], ext
	case ".mp4", ".webm":
		return "video/" + ext[1:], ext
	case ".mp3":
		return "audio/mpeg", ext
	case ".ogg", ".flac", ".wav":
		return "audio/" + ext[1:], ext
	}
	switch family {
	case "image", "audio", "video":
		return family + "/*", ""
	case "gifv":
		return "video/mp4", ".mp4"
	}
	return "application/octet-stream", ""
}

// mediaName is the description, which is all that people write about a file.
func mediaName(description, address, ext string) string {
	if name := cut(description, 80); name != "" {
		if strings.HasSuffix(strings.ToLower(name), ext) {
			return name
		}
		return name + ext
	}
	if i := strings.IndexAny(address, "?#"); i >= 0 {
		address = address[:i]
	}
	if base := path.Base(address); base != "." && base != "/" {
		return base
	}
	return ""
}

// HTML gives the content of a status as received.
func (Format) HTML(raw []byte) string {
	f, _ := object(raw)
	return f.text("content")
}

// Part describes one file of a status. Its bytes are not in the raw form: the
// error is conversation.ErrRemote, and the attachment's URL says where they
// are. Transport.Fetch gets them.
func (Format) Part(raw []byte, part string) (conversation.Attachment, []byte, error) {
	f, _ := object(raw)
	for _, a := range (reader{f: f}).attachments() {
		if a.Part == part {
			return a, nil, fmt.Errorf("mastodon: %s: %w", a.URL, conversation.ErrRemote)
		}
	}
	return conversation.Attachment{}, nil, fmt.Errorf("mastodon: part %q: %w", part, conversation.ErrNotFound)
}
