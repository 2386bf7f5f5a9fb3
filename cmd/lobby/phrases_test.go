package main

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
	"time"
	"unicode"

	"lobby/deploy/halls"
	"lobby/display"
	"lobby/queue"
)

// Whatever this program says of devices is there in English too: what is told
// of their names, faults and effects is read from the source.
func TestWhatIsSaidOfDevicesHasAnEnglishPhrase(t *testing.T) {
	said := reported(t, ".", "../../display/paper", "../../display/sign", "../../display/voice", "../../devices/camera/record")
	for _, texts := range []map[string]string{effects, sayings} {
		for _, text := range texts {
			said = append(said, text)
		}
	}
	if len(said) < 40 {
		t.Fatalf("only %d texts were found", len(said))
	}
	for _, name := range []string{"small.yaml", "fuyang.yaml", "bench.yaml"} {
		text, err := fs.ReadFile(halls.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := loadFS(halls.Files, name, name)
		if err != nil {
			t.Fatal(err)
		}
		given := string(text)
		for _, d := range file.description().Devices {
			if !strings.Contains(given, d.Name) {
				said = append(said, d.Name)
			}
		}
	}
	for _, text := range said {
		if english := inEnglish(text); english == text || strings.Contains(english, "%!") {
			t.Errorf("%q is %q in English", text, english)
		}
	}
}

// inEnglish is a text as the state has it for a device that says it.
func inEnglish(text string) string {
	d := display.Description{Devices: []display.Device{{ID: "x/1"}}}
	s := d.Compose(queue.View{Devices: []queue.DeviceView{{ID: "x/1", State: "down", Why: text}}}, time.Now())
	return s.Devices[0].Whys["en"]
}

var verb = regexp.MustCompile(`%[.0-9]*[a-z]`)

// reported are the Chinese texts that are told with a state of a device, as
// they are when they are told.
func reported(t *testing.T, dirs ...string) (texts []string) {
	t.Helper()
	for _, dir := range dirs {
		paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok && isReport(call) {
					texts = append(texts, chinese(call)...)
				}
				if f, ok := n.(*ast.FuncDecl); ok && (f.Name.Name == "expiry" || strings.HasSuffix(path, "recorder.go")) {
					texts = append(texts, chinese(f.Body)...)
				}
				return true
			})
		}
	}
	return texts
}

func isReport(call *ast.CallExpr) bool {
	f, ok := call.Fun.(*ast.SelectorExpr)
	return ok && strings.EqualFold(f.Sel.Name, "report")
}

// chinese are the Chinese texts within a node, with something for what is put
// in them.
func chinese(n ast.Node) (texts []string) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch e := n.(type) {
		case *ast.BinaryExpr: // "…：" + err.Error(), or one behind the other
			texts = append(texts, joined(e))
			return false
		case *ast.BasicLit:
			texts = append(texts, joined(e))
		}
		return true
	})
	han := texts[:0]
	for _, text := range texts {
		if strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			han = append(han, strings.ReplaceAll(verb.ReplaceAllString(text, "7"), "%%", "%"))
		}
	}
	return han
}

// joined is a sum of texts; what is no literal is an x.
func joined(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BinaryExpr:
		return joined(e.X) + joined(e.Y)
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil {
			return text
		}
	}
	return "x"
}
