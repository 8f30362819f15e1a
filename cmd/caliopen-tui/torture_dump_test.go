package main

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/storage"
)

// portrait gives what a database holds, without what tells only in which order
// it came: numbers of rows, and the room they take.
func portrait(t *testing.T, dir string) []string {
	t.Helper()
	db := peek(t, dir)
	numbers := map[string]string{}
	for _, line := range described(t, db, "", "SELECT id, ident FROM address") {
		id, ident, _ := strings.Cut(strings.TrimPrefix(line, " id="), " ident=")
		numbers[id] = ident
	}
	var all []string
	for name, q := range portraits() {
		for _, line := range described(t, db, name, q) {
			all = append(all, numbered.ReplaceAllStringFunc(line, func(s string) string {
				return `"a":"` + numbers[numbered.FindStringSubmatch(s)[1]] + `"`
			}))
		}
	}
	slices.Sort(all)
	return all
}

// numbered is how the details of a message name an address.
var numbered = regexp.MustCompile(`"a":(\d+)`)

// peek opens a database for reading, beside the program.
func peek(t *testing.T, dir string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, storage.FileName)+"?_query_only=true&_busy_timeout=10000")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// portraits are what is compared. Of the names of one address the first one that
// was seen stays, and which one that is depends on how much came at once.
func portraits() map[string]string {
	return map[string]string{
		"folder": `SELECT a.name, f.name, f.use, f.validity, f.uidnext, f.messages, f.cursor, f.local FROM folder f JOIN account a ON a.id = f.account
			WHERE f.name <> ''`,
		"copy": `SELECT f.name, l.validity, l.uid, l.remote, m.key, r.sha, l.flags, l.keywords, l.put FROM location l
			JOIN folder f ON f.id = l.folder JOIN message m ON m.id = l.message JOIN raw r ON r.id = l.raw`,
		"source": `SELECT sha, size, partial, sealed FROM raw`,
		"message": `SELECT m.key, c.key, m.protocol, m.direction, m.date, m.received, m.size, m.score, m.level, m.marks, m.away, m.read, m.starred,
			f.name, m.tags, m.rfcid, m.subject, m.excerpt FROM message m JOIN circle c ON c.id = m.circle LEFT JOIN folder f ON f.id = m.folder`,
		"text":         `SELECT m.key, d.detail, d.subject, d.people, d.file, d.cjk, d.body FROM doc d JOIN message m ON m.id = d.id`,
		"circle":       `SELECT c.key, c.kind, c.list, v.key, c.messages, c.unread, c.starred FROM circle c JOIN conversation v ON v.id = c.conversation`,
		"conversation": `SELECT key, kind, list, channels, messages, unread, starred, archived FROM conversation`,
		"party":        `SELECT a.protocol, a.ident, m.key, p.role FROM party p JOIN address a ON a.id = p.address JOIN message m ON m.id = p.message`,
		"address":      `SELECT protocol, ident, name <> '' AS named, messages, bounced, own FROM address`,
		"contact":      `SELECT key, name <> '' AS named, kind FROM contact`,
		"aside":        `SELECT f.name, q.validity, q.uid, q.reason FROM quarantine q JOIN folder f ON f.id = q.folder`,
		"task":         `SELECT kind, tag, state FROM task WHERE state = 'pending'`,
		"outbox":       `SELECT state, account, kept FROM outbox`,
	}
}

// described gives the rows of a query as text, each with a name before it.
func described(t *testing.T, db *sql.DB, name, query string) (out []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		cells := make([]any, len(columns))
		for i := range cells {
			cells[i] = new(any)
		}
		if err := rows.Scan(cells...); err != nil {
			t.Fatal(err)
		}
		row := []string{name}
		for i, c := range cells {
			row = append(row, columns[i]+"="+cell(*c.(*any)))
		}
		out = append(out, strings.Join(row, " "))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func cell(v any) string {
	if b, ok := v.([]byte); ok && len(b) <= 32 {
		return hex.EncodeToString(b)
	}
	text := fmt.Sprint(v)
	if b, ok := v.([]byte); ok {
		text = string(b)
	}
	if len(text) > 300 && !strings.HasPrefix(text, "{") { // what it is does not matter as long as it is the same
		text = fmt.Sprintf("%.20q…%x", text, sha256.Sum256([]byte(text)))
	}
	return text
}

// compare tells what one portrait has and the other one has not.
func differences(got, want []string) (out []string) {
	known := map[string]int{}
	for _, l := range want {
		known[l]++
	}
	for _, l := range got {
		if known[l]--; known[l] < 0 {
			out = append(out, "+ "+l)
		}
	}
	for _, l := range want {
		if known[l] > 0 {
			known[l]--
			out = append(out, "- "+l)
		}
	}
	slices.SortFunc(out, func(a, b string) int { return strings.Compare(a[2:], b[2:]) })
	return out
}
