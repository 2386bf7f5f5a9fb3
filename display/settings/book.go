// Package settings keeps the versions of a hall file: what is in force, what
// somebody proposes, and what was in force before. One person proposes and
// another puts in force, because a wrong line here closes a hall.
package settings

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/diff"
)

// Version is one text of the hall file that was put in force on a page.
type Version struct {
	Hash     string    `json:"hash"` // SHA-256 of the file, hex
	Author   string    `json:"author"`
	Approver string    `json:"approver"`
	Note     string    `json:"note"`
	At       time.Time `json:"at"` // put in force
	// Failed says why the hall did not start with it and went back; empty when it did.
	Failed string `json:"failed,omitempty"`
}

// Proposal is a text that waits for its second person.
type Proposal struct {
	Hash   string    `json:"hash"`
	Base   string    `json:"base"` // hash of the text that it changes
	Author string    `json:"author"`
	Note   string    `json:"note"`
	At     time.Time `json:"at"`
	Diff   string    `json:"diff"` // unified, without secrets
}

// Fault is something wrong with a proposed text.
type Fault struct {
	Line   int    `json:"line"` // from 1; 0 when it has no place in the text
	Column int    `json:"column"`
	Say    string `json:"say"`
}

// View is everything a page shows. It holds no secret.
type View struct {
	File     string    `json:"file"` // its name, without the folder
	Text     string    `json:"text"`
	Hash     string    `json:"hash"`
	Loaded   string    `json:"loaded"`             // hash of what the hall runs with
	Proposal *Proposal `json:"proposal,omitempty"` // nil when nothing is proposed
	Versions []Version `json:"versions"`           // the newest first
}

var (
	// ErrChanged says that the file is not what the proposal was made from.
	ErrChanged = errors.New("the hall file has changed since; begin with what it is now")
	// ErrNothing says that nothing, or something else, is proposed.
	ErrNothing = errors.New("nothing of that kind is proposed")
	// ErrSame says that the text is what is in force already.
	ErrSame = errors.New("nothing is changed")
	// ErrAlone says that the author wants to put their own proposal in force.
	ErrAlone = errors.New("somebody else than the author must put it in force")
	// ErrUnknown says that no such version is kept.
	ErrUnknown = errors.New("no such version is kept")
)

// Faulty is the error of a text with faults.
type Faulty []Fault

// Error counts them and says the first.
func (f Faulty) Error() string {
	return fmt.Sprintf("%d faults, the first in line %d: %s", len(f), f[0].Line, f[0].Say)
}

// Book keeps the versions of one hall file in a folder beside the hall's data.
// Its methods may be called from several goroutines.
type Book struct {
	path   string // of the hall file
	folder string
	loaded string
	check  func(text []byte) []Fault
	now    func() time.Time

	mu sync.Mutex
}

// kept is the folder's register.
type kept struct {
	Proposal *Proposal `json:"proposal,omitempty"`
	Versions []Version `json:"versions"`
}

// keepVersions is how many texts are kept; older ones stay in backups.
const keepVersions = 100

// Open opens the book of a hall file. Loaded is the hash the hall runs with;
// check finds what is wrong with a text, without changing anything.
func Open(path, folder, loaded string, check func(text []byte) []Fault, now func() time.Time) *Book {
	return &Book{path: path, folder: folder, loaded: loaded, check: check, now: now}
}

// View shows what is in force and what is proposed.
func (b *Book) View() (View, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	text, k, err := b.read()
	if err != nil {
		return View{}, err
	}
	slices.Reverse(k.Versions)
	return View{File: filepath.Base(b.path), Text: string(mask(text)), Hash: hashOf(text), Loaded: b.loaded, Proposal: k.Proposal, Versions: k.Versions}, nil
}

// Version is a kept text without its secrets.
func (b *Book) Version(hash string) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	text, err := b.text(hash)
	return string(mask(text)), err
}

// Check says what a text would change and what is wrong with it.
func (b *Book) Check(text string) (changes string, faults []Fault, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	old, _, err := b.read()
	if err != nil {
		return "", nil, err
	}
	full, faults := b.complete(text, old)
	return compare(old, full), faults, nil
}

// complete puts the secrets back that the page did not show, and checks.
func (b *Book) complete(text string, old []byte) ([]byte, []Fault) {
	full, faults := unmask([]byte(text), old)
	if len(faults) > 0 {
		return full, faults
	}
	return full, b.check(full)
}

