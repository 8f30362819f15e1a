package accounts

import "strings"

// UsualUse guesses what a folder is for from the last part of its name, where
// nobody says it: the names are those that mail programs give by themselves.
func UsualUse(name string) Use {
	switch strings.ToLower(name[strings.LastIndexAny(name, "/.")+1:]) {
	case "sent", "sent items", "sent messages", "sent mail", "sent-mail":
		return UseSent
	case "drafts", "draft":
		return UseDrafts
	case "trash", "deleted items", "deleted messages":
		return UseTrash
	case "junk", "spam", "junk e-mail":
		return UseJunk
	case "archive", "archives":
		return UseArchive
	}
	return UseNone
}
