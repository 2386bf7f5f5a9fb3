package galley

import (
	"bytes"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

func TestLinesFit(t *testing.T) {
	for _, text := range []string{
		"请备好：身份证、购房合同、完税证明、不动产权属证书、户口簿和委托书（原件）。",
		"Real estate registration, four certificates in one application",
		strings.Repeat("x", 100), "a，，，，，，，，，，，，，，，，，，，，b", " ", "",
	} {
		for columns := 2; columns < 50; columns++ {
			lines := Wrap(text, columns)
			for _, l := range lines {
				if Width(l) > columns {
					t.Errorf("%q is wider than %d", l, columns)
				}
			}
			if got, want := squeeze(strings.Join(lines, "")), squeeze(text); got != want {
				t.Errorf("%d columns: %q became %q", columns, want, got)
			}
		}
	}
	got := Wrap("请到一层 A 区 9 号窗口，请准备", 22)
	if want := []string{"请到一层 A 区 9 号窗", "口，请准备"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func squeeze(s string) string { return strings.ReplaceAll(s, " ", "") }

// iconv judges every two-byte character that names and services are made of.
func TestForeignIconvReadsOurText(t *testing.T) {
	if testing.Short() {
		t.Skip("foreign peers are left out of short runs")
	}
	if _, err := exec.LookPath("iconv"); err != nil {
		t.Fatal("iconv is missing; install the Debian package libc-bin")
	}
	var text strings.Builder
	var out bytes.Buffer
	add := func(from, to rune) {
		for r := from; r <= to; r++ {
			if GBK.Has(r) || r > 0xffff {
				text.WriteRune(r)
				out.Write(Encode(r))
			}
		}
	}
	add(' ', '~')
	add(0x3001, 0x3029)
	add(0x4e00, 0x9fa5)
	add(0xff01, 0xff5e)
	add(0x20000, 0x20100)
	text.WriteString("㐀–·「」")
	for _, r := range "㐀–·「」" {
		out.Write(Encode(r))
	}
	cmd := exec.Command("iconv", "-f", "GB18030", "-t", "UTF-8")
	cmd.Stdin = &out
	got, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != text.String() {
		t.Error("iconv reads something else")
	}
}
