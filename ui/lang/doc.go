// Package lang is the catalogue of everything the program says to people, in
// English, French and Italian: sentences with arguments, plurals, dates,
// sizes, the explanation of an index and of an error.
//
// Lower layers hand codes upwards (conversation.Reason, sentinel errors, the
// ids of a privacy.Index); only this package turns them into words. A locale
// is the union of all files locale/*.LANG.json.
package lang
