package slip

import (
	"strings"
	"testing"
)

// A template that would print a slip without its number, or a copy that cannot
// be told from the first slip, is refused with what to add.
func TestTemplatesAreChecked(t *testing.T) {
	if err := Standard().Validate(); err != nil {
		t.Error(err)
	}
	for say, template := range map[string]Template{
		`add {show: copy}`:              {{Show: "number"}},
		`add {show: number}`:            {{Show: "copy"}, {Show: "number", Wide: true}},
		`shows "face"; known are ahead`: append(Standard(), Element{Show: "face"}),
		`a logo needs one`:              append(Standard(), Element{Show: "logo"}),
		`nothing else has one`:          append(Standard(), Element{Show: "text", File: "logo.png"}),
		`write normal or large`:         append(Standard(), Element{Show: "text", Size: "huge"}),
		`write left, center or right`:   append(Standard(), Element{Show: "text", Align: "middle"}),
	} {
		if err := template.Validate(); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%q: %v", say, err)
		}
	}
}

// Another order, another text: data and no code.
func TestTemplateIsFollowed(t *testing.T) {
	s := Template{{Show: "copy"}, {Show: "number"}, {Show: "text", Text: "欢迎", Align: "right", Bold: true}, {Show: "rule"}, {Show: "rule"}}.Layout(full(), Paper58)
	if len(s.Blocks) != 3 || s.Blocks[1].Text != "欢迎" || !s.Blocks[1].Bold || !s.Blocks[2].Rule {
		t.Errorf("%+v", s.Blocks)
	}
}

// Every language says everything, so that no slip mixes two by accident.
func TestEveryLanguageIsComplete(t *testing.T) {
	for _, lang := range []string{"zh-CN", "zh-TW", "en", ""} {
		have := In(lang)
		if full := have.orChinese(); strings.Join(full.Scan, "") != strings.Join(have.Scan, "") ||
			full.Phone != have.Phone || full.Copy != have.Copy || full.Between != have.Between || full.Bring != have.Bring {
			t.Errorf("%s has gaps: %+v", lang, have)
		}
	}
}
