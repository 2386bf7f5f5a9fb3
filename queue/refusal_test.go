package queue

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// usedTexts reads from the source which texts refusals are made of, and which
// codes exist.
func usedTexts(t *testing.T) (texts, codes []string) {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]string{}
	var refs []ast.Expr
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				for i, name := range n.Names {
					if strings.HasPrefix(name.Name, "Code") && i < len(n.Values) {
						named[name.Name], _ = strconv.Unquote(n.Values[i].(*ast.BasicLit).Value)
					}
				}
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.Ident); ok && f.Name == "refuse" {
					refs = append(refs, n.Args[0])
				}
			}
			return true
		})
	}
	for _, ref := range refs {
		switch ref := ref.(type) {
		case *ast.Ident:
			texts = append(texts, named[ref.Name])
		case *ast.BasicLit:
			text, _ := strconv.Unquote(ref.Value)
			texts = append(texts, text)
		default:
			t.Fatalf("a refusal is made of %T: name its text plainly, so that tests can see it", ref)
		}
	}
	for _, code := range named {
		codes = append(codes, code)
	}
	return texts, codes
}

var verb = regexp.MustCompile(`%(\[\d\])?s`)

func TestEveryRefusalHasASentenceInThreeLanguages(t *testing.T) {
	used, codes := usedTexts(t)
	for _, text := range used {
		if _, ok := texts[text]; !ok {
			t.Errorf("refused with %q, which has no sentence", text)
		}
	}
	for text, s := range texts {
		code, _, _ := strings.Cut(text, ".")
		if !slices.Contains(used, text) {
			t.Errorf("nothing is refused with %q", text)
		}
		if !slices.Contains(codes, code) {
			t.Errorf("%q belongs to no code", text)
		}
		for lang, say := range map[string]string{"zh-CN": s.cn, "zh-TW": s.tw, "en": s.en} {
			han := strings.ContainsFunc(say, func(r rune) bool { return unicode.Is(unicode.Han, r) })
			if say == "" || han == (lang == "en") {
				t.Errorf("%s in %s says %q", text, lang, say)
			}
			if strings.Count(say, "%") != len(verb.FindAllString(say, -1)) || len(verb.FindAllString(say, -1)) != strings.Count(s.cn, "%") {
				t.Errorf("%s in %s has other arguments than in zh-CN: %q", text, lang, say)
			}
		}
	}
	for _, code := range codes {
		if !slices.ContainsFunc(used, func(text string) bool { return text == code || strings.HasPrefix(text, code+".") }) {
			t.Errorf("nothing is refused with the code %q", code)
		}
	}
}

func TestARefusalSpeaksTheLanguageItIsAskedIn(t *testing.T) {
	r := refuse(CodeWrongState, "M001", word(string(LegHeld)))
	for lang, want := range map[string]string{
		"": "号码 M001 现在是「挂起」，不能这样做", "zh-TW": "號碼 M001 現在是「掛起」，不能這樣做", "en": "Number M001 is now on hold, so this cannot be done",
	} {
		got := through(t, *r)
		if got := got.In(lang); got.Say != want || got.Code != CodeWrongState {
			t.Errorf("in %q: %s %q, want %q", lang, got.Code, got.Say, want)
		}
	}
	for state, s := range words {
		if s.cn == "" || s.tw == "" || s.en == "" {
			t.Errorf("the word %s is missing in a language", state)
		}
	}
	foreign := &Refusal{Code: "not_durable", Say: "x"}
	if foreign.In("en") != foreign {
		t.Error("a refusal of others was changed")
	}
}
