// Package docs_test holds the documents against the tree.
package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	link = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
	file = regexp.MustCompile("`((?:cmd|devices|display|queue|firmware-bridge|deploy|hardware-docs)/[A-Za-z0-9_./-]+)`")
)

// TestWhatTheDocumentsNameIsThere: every link and every path in backticks.
func TestWhatTheDocumentsNameIsThere(t *testing.T) {
	pages := []string{"../README.md", "../CHANGELOG.md", "../queue/README.md"}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".md") {
			pages = append(pages, path)
		}
		return err
	})
	if err != nil || len(pages) < 10 {
		t.Fatalf("%d pages found: %v", len(pages), err)
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), m[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", page, m[1])
			}
		}
		for _, m := range file.FindAllStringSubmatch(string(text), -1) {
			path := strings.TrimSuffix(strings.TrimSuffix(m[1], "/…"), "/")
			if found, _ := filepath.Glob(filepath.Join("..", path)); len(found) == 0 {
				t.Errorf("%s names %s, which is not there", page, m[1])
			}
		}
	}
}
