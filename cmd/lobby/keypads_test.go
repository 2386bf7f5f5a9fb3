package main

import (
	"os"
	"path/filepath"
	"testing"
)

// A key that cannot be read is no leave to press unsigned.
func TestAKeypadWhoseKeyCannotBeReadIsKeptAway(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	password := write("password", "secret")
	for _, file := range []string{write("words", "kp-1 example key"), write("half", "8f3a8"), write("empty", "\n"), filepath.Join(dir, "nowhere")} {
		k := Keypad{PasswordFile: password, KeyFile: file}
		if err := k.openSecrets(); err == nil || k.password != "" || len(k.key) == 0 {
			t.Errorf("%s: %v, password %q, a key of %d bytes", filepath.Base(file), err, k.password, len(k.key))
		}
	}
	k := Keypad{PasswordFile: password, KeyFile: write("hex", "8f3a\n")}
	if err := k.openSecrets(); err != nil || k.password != "secret" || string(k.key) != "\x8f\x3a" {
		t.Errorf("%v, %q, %q", err, k.password, k.key)
	}
}
