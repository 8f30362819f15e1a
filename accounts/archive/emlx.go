package archive

import (
	"bytes"
	"encoding/xml"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Bits of the flags in the property list behind a message of Apple Mail.
const (
	emlxRead     = 1 << 0
	emlxDeleted  = 1 << 1
	emlxAnswered = 1 << 2
	emlxFlagged  = 1 << 4
	emlxDraft    = 1 << 6
)

// isEMLX tells whether a file is one of Apple Mail: by its name, and by the
// number that its first line is.
func isEMLX(path string, raw []byte) bool {
	if !strings.EqualFold(filepath.Ext(path), ".emlx") {
		return false
	}
	_, _, ok := emlxCount(raw)
	return ok
}

// emlxCount reads the first line: how many bytes the message has.
func emlxCount(raw []byte) (n int, rest []byte, ok bool) {
	line, rest, found := bytes.Cut(raw[:], []byte{'\n'})
	n, err := strconv.Atoi(strings.TrimSpace(string(line[:min(len(line), 32)])))
	return n, rest, found && err == nil && n >= 0
}

// readEMLX takes a file of Apple Mail apart: a count of bytes, the message,
// and a property list with what the program knows of it.
func readEMLX(raw []byte) (message []byte, m marks, at time.Time, reason string) {
	n, rest, ok := emlxCount(raw)
	if !ok {
		return nil, m, at, ReasonForm
	}
	if n > len(rest) {
		return nil, m, at, ReasonUnreadable
	}
	message = rest[:n:n]
	m.flags.Seen = true
	values := plist(rest[n:])
	if v, ok := values["flags"]; ok {
		if bits, err := strconv.ParseUint(v, 10, 64); err == nil {
			m.flags.Seen, m.flags.Deleted = bits&emlxRead != 0, bits&emlxDeleted != 0
			m.flags.Answered, m.flags.Flagged = bits&emlxAnswered != 0, bits&emlxFlagged != 0
			m.flags.Draft = bits&emlxDraft != 0
		}
	}
	if s, err := strconv.ParseFloat(values["date-received"], 64); err == nil {
		if t := time.Unix(int64(min(s, 1<<40)), 0).UTC(); plausible(t) {
			at = t
		}
	}
	return message, m, at, ""
}

// plist gives the plain values of a property list by their keys. One that is
// damaged gives what stands before the damage.
func plist(data []byte) map[string]string {
	out := map[string]string{}
	d := xml.NewDecoder(bytes.NewReader(data))
	d.Strict = false
	var key, element string
	for {
		token, err := d.Token()
		if err != nil {
			return out
		}
		switch t := token.(type) {
		case xml.StartElement:
			element = t.Name.Local
		case xml.EndElement:
			element = ""
		case xml.CharData:
			text := strings.TrimSpace(string(t))
			switch element {
			case "key":
				key = text
			case "integer", "real", "string":
				if _, twice := out[key]; !twice && len(out) < 100 {
					out[key] = text
				}
			}
		}
	}
}
