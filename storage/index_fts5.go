//go:build sqlite_fts5 || fts5

package storage

import (
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
)

// The full-text module of this build, and how it is spoken to. Both modules
// have the same columns over the table doc ("external content"), so that the
// text is kept once.
const (
	indexModule = "fts5"
	indexTable  = "index5"

	indexCreate = `CREATE VIRTUAL TABLE IF NOT EXISTS index5 USING fts5(subject, people, file, cjk, body,
		content='doc', content_rowid='id', tokenize='unicode61 remove_diacritics 2', prefix='2 3')`
	// insideCreate makes the index in memory. It keeps no text, and knows no
	// beginnings of words: they would take most of its time and memory, and
	// memory is fast enough without.
	insideCreate = `CREATE VIRTUAL TABLE index5 USING fts5(subject, people, file, cjk, body,
		content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2')`
	indexDrop   = `DROP TABLE IF EXISTS index5`
	indexInsert = `INSERT INTO index5 (rowid, subject, people, file, cjk, body) VALUES (?, ?, ?, ?, ?, ?)`
	indexDelete = `INSERT INTO index5 (index5, rowid, subject, people, file, cjk, body)
		SELECT 'delete', id, subject, people, file, cjk, body FROM doc WHERE id = ?`
	indexFill     = `INSERT INTO index5 (rowid, subject, people, file, cjk, body) SELECT id, subject, people, file, cjk, body FROM doc WHERE id > ? AND id <= ? ORDER BY id`
	indexCheck    = `INSERT INTO index5 (index5, rank) VALUES ('integrity-check', 1)`
	indexOptimize = `INSERT INTO index5 (index5) VALUES ('optimize')`
)

// indexTuning keeps more in memory before a segment is written, which is what
// loading costs. The index remembers it.
func indexTuning() []string {
	return append(indexCalm(), `INSERT INTO index5 (index5, rank) VALUES ('hashsize', 33554432)`)
}

// indexRush puts the joining of segments off while much is loaded; indexCalm
// goes back to a little with each write, and indexMerge catches up.
func indexRush() []string {
	return []string{
		`INSERT INTO index5 (index5, rank) VALUES ('automerge', 0)`,
		`INSERT INTO index5 (index5, rank) VALUES ('crisismerge', 1000)`,
	}
}

func indexCalm() []string {
	return []string{
		`INSERT INTO index5 (index5, rank) VALUES ('automerge', 8)`,
		`INSERT INTO index5 (index5, rank) VALUES ('crisismerge', 32)`,
	}
}

// insideRush is for the index in memory while it is built, insideCalm for
// afterwards: its segments are joined a little with each write, never all.
func insideRush() []string { return append(indexRush(), indexTuning()[2]) }

func insideCalm() []string { return indexCalm()[:1] }

const (
	indexMerge   = `INSERT INTO index5 (index5, rank) VALUES ('merge', 1000)`
	indexRushing = `SELECT v = 0 FROM index5_config WHERE k = 'automerge'`
)

// indexPhrase writes a phrase, whose last word may be the beginning of one.
func indexPhrase(s string, prefix bool) string {
	if prefix {
		return `"` + s + `" *`
	}
	return `"` + s + `"`
}

// indexOr says that alternatives can be one expression.
const indexOr = true

// matchAll joins indexed terms into one expression. FTS5 can tell columns
// apart within it, so that nothing is left over.
func matchAll(ns []conversation.Node) (column, expr string, left []conversation.Node) {
	return "", joinExpressions(ns, " AND "), nil
}

func joinExpressions(ns []conversation.Node, with string) string {
	parts := make([]string, 0, len(ns))
	for _, n := range ns {
		if n.Op == conversation.Or {
			parts = append(parts, "("+joinExpressions(n.Kids, " OR ")+")")
			continue
		}
		var any []string
		for _, a := range askings(n) {
			e := quoted(a.text, a.prefix)
			if a.column != "" {
				e = "{" + a.column + "} : " + e
			}
			any = append(any, "("+e+")")
		}
		parts = append(parts, "("+strings.Join(any, " OR ")+")")
	}
	return strings.Join(parts, with)
}
