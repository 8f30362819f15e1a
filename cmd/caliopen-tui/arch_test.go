package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/caliopen/caliopen-tui/"

// The limits of the house.
const (
	longestFunction = 60
	longestFile     = 400
)

// rule says what the code of a folder, and of those below it, may import. The
// longest folder that fits counts. The standard library is allowed but for
// what is forbidden.
type rule struct {
	folder    string
	own       []string // packages of this module: "x" for x alone, "x/..." for all below too
	foreign   []string // modules of others, by prefix
	forbidden []string // packages of the standard library
}

func rules() []rule {
	quiet := []string{"database/sql", "net/http", "os/exec"}
	return []rule{
		{"privacy", nil, nil, append(quiet, "net", "os", "io/fs")},
		{"privacy/trace", []string{"privacy"}, []string{"golang.org/x/net/publicsuffix", "golang.org/x/net/idna"}, append(quiet, "os")},
		{"privacy/openpgp", nil, []string{"github.com/ProtonMail/go-crypto"}, append(quiet, "net", "os")},
		{"privacy/autocrypt", []string{"privacy/openpgp"}, []string{"github.com/ProtonMail/go-crypto"}, append(quiet, "net", "os")},
		{"privacy/tofu", nil, nil, append(quiet, "net", "os")},
		{"privacy/securejoin", []string{"privacy/openpgp", "privacy/autocrypt"}, []string{"rsc.io/qr", "github.com/makiuchi-d/gozxing"}, append(quiet, "net", "os")},
		{"privacy/resolve", nil, []string{"github.com/miekg/dns"}, []string{"database/sql", "net/http", "os/exec"}},
		{"privacy/keyfind", []string{"privacy/openpgp", "privacy/resolve"}, []string{"golang.org/x/net/idna", "github.com/miekg/dns"}, []string{"database/sql", "os", "os/exec"}},
		{"privacy/domain", []string{"privacy", "privacy/resolve", "privacy/trace"}, []string{"golang.org/x/net/", "github.com/miekg/dns", "github.com/emersion/go-msgauth"}, []string{"database/sql", "os", "os/exec"}},
		{"privacy/device", []string{"privacy"}, []string{"golang.org/x/sys"}, []string{"database/sql", "net", "net/http", "os/exec"}},
		{"conversation", []string{"privacy"}, nil, append(quiet, "net", "os", "io/fs")},
		{
			"storage",
			[]string{"conversation", "privacy", "accounts", "storage/..."},
			[]string{"github.com/mattn/go-sqlite3", "github.com/klauspost/compress", "golang.org/x/text", "golang.org/x/sys"},
			[]string{"net/http", "os/exec"},
		},
		{
			"accounts",
			[]string{"conversation", "privacy/...", "accounts/..."},
			[]string{
				"github.com/emersion/", "mellium.im/sasl", "github.com/mattn/go-mastodon", "github.com/pelletier/go-toml",
				"github.com/adrg/xdg", "github.com/google/renameio", "github.com/gofrs/flock", "github.com/zalando/go-keyring",
				"filippo.io/age", "github.com/jhillyerd/enmime", "github.com/gogs/chardet", "github.com/cenkalti/backoff",
				"golang.org/x/",
			},
			[]string{"database/sql"},
		},
		{
			"ui",
			[]string{"conversation", "privacy", "accounts", "ui/..."},
			[]string{
				"charm.land/", "github.com/charmbracelet/", "github.com/nicksnyder/go-i18n", "github.com/mattn/go-runewidth",
				"golang.org/x/text", "golang.org/x/net/idna", "rsc.io/qr",
			},
			[]string{"database/sql", "net/http", "os/exec"},
		},
		{"cmd", []string{"..."}, []string{""}, []string{"database/sql"}},
	}
}

// source is one parsed file of the project.
type source struct {
	path string // from the root, with slashes
	file *ast.File
	set  *token.FileSet
	test bool
}

func sources(t *testing.T) []source {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	var all []source
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "bin") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		all = append(all, source{filepath.ToSlash(rel), file, set, strings.HasSuffix(name, "_test.go")})
		return nil
	})
	if err != nil || len(all) < 50 {
		t.Fatalf("%d files read: %v", len(all), err)
	}
	return all
}

func ruleFor(folder string) (rule, bool) {
	var best rule
	for _, r := range rules() {
		if (folder == r.folder || strings.HasPrefix(folder, r.folder+"/")) && len(r.folder) > len(best.folder) {
			best = r
		}
	}
	return best, best.folder != ""
}

