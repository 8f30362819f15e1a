package archive

import (
	"bytes"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"

	stdmime "mime"

	"github.com/caliopen/caliopen-tui/accounts"
)

// longestHeader bounds what is looked at for words of other programs.
const longestHeader = 256 << 10

// field gives the first field of that name, in lower case, unfolded.
func field(raw []byte, name string) (string, bool) {
	var out []byte
	found := false
	for line := range bytes.Lines(raw[:min(len(raw), longestHeader)]) {
		if blank(line) {
			break
		}
		if found {
			if line[0] != ' ' && line[0] != '\t' {
				break
			}
			out = append(append(out, ' '), bytes.TrimSpace(line)...)
			continue
		}
		if len(line) > len(name) && line[len(name)] == ':' && strings.EqualFold(string(line[:len(name)]), name) {
			found, out = true, bytes.Clone(bytes.TrimSpace(line[len(name)+1:]))
		}
	}
	return string(out), found
}

// arrival tells when a message came, by the topmost line of a server, or else
// when it was written; zero when neither says.
func arrival(raw []byte) time.Time {
	if v, ok := field(raw, "received"); ok {
		if t := moment(v[strings.LastIndexByte(v, ';')+1:]); !t.IsZero() {
			return t
		}
	}
	v, _ := field(raw, "date")
	return moment(v)
}

func moment(v string) time.Time {
	t, err := mail.ParseDate(strings.TrimSpace(v))
	if err != nil || t.Year() < 1971 || t.Year() > 9998 {
		return time.Time{}
	}
	return t.UTC()
}

// marks are what mail programs noted of a message inside its header. The header
// is kept as it is; nobody takes it for the sender's.
type marks struct {
	flags accounts.Flags
	use   accounts.Use // where a label says that it lies
}

// readMarks gathers the notes of mail programs. A message without any word
// counts as read: an archive is no inbox.
func readMarks(raw []byte) marks {
	m := marks{flags: accounts.Flags{Seen: true}}
	m.status(raw)
	m.mozilla(raw)
	m.labels(raw)
	slices.Sort(m.flags.Keywords)
	m.flags.Keywords = slices.Compact(m.flags.Keywords)
	return m
}

// status reads Status and X-Status, as mbox programs have written them since
// Berkeley Mail, and X-Keywords.
func (m *marks) status(raw []byte) {
	if v, ok := field(raw, "status"); ok {
		m.flags.Seen = strings.Contains(v, "R")
	}
	if v, ok := field(raw, "x-status"); ok {
		m.flags.Answered = strings.Contains(v, "A")
		m.flags.Flagged = strings.Contains(v, "F")
		m.flags.Draft = strings.Contains(v, "T")
		m.flags.Deleted = strings.Contains(v, "D")
	}
	v, _ := field(raw, "x-keywords")
	m.tag(strings.Fields(v)...)
}

// mozilla reads the notes of Thunderbird and its kin: bits of
// nsMsgMessageFlags.
func (m *marks) mozilla(raw []byte) {
	if v, ok := field(raw, "x-mozilla-status"); ok {
		if bits, err := strconv.ParseUint(strings.TrimSpace(v), 16, 32); err == nil {
			m.flags.Seen = bits&0x1 != 0
			m.flags.Answered = m.flags.Answered || bits&0x2 != 0
			m.flags.Flagged = m.flags.Flagged || bits&0x4 != 0
			if bits&0x8 != 0 { // deleted, and still in the file until that is compacted
				m.flags.Deleted, m.use = true, accounts.UseTrash
			}
		}
	}
	v, _ := field(raw, "x-mozilla-keys")
	m.tag(strings.Fields(v)...)
}

// labels reads what Google's export says of a message.
func (m *marks) labels(raw []byte) {
	v, ok := field(raw, "x-gmail-labels")
	if !ok {
		return
	}
	if plain, err := new(stdmime.WordDecoder).DecodeHeader(v); err == nil {
		v = plain
	}
	for label := range strings.SplitSeq(v, ",") {
		label = strings.Trim(strings.TrimSpace(label), `"`)
		switch label {
		case "", "Inbox", "Opened", "Archived", "Chat":
		case "Unread":
			m.flags.Seen = false
		case "Starred":
			m.flags.Flagged = true
		case "Drafts", "Draft":
			m.flags.Draft = true
		case "Sent":
			m.use = accounts.UseSent
		case "Spam":
			m.use = accounts.UseJunk
		case "Trash":
			m.use = accounts.UseTrash
		default:
			m.tag(label)
		}
	}
}

// longestTag and mostTags bound what a file can hang onto a message.
const (
	longestTag = 100
	mostTags   = 50
)

func (m *marks) tag(words ...string) {
	for _, w := range words {
		w = strings.ToValidUTF8(strings.Join(strings.Fields(w), " "), "\uFFFD")
		if w != "" && len(w) <= longestTag && len(m.flags.Keywords) < mostTags {
			m.flags.Keywords = append(m.flags.Keywords, w)
		}
	}
}
