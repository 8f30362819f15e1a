package accounts_test

import (
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
)

func TestUsualNamesOfFolders(t *testing.T) {
	for name, want := range map[string]accounts.Use{
		"Corbeille": accounts.UseTrash, "INBOX.Éléments supprimés": accounts.UseTrash, "Posta eliminata": accounts.UseTrash, "Deleted Items": accounts.UseTrash,
		"Messages envoyés": accounts.UseSent, "INBOX/Sent": accounts.UseSent, "Brouillons": accounts.UseDrafts, "Bozze": accounts.UseDrafts,
		"Courrier indésirable": accounts.UseJunk, "Archives": accounts.UseArchive,
		"Projets": accounts.UseNone, "Trash/2020": accounts.UseNone, "": accounts.UseNone, "Sent to Zoé": accounts.UseNone,
	} {
		if got := accounts.UsualUse(name); got != want {
			t.Errorf("%q is for %q, want %q", name, got, want)
		}
	}
}
