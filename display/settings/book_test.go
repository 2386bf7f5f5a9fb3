package settings

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const first = "hall: {id: x}\ncameras:\n  a: {source: 'rtsp://lobby:s3cret@10.0.0.9/live'}\n"

// openBook is a book whose check dislikes the word "wrong".
func openBook(t *testing.T) (*Book, string) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "hall.yaml")
	if err := os.WriteFile(path, []byte(first), 0o640); err != nil {
		t.Fatal(err)
	}
	check := func(text []byte) []Fault {
		if i := bytes.Index(text, []byte("wrong")); i >= 0 {
			return []Fault{{Line: 1 + bytes.Count(text[:i], []byte("\n")), Column: 1, Say: "wrong"}}
		}
		return nil
	}
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	tick := func() time.Time { now = now.Add(time.Minute); return now }
	return Open(path, filepath.Join(dir, "data", "settings"), hashOf([]byte(first)), check, tick), path
}

func view(t *testing.T, b *Book) View {
	t.Helper()
	v, err := b.View()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTwoPersonsPutAVersionInForce(t *testing.T) {
	b, path := openBook(t)
	v := view(t, b)
	next := strings.Replace(v.Text, "id: x", "id: y", 1)
	p, err := b.Propose(next, v.Hash, "0531", "a new name")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(p.Diff, "-hall: {id: x}\n+hall: {id: y}") || strings.Contains(p.Diff, "s3cret") {
		t.Errorf("the difference is %s", p.Diff)
	}
	if err := b.Activate(p.Hash, "0531"); !errors.Is(err, ErrAlone) {
		t.Errorf("the author alone: %v", err)
	}
	if got, _ := os.ReadFile(path); string(got) != first {
		t.Fatal("the author alone changed the file")
	}
	if err := b.Activate(p.Hash, "0532"); err != nil {
		t.Fatal(err)
	}
	got, _ := os.ReadFile(path)
	if want := strings.Replace(first, "id: x", "id: y", 1); string(got) != want {
		t.Errorf("the file is %s, want %s", got, want)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o640 {
		t.Errorf("the file has mode %o", info.Mode())
	}
	a, ok := b.Approved(hashOf(got))
	if !ok || a.Author != "0531" || a.Approver != "0532" || a.Note != "a new name" {
		t.Errorf("approved by %+v, %v", a, ok)
	}
	v = view(t, b)
	if v.Proposal != nil || len(v.Versions) != 1 || v.Loaded == v.Hash {
		t.Errorf("after it: %+v", v)
	}
	if old, err := b.Version(v.Loaded); err != nil || !strings.Contains(old, "id: x") || strings.Contains(old, "s3cret") {
		t.Errorf("the version before: %q, %v", old, err)
	}
}

func TestASecretIsNeverShownAndNeverLost(t *testing.T) {
	b, _ := openBook(t)
	v := view(t, b)
	if strings.Contains(v.Text, "s3cret") || !strings.Contains(v.Text, "lobby:"+hidden+"@10.0.0.9") {
		t.Fatalf("shown: %s", v.Text)
	}
	moved := strings.Replace(v.Text, "10.0.0.9", "10.0.0.8", 1)
	if _, faults, _ := b.Check(moved); len(faults) != 1 || faults[0].Line != 3 {
		t.Errorf("dots for another camera: %+v", faults)
	}
	written := strings.Replace(moved, hidden, "other", 1)
	if changes, faults, err := b.Check(written); err != nil || len(faults) > 0 || strings.Contains(changes, "other") {
		t.Errorf("a new password: %s %+v %v", changes, faults, err)
	}
	if _, err := b.Propose(v.Text, v.Hash, "a", ""); !errors.Is(err, ErrSame) {
		t.Errorf("the dots alone are no change: %v", err)
	}
	p, err := b.Propose(strings.Replace(v.Text, hidden, "other", 1), v.Hash, "a", "")
	if err != nil || strings.Contains(p.Diff, "other") {
		t.Errorf("only a password: %+v, %v", p, err)
	}
}

func TestAProposalThatDoesNotHoldIsRefused(t *testing.T) {
	b, path := openBook(t)
	v := view(t, b)
	var faulty Faulty
	if _, err := b.Propose(v.Text+"wrong\n", v.Hash, "a", ""); !errors.As(err, &faulty) || faulty[0].Line != 4 {
		t.Errorf("faults: %v", err)
	}
	if _, err := b.Propose(v.Text+"x: 1\n", "another", "a", ""); !errors.Is(err, ErrChanged) {
		t.Errorf("from another text: %v", err)
	}
	if err := b.Activate("nothing", "b"); !errors.Is(err, ErrNothing) {
		t.Errorf("nothing proposed: %v", err)
	}
	p, err := b.Propose(v.Text+"x: 1\n", v.Hash, "a", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("hall: {id: by hand}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := b.Activate(p.Hash, "b"); !errors.Is(err, ErrChanged) {
		t.Errorf("the file was changed by hand: %v", err)
	}
	if err := b.Withdraw(p.Hash); err != nil || view(t, b).Proposal != nil {
		t.Errorf("withdrawn: %v", err)
	}
	for _, hash := range []string{"", "../../etc/passwd", strings.Repeat("0", 64)} {
		if _, err := b.Version(hash); !errors.Is(err, ErrUnknown) {
			t.Errorf("version %q: %v", hash, err)
		}
	}
}

func TestAHallThatDoesNotStartGoesBack(t *testing.T) {
	b, path := openBook(t)
	v := view(t, b)
	p, err := b.Propose(v.Text+"x: 1\n", v.Hash, "a", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(b.Activate(p.Hash, "b"), b.GoBack(v.Hash, "the port is taken")); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); string(got) != first {
		t.Errorf("the file is %s", got)
	}
	if v := view(t, b); v.Versions[0].Failed != "the port is taken" {
		t.Errorf("the page shows %+v", v.Versions)
	}
}

// A kept text that is not what its name says is not put in force, and a register
// that cannot be read is said by its name.
func TestATornTextIsNotPutInForce(t *testing.T) {
	b, path := openBook(t)
	v := view(t, b)
	p, err := b.Propose(v.Text+"x: 1\n", v.Hash, "a", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(b.textPath(p.Hash), []byte("torn"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := b.Activate(p.Hash, "b"); !errors.Is(err, ErrUnknown) {
		t.Errorf("a torn text: %v", err)
	}
	if got, _ := os.ReadFile(path); string(got) != first {
		t.Errorf("the file is %s", got)
	}
	if err := os.WriteFile(b.register(), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := b.View(); err == nil || !strings.Contains(err.Error(), "versions.json") {
		t.Errorf("a torn register: %v", err)
	}
}

func FuzzUnmask(f *testing.F) {
	f.Add("a: rtsp://u:" + hidden + "@h/x\n")
	f.Add("://:" + hidden + "@")
	f.Fuzz(func(t *testing.T, text string) {
		full, faults := unmask([]byte(text), []byte(first))
		if len(faults) == 0 && bytes.Contains(mask(full), []byte("s3cret")) && !strings.Contains(text, "s3cret") {
			t.Errorf("%q shows a password: %q", text, mask(full))
		}
	})
}
