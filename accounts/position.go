package accounts

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// position is where a key stands in a configuration file, counted from one.
type position struct{ line, column int }

// positions tells where each key of a text that was read without fault stands,
// by the names that lead to it: "theme", "account.0.kind", "keys.reply".
func positions(data []byte) map[string]position {
	var (
		out    = map[string]position{}
		p      unstable.Parser
		prefix string
		tables = map[string]int{}
	)
	p.Reset(data)
	for p.NextExpression() {
		e := p.Expression()
		path, first := keyPath(e)
		switch {
		case path == "":
			continue
		case e.Kind == unstable.ArrayTable:
			path = within(tables, path)
			prefix = path + "." + strconv.Itoa(tables[path])
			tables[path]++
			path = prefix
		case e.Kind == unstable.Table:
			path = within(tables, path)
			prefix = path
		case prefix != "":
			path = prefix + "." + path
		}
		start := p.Shape(first).Start
		out[path] = position{start.Line, start.Column}
	}
	return out
}

// within tells which table of each list on the way a header is about: the last
// one written ("account.folder" is "account.2.folder" below the third account).
func within(tables map[string]int, path string) string {
	var full string
	parts := strings.Split(path, ".")
	for i, part := range parts {
		if full += part; i == len(parts)-1 {
			break
		}
		if n := tables[full]; n > 0 {
			full += "." + strconv.Itoa(n-1)
		}
		full += "."
	}
	return full
}

// keyPath joins the parts of an expression's key.
func keyPath(e *unstable.Node) (path string, first unstable.Range) {
	var parts []string
	for it := e.Key(); it.Next(); {
		if len(parts) == 0 {
			first = it.Node().Raw
		}
		parts = append(parts, string(it.Node().Data))
	}
	return strings.Join(parts, "."), first
}

// Fault makes an error about the value of a key that points at it in the file
// the configuration was read from. The code is one of the catalogue.
func (c *Config) Fault(code, key, value string) error {
	at := c.find(key)
	return problem(code, ErrConfig, map[string]any{
		"File": c.path, "Line": at.line, "Column": at.column, "Key": key, "Value": value,
	})
}

// find gives the place of a key or, when it is not written on its own, of what
// it stands in.
func (c *Config) find(key string) position {
	for {
		if at, ok := c.places[key]; ok {
			return at
		}
		i := strings.LastIndexByte(key, '.')
		if i < 0 {
			return position{1, 1}
		}
		key = key[:i]
	}
}

// where names a place in the way of compilers.
func (c *Config) where(key string) string {
	at := c.find(key)
	return fmt.Sprintf("%s:%d:%d", c.path, at.line, at.column)
}
