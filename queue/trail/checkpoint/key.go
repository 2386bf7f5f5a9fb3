package checkpoint

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"lobby/queue/trail/owner"
)

// KeyFile is the key's file inside the data directory. Its first line is the
// secret key, the others are the verifier keys that the hall has had, the
// present one last. In NextKeyFile is one that is about to take its place.
const (
	KeyFile     = "trail.key"
	NextKeyFile = "trail.key.next"
)

// secretPrefix begins a secret key, which is never shown.
const secretPrefix = "PRIVATE+KEY+"

// Key is what a hall signs with.
type Key struct {
	note.Signer
	Verifiers []string // in the verifier format of signed notes; the last is this key's own

	secret string
}

// Verifier is the key by which others check.
func (k Key) Verifier() string { return k.Verifiers[len(k.Verifiers)-1] }

// NewKey makes a key by chance for the hall of a name.
func NewKey(hall string) (Key, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := rand.Read(seed); err != nil {
		return Key{}, fmt.Errorf("checkpoint: make a key: %w", err)
	}
	return KeyOf(hall, [ed25519.SeedSize]byte(seed))
}

// KeyOf is the key of a seed; the same seed gives the same key, which is for
// simulations and tests.
func KeyOf(hall string, seed [ed25519.SeedSize]byte) (Key, error) {
	public := ed25519.NewKeyFromSeed(seed[:]).Public().(ed25519.PublicKey)
	verifier, err := note.NewEd25519VerifierKey(hall, public)
	if err != nil {
		return Key{}, fmt.Errorf("checkpoint: a hall named %q cannot sign: %w", hall, err)
	}
	const ed25519Algorithm = "\x01" // of package note
	_, rest, _ := strings.Cut(verifier, "+")
	hash, _, _ := strings.Cut(rest, "+")
	secret := secretPrefix + hall + "+" + hash + "+" + base64.StdEncoding.EncodeToString(append([]byte(ed25519Algorithm), seed[:]...))
	return newKey(secret, []string{verifier})
}

func newKey(secret string, verifiers []string) (Key, error) {
	signer, err := note.NewSigner(secret)
	if err != nil {
		return Key{}, fmt.Errorf("checkpoint: the hall's id must be without spaces and plus signs: %w", err)
	}
	return Key{Signer: signer, Verifiers: verifiers, secret: secret}, nil
}

// ErrNoKey says that a data directory has no key yet.
var ErrNoKey = errors.New("checkpoint: there is no key")

// ReadKey reads the key of a data directory. A key that others may read is
// refused: then anybody on the machine could sign.
func ReadKey(dir string) (Key, error) {
	return ReadFile(filepath.Join(dir, KeyFile))
}

// ReadFile is ReadKey of one file.
func ReadFile(path string) (Key, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Key{}, fmt.Errorf("%w in %s", ErrNoKey, filepath.Dir(path))
	}
	if err != nil {
		return Key{}, fmt.Errorf("checkpoint: read the key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return Key{}, fmt.Errorf("checkpoint: others may read %s; say chmod 600 %s, and rotate the key if they did", path, path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return Key{}, fmt.Errorf("checkpoint: read the key: %w", err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	if len(lines) < 2 {
		return Key{}, fmt.Errorf("checkpoint: %s is not a key of this program", path)
	}
	return newKey(lines[0], lines[1:])
}

// OpenKey reads the key of a data directory, or makes it at the first start.
func OpenKey(dir, hall string) (Key, error) {
	k, err := ReadKey(dir)
	if errors.Is(err, ErrNoKey) {
		if k, err = NewKey(hall); err == nil {
			err = k.Write(dir)
		}
	}
	if err == nil && k.Name() != hall {
		return k, fmt.Errorf("checkpoint: the key in %s signs for the hall %q, this hall is %q; has the data directory been taken from another hall?", dir, k.Name(), hall)
	}
	return k, err
}

// Next is the key that follows: a new one that remembers the verifiers of
// those before it.
func (k Key) Next() (Key, error) {
	next, err := NewKey(k.Name())
	next.Verifiers = append(append([]string{}, k.Verifiers...), next.Verifiers...)
	return next, err
}

// Stage makes a key durable beside that of a directory. From then on either of
// the two can be found to be the one that signs, by what the trail says: it is
// staged before the trail says so, and takes its place after.
func (k Key) Stage(dir string) error { return k.write(filepath.Join(dir, NextKeyFile)) }

// Write puts the key into its file, whole or not at all.
func (k Key) Write(dir string) error {
	err := k.write(filepath.Join(dir, KeyFile))
	if err == nil {
		err = os.Remove(filepath.Join(dir, NextKeyFile)) // it is this one, or one that never signed
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return err
}

func (k Key) write(path string) error {
	f, err := owner.Open(path+".new", os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("checkpoint: write the key: %w", err)
	}
	_, err = f.WriteString(k.secret + "\n" + strings.Join(k.Verifiers, "\n") + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		return fmt.Errorf("checkpoint: write the key: %w", err)
	}
	return syncDir(filepath.Dir(path))
}

// Present is the key of a directory that signs: where another is staged, the
// one that the last handing over in the trail names, which rotated tells.
func Present(dir string, rotated func() (note string, err error)) (Key, error) {
	k, err := ReadKey(dir)
	if err != nil {
		return k, err
	}
	next, err := ReadFile(filepath.Join(dir, NextKeyFile))
	if errors.Is(err, ErrNoKey) {
		return k, nil
	}
	if err != nil {
		return k, err
	}
	note, err := rotated()
	if err == nil && strings.Contains(note, "\n"+next.Verifier()+"\n") {
		k = next
	}
	return k, err
}

// Settle is Present that leaves only that key in the directory.
func Settle(dir string, rotated func() (note string, err error)) (Key, error) {
	k, err := Present(dir, rotated)
	if _, staged := os.Stat(filepath.Join(dir, NextKeyFile)); err == nil && staged == nil {
		err = k.Write(dir)
	}
	return k, err
}

// syncDir makes the name of a new file durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("checkpoint: write the key: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}
