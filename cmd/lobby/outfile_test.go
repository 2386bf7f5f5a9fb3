package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAFileIsWrittenWholeOrNot(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	some := func(w io.Writer) error {
		_, err := io.WriteString(w, "some")
		return err
	}
	if err := (outFile{path: dir}).write(ctx, nil, some); err == nil || !strings.Contains(err.Error(), dir+" is a directory; name a file in it") {
		t.Errorf("to a directory: %v", err)
	}
	if err := os.WriteFile(path+".part", nil, 0o644); err != nil { // of a program that was killed
		t.Fatal(err)
	}
	if err := (outFile{path: path, private: true}).write(ctx, nil, some); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("what is private has the mode %v, %v", info.Mode(), err)
	}
	var stdout bytes.Buffer
	if err := (outFile{path: "-"}).write(ctx, &stdout, some); err != nil || stdout.String() != "some" {
		t.Errorf("%q, %v", stdout.String(), err)
	}
	enough := errors.New("enough")
	for _, to := range []string{"-", path} {
		ctx, interrupt := context.WithCancelCause(ctx)
		err := outFile{path: to}.write(ctx, &stdout, func(w io.Writer) error {
			interrupt(enough)
			return some(w)
		})
		if !errors.Is(err, enough) {
			t.Errorf("interrupted: %v", err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left are %v, %v", entries, err)
	}
	if left, err := os.ReadFile(path); err != nil || string(left) != "some" {
		t.Errorf("the file from before is %q, %v", left, err)
	}
}