// allows tells why an import breaks a rule, "" when it does not.
func (r rule) allows(path string) string {
	own, ours := strings.CutPrefix(path, module)
	first, _, _ := strings.Cut(path, "/")
	switch {
	case ours:
		for _, pattern := range r.own {
			prefix, all := strings.CutSuffix(pattern, "...")
			if own == strings.TrimSuffix(prefix, "/") || all && strings.HasPrefix(own, prefix) {
				return ""
			}
		}
		return "not among the packages that " + r.folder + " may know"
	case strings.Contains(first, "."):
		for _, prefix := range r.foreign {
			if strings.HasPrefix(path, prefix) {
				return ""
			}
		}
		return "not among the modules that " + r.folder + " may use"
	}
	for _, f := range r.forbidden {
		if path == f {
			return "forbidden in " + r.folder
		}
	}
	return ""
}

func TestImportsGoOneWay(t *testing.T) {
	for _, s := range sources(t) {
		folder := filepath.ToSlash(filepath.Dir(s.path))
		r, known := ruleFor(folder)
		if !known {
			t.Errorf("%s: no rule for this folder", s.path)
			continue
		}
		if s.test {
			continue // tests may meet other layers
		}
		for _, i := range s.file.Imports {
			path, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if why := r.allows(path); why != "" {
				t.Errorf("%s imports %s: %s", s.path, path, why)
			}
		}
	}
}

func TestTestToolsStayInTests(t *testing.T) {
	for _, s := range sources(t) {
		folder := filepath.ToSlash(filepath.Dir(s.path))
		if s.test || strings.HasPrefix(folder, "ui/uitest") || strings.HasPrefix(folder, "accounts/demo") || s.path == "cmd/caliopen-tui/demo.go" {
			continue
		}
		for _, i := range s.file.Imports {
			path, _ := strconv.Unquote(i.Path.Value)
			own := strings.TrimPrefix(path, module)
			if strings.HasPrefix(own, "ui/uitest") || strings.HasPrefix(own, "accounts/demo") || path == "testing" || strings.HasPrefix(path, "pgregory.net/") {
				if strings.HasPrefix(folder, "accounts/servertest") || strings.HasPrefix(folder, "cmd/depskeep") {
					continue
				}
				t.Errorf("%s imports %s, which is for tests and the demo", s.path, path)
			}
		}
	}
}

func TestFunctionsAndFilesStayShort(t *testing.T) {
	for _, s := range sources(t) {
		if lines := s.set.Position(s.file.End()).Line; lines > longestFile {
			t.Errorf("%s has %d lines, at most %d are wanted", s.path, lines, longestFile)
		}
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := s.length(f); n > longestFunction {
				t.Errorf("%s: %s has %d lines, at most %d are wanted", s.path, f.Name.Name, n, longestFunction)
			}
		}
	}
}

// length counts the lines of a function without those of its tables: data may
// be as long as it has to be.
func (s source) length(f *ast.FuncDecl) int {
	span := func(n ast.Node) int { return s.set.Position(n.End()).Line - s.set.Position(n.Pos()).Line }
	lines := span(f) + 1
	ast.Inspect(f, func(n ast.Node) bool {
		if table, ok := n.(*ast.CompositeLit); ok {
			lines -= span(table)
			return false
		}
		return true
	})
	return lines
}

func TestExportedNamesAreDocumented(t *testing.T) {
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		for _, d := range s.file.Decls {
			for _, name := range undocumented(d) {
				t.Errorf("%s: %s has no comment", s.path, name)
			}
		}
	}
}

// undocumented lists the exported names of a declaration without a comment.
func undocumented(d ast.Decl) []string {
	var out []string
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Doc == nil && d.Name.IsExported() && (d.Recv == nil || exportedType(d.Recv.List[0].Type)) {
			out = append(out, d.Name.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				if d.Doc == nil && spec.Doc == nil && spec.Comment == nil && spec.Name.IsExported() {
					out = append(out, spec.Name.Name)
				}
			case *ast.ValueSpec:
				if d.Doc == nil && spec.Doc == nil && spec.Comment == nil && spec.Names[0].IsExported() {
					out = append(out, spec.Names[0].Name)
				}
			}
		}
	}
	return out
}

func exportedType(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.StarExpr:
		return exportedType(e.X)
	case *ast.IndexExpr:
		return exportedType(e.X)
	case *ast.Ident:
		return e.IsExported()
	}
	return false
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	said := map[string]bool{}
	for _, s := range sources(t) {
		folder := filepath.Dir(s.path)
		said[folder] = said[folder] || s.test || s.file.Doc != nil && len(strings.Fields(s.file.Doc.Text())) > 5
	}
	for folder, ok := range said {
		if !ok {
			t.Errorf("%s has no package comment", folder)
		}
	}
}

func TestTagsAreWrittenOnce(t *testing.T) {
	data, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(data), "sqlite_fts5"); n != 1 {
		t.Errorf("the Makefile names the tag %d times", n)
	}
}
