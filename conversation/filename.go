package conversation

import (
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxFileName is the longest name in bytes that every file system in use takes,
// with room for a number when the name is taken.
const maxFileName = 200

// FileName makes the name of an attachment, which a stranger chose, harmless as
// the name of a file: no folder, no control or direction character, nothing
// hidden, no name that a system treats specially, and not too long.
func FileName(name string) string {
	name = strings.ReplaceAll(name, `\`, "/")
	name = strings.TrimRight(name, "/")
	name = name[strings.LastIndexByte(name, '/')+1:]
	name = strings.Map(fileRune, strings.ToValidUTF8(name, "_"))
	name = strings.Trim(name, " .-~")
	if name == "" || deviceName(name) {
		name = "attachment" + strings.Repeat("_", min(1, len(name))) + name
	}
	return shorten(name)
}

func fileRune(r rune) rune {
	switch {
	case unicode.IsSpace(r) && !unicode.IsControl(r):
		return ' '
	case unicode.IsControl(r), unicode.In(r, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp):
		return -1
	case strings.ContainsRune(`/:*?"<>|$;&`+"`", r):
		return '_'
	}
	return r
}

// deviceName tells the names that one family of systems opens as devices
// whatever their extension.
func deviceName(name string) bool {
	base, _, _ := strings.Cut(strings.ToUpper(name), ".")
	switch base {
	case "CON", "PRN", "AUX", "NUL":
		return true
	}
	return len(base) == 4 && (strings.HasPrefix(base, "COM") || strings.HasPrefix(base, "LPT")) && unicode.IsDigit(rune(base[3]))
}

// shorten cuts the middle, so that the extension stays.
func shorten(name string) string {
	if len(name) <= maxFileName {
		return name
	}
	ext := filepath.Ext(name)
	if len(ext) > 16 {
		ext = ""
	}
	stem := name[:maxFileName-len(ext)]
	for !utf8.ValidString(stem) {
		stem = stem[:len(stem)-1]
	}
	return strings.TrimRight(stem, " .-~") + ext
}
