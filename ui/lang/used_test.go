package lang

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// keyShaped is what a key of the catalogue looks like.
var keyShaped = regexp.MustCompile(`^[a-z]+(\.[a-z_]+)+$`)

// callsWithKey are the names of functions whose first argument is a key.
func callsWithKey() map[string]bool {
	return map[string]bool{"T": true, "N": true, "t": true, "n": true, "usage": true, "problem": true, "fault": true}
}

func TestEveryKeyUsedInCodeExists(t *testing.T) {
	c := load(t, "en")
	used := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, key := range keys(file) {
			used++
			if !c.Has(key) {
				t.Errorf("%s: %q is in no catalogue", path, key)
			}
		}
		return nil
	})
	if err != nil || used < 100 {
		t.Fatalf("%d keys found: %v", used, err)
	}
}

// keys lists the keys that a file names: first arguments of the functions that
// take one, and the field Code of a reason or problem.
func keys(file *ast.File) []string {
	var out []string
	add := func(e ast.Expr) {
		lit, ok := e.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return
		}
		if text, err := strconv.Unquote(lit.Value); err == nil && keyShaped.MatchString(text) {
			out = append(out, text)
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if len(n.Args) > 0 && callsWithKey()[called(n.Fun)] {
				add(n.Args[0])
			}
		case *ast.KeyValueExpr:
			if name, ok := n.Key.(*ast.Ident); ok && name.Name == "Code" {
				add(n.Value)
			}
		}
		return true
	})
	return out
}

func called(f ast.Expr) string {
	switch f := f.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}