// Propose keeps a text for its second person, in place of any other. Base is
// the hash of the text that the author began with.
func (b *Book) Propose(text, base, author, note string) (*Proposal, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	old, k, err := b.read()
	if err != nil {
		return nil, err
	}
	if base != hashOf(old) {
		return nil, ErrChanged
	}
	full, faults := b.complete(text, old)
	switch {
	case len(faults) > 0:
		return nil, Faulty(faults)
	case hashOf(full) == base:
		return nil, ErrSame
	}
	p := Proposal{Hash: hashOf(full), Base: base, Author: author, Note: note, At: b.now().UTC(), Diff: compare(old, full)}
	if err := b.keep(full); err != nil {
		return nil, err
	}
	k.Proposal = &p
	return &p, b.write(k)
}

// Withdraw takes the proposal back.
func (b *Book) Withdraw(hash string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, k, err := b.read()
	if err != nil {
		return err
	}
	if k.Proposal == nil || k.Proposal.Hash != hash {
		return ErrNothing
	}
	k.Proposal = nil
	return b.write(k)
}

// Activate makes the proposal the hall file. Whoever runs the hall has it
// start anew after that. The version is written before the file, so that a
// power cut between the two leaves the old file and a version that never was.
func (b *Book) Activate(hash, approver string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	old, k, err := b.read()
	p := k.Proposal
	switch {
	case err != nil:
		return err
	case p == nil || p.Hash != hash:
		return ErrNothing
	case p.Author == approver:
		return ErrAlone
	case p.Base != hashOf(old):
		return ErrChanged
	}
	text, err := b.text(hash)
	if err != nil {
		return err
	}
	if faults := b.check(text); len(faults) > 0 { // other files may have changed since
		return Faulty(faults)
	}
	if err := b.keep(old); err != nil {
		return err
	}
	k.Versions = append(k.Versions, Version{Hash: hash, Author: p.Author, Approver: approver, Note: p.Note, At: b.now().UTC()})
	k.Versions = k.Versions[max(0, len(k.Versions)-keepVersions):]
	k.Proposal = nil
	if err := b.write(k); err != nil {
		return err
	}
	return replace(b.path, text)
}

// GoBack puts the text in force again that was there before, because the hall
// did not start with the newest.
func (b *Book) GoBack(before, why string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, k, err := b.read()
	if err != nil {
		return err
	}
	text, err := b.text(before)
	if err != nil {
		return err
	}
	if n := len(k.Versions); n > 0 {
		k.Versions[n-1].Failed = why
	}
	return errors.Join(b.write(k), replace(b.path, text))
}

// Approved is who answers for the text of a hash; false when it did not come
// in force on a page.
func (b *Book) Approved(hash string) (Version, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, k, err := b.read()
	if err != nil {
		return Version{}, false
	}
	for _, v := range slices.Backward(k.Versions) {
		if v.Hash == hash {
			return v, true
		}
	}
	return Version{}, false
}

// read gives the hall file and the register.
func (b *Book) read() ([]byte, kept, error) {
	k := kept{Versions: []Version{}}
	text, err := os.ReadFile(b.path)
	if err != nil {
		return nil, k, fmt.Errorf("settings: %w", err)
	}
	data, err := os.ReadFile(b.register())
	if errors.Is(err, os.ErrNotExist) {
		return text, k, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &k)
	}
	if err != nil {
		return nil, k, fmt.Errorf("settings: %s: %w; move it away to go on without its history", b.register(), err)
	}
	return text, k, nil
}

func (b *Book) register() string { return filepath.Join(b.folder, "versions.json") }

func (b *Book) textPath(hash string) string { return filepath.Join(b.folder, hash+".yaml") }

// text is a kept text, which must still be what its name says.
func (b *Book) text(hash string) ([]byte, error) {
	if _, err := hex.DecodeString(hash); err != nil || len(hash) != 2*sha256.Size {
		return nil, ErrUnknown
	}
	text, err := os.ReadFile(b.textPath(hash))
	if errors.Is(err, os.ErrNotExist) || err == nil && hashOf(text) != hash {
		return nil, ErrUnknown
	}
	return text, err
}

// keep keeps a text under its hash.
func (b *Book) keep(text []byte) error {
	if err := os.MkdirAll(b.folder, 0o700); err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	return replace(b.textPath(hashOf(text)), text)
}

func (b *Book) write(k kept) error {
	data, err := json.MarshalIndent(k, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(b.folder, 0o700); err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	return replace(b.register(), data)
}

// replace writes a file as a whole or not at all. One that is there keeps its
// permissions.
func replace(path string, data []byte) error {
	mode := os.FileMode(0o600)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	next, err := os.CreateTemp(filepath.Dir(path), ".settings-*")
	if err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	defer os.Remove(next.Name()) // there no longer when all went well
	_, err = next.Write(data)
	if err = errors.Join(err, next.Chmod(mode), next.Sync(), next.Close()); err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	return os.Rename(next.Name(), path)
}

// compare is the unified difference, without secrets. A secret that differs
// shows as no difference, and counts as one by its hash.
func compare(old, next []byte) string {
	return string(diff.Diff("old", mask(old), "new", mask(next)))
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
