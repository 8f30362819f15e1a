package kit

import (
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

// Catalogue is what screens need of the texts in the user's language.
type Catalogue interface {
	// Lang gives the language, "en", "fr" or "it".
	Lang() string
	// T gives a text with its arguments, N the plural form for n, Has whether
	// the text exists.
	T(key string, args map[string]any) string
	N(key string, n int, args map[string]any) string
	Has(key string) bool
	// Reason and Error turn codes and errors into sentences, unsanitised.
	Reason(r conversation.Reason) string
	Error(err error) string
	// Date gives at most seven columns, Day the name of a day, LongDate all,
	// When a moment to come.
	Date(t, now time.Time) string
	Day(t, now time.Time) string
	LongDate(t, now time.Time) string
	When(t, now time.Time) string
	Size(n int64) string
	Number(n int) string
	// Explain fills the sentence and the advice of an index.
	Explain(ix privacy.Index, name string) privacy.Index
	// Factor gives the words for one factor or cap.
	Factor(id string, name string) string
}
