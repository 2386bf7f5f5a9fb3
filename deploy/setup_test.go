// Package deploy_test holds the scripts of this folder against what they say.
package deploy_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// mustStub puts a program of shell lines in front of the machine's own.
func mustStub(t *testing.T, dir, name, lines string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+lines+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
}

// On a machine that has none of them, every package of the list is installed.
// Only node and npm may be there from elsewhere.
func TestSetupInstallsEveryPackageThatIsMissing(t *testing.T) {
	list, err := os.ReadFile("test-packages.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Fields(regexp.MustCompile(`#.*`).ReplaceAllString(string(list), ""))
	dir, asked := t.TempDir(), filepath.Join(t.TempDir(), "asked")
	mustStub(t, dir, "dpkg-query", "exit 1") // nothing is installed
	mustStub(t, dir, "apt-get", `echo "$@" >>"$ASKED"`)
	mustStub(t, dir, "sudo", `exec "$@"`)
	mustStub(t, dir, "node", "exit 0")
	mustStub(t, dir, "npm", "exit 0")
	setup := exec.Command("./test-setup.sh")
	setup.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "ASKED="+asked)
	if out, err := setup.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	calls, err := os.ReadFile(asked)
	if err != nil {
		t.Fatal("nothing is installed: ", err)
	}
	got := strings.Fields(string(calls))
	for _, p := range want {
		elsewhere := p == "nodejs" || p == "npm"
		if slices.Contains(got, p) == elsewhere {
			t.Errorf("%s installed: %t", p, !elsewhere)
		}
	}
}
