package accounts

import "strings"

// UsualUse guesses what a folder is for from the last part of its name, where
// nobody says it: the names are those that mail programs and providers give by
// themselves, in the languages that are usual around those of this program. A
// trash that is not recognised would make deleting final.
func UsualUse(name string) Use {
	switch strings.ToLower(name[strings.LastIndexAny(name, "/.")+1:]) {
	case "sent", "sent items", "sent messages", "sent mail", "sent-mail",
		"envoyés", "éléments envoyés", "messages envoyés", "objets envoyés", "courrier envoyé",
		"inviata", "inviati", "posta inviata", "messaggi inviati", "elementi inviati",
		"gesendet", "gesendete objekte", "gesendete elemente", "enviados", "elementos enviados":
		return UseSent
	case "drafts", "draft", "brouillons", "brouillon", "bozze", "bozza", "entwürfe", "borradores":
		return UseDrafts
	case "trash", "bin", "deleted", "deleted items", "deleted messages",
		"corbeille", "éléments supprimés", "messages supprimés",
		"cestino", "posta eliminata", "elementi eliminati", "messaggi eliminati",
		"papierkorb", "gelöschte objekte", "gelöschte elemente", "papelera", "elementos eliminados":
		return UseTrash
	case "junk", "spam", "junk e-mail", "junk email", "bulk mail",
		"indésirables", "courrier indésirable", "pourriel", "pourriels",
		"posta indesiderata", "indesiderata", "correo no deseado":
		return UseJunk
	case "archive", "archives", "archivio", "archiv", "archivo":
		return UseArchive
	}
	return UseNone
}
