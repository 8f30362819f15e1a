//go:build !sqlite_fts5 && !fts5

package storage

import (
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
)

// The full-text module of a plain build: FTS4 is in every SQLite, FTS5 is not.
const (
	indexModule = "fts4"
	indexTable  = "index4"

	indexCreate = `CREATE VIRTUAL TABLE IF NOT EXISTS index4 USING fts4(subject, people, file, cjk, body,
		content="doc", tokenize=unicode61 "remove_diacritics=2", prefix="2,3")`
	// insideCreate makes the index in memory. It keeps the texts: FTS4 deletes
	// no row without knowing its words.
	insideCreate = `CREATE VIRTUAL TABLE index4 USING fts4(subject, people, file, cjk, body,
		tokenize=unicode61 "remove_diacritics=2")`
	indexDrop     = `DROP TABLE IF EXISTS index4`
	indexInsert   = `INSERT INTO index4 (docid, subject, people, file, cjk, body) VALUES (?, ?, ?, ?, ?, ?)`
	indexDelete   = `DELETE FROM index4 WHERE docid = ?`
	indexFill     = `INSERT INTO index4 (docid, subject, people, file, cjk, body) SELECT id, subject, people, file, cjk, body FROM doc WHERE id > ? AND id <= ? ORDER BY id`
	indexCheck    = `INSERT INTO index4 (index4) VALUES ('integrity-check')`
	indexOptimize = `INSERT INTO index4 (index4) VALUES ('optimize')`
)

func indexTuning() []string { return nil }

// FTS4 joins its segments as it goes; there is nothing to put off.
func indexRush() []string { return nil }

func indexCalm() []string { return nil }

func insideRush() []string { return nil }

func insideCalm() []string { return nil }

const (
	indexMerge   = `INSERT INTO index4 (index4) VALUES ('merge=200,8')`
	indexRushing = `SELECT 0`
)

// indexPhrase writes a phrase, whose last word may be the beginning of one.
func indexPhrase(s string, prefix bool) string {
	if prefix {
		return `"` + s + `*"`
	}
	return `"` + s + `"`
}

// indexOr says that alternatives can be one expression; here they are kept
// apart, since they may ask different columns.
const indexOr = false

// matchAll joins indexed terms into one expression. FTS4 knows no phrase within
// a column, so that one column is asked at a time and the others are left.
func matchAll(ns []conversation.Node) (column, expr string, left []conversation.Node) {
	var parts []string
	for i, n := range ns {
		c, e := expression(n)
		if i == 0 {
			column = c
		}
		if c == column {
			parts = append(parts, "("+e+")")
		} else {
			left = append(left, n)
		}
	}
	return column, strings.Join(parts, " AND "), left
}

// expression gives what is asked for one term, and in which column, "" for all.
// Words of two columns can be asked for when they are single ones.
func expression(n conversation.Node) (column, expr string) {
	as := askings(n)
	var any []string
	for _, a := range as {
		if a.column == as[0].column {
			any = append(any, quoted(a.text, a.prefix))
			continue
		}
		for i, b := range as[:len(as)-1] { // all but this one are of the first column
			any[i] = b.column + ":" + b.word()
		}
		return "", strings.Join(append(any, a.column+":"+a.word()), " OR ")
	}
	return as[0].column, strings.Join(any, " OR ")
}

// word writes a single word.
func (a asking) word() string {
	w := wordsOf(a.text)[0]
	if a.prefix {
		return a.text[w.start:w.end] + "*"
	}
	return a.text[w.start:w.end]
}
