package checkpoint

import (
	"fmt"
	"strings"
)

// Line is a signed checkpoint as one line: hall, size, root and signature. It
// is for codes on paper, which many printers take no line breaks in.
func Line(note string) string {
	text, signature, _ := strings.Cut(note, "\n\n")
	return strings.Join(append(strings.Fields(text), lastField(signature)), " ")
}

// OfLine makes the note of a line again. Any other text is returned as it is.
func OfLine(text string) string {
	f := strings.Fields(text)
	if len(f) != 4 || strings.Contains(strings.TrimSpace(text), "\n") {
		return text
	}
	return fmt.Sprintf("%s\n%s\n%s\n\n— %s %s\n", f[0], f[1], f[2], f[0], f[3])
}

func lastField(s string) string {
	f := strings.Fields(s)
	if len(f) == 0 {
		return ""
	}
	return f[len(f)-1]
}
