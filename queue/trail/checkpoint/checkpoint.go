// Package checkpoint is what a hall signs now and then: how many records its
// trail has and the root of the Merkle tree over them. Whoever keeps one can
// later tell whether those records were changed. It is a signed note as of
// C2SP tlog-checkpoint, with the hall's id as its origin.
package checkpoint

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint says that a hall's trail began with these records.
type Checkpoint struct {
	Hall string // the origin line
	Size uint64 // records
	Root tlog.Hash
}

// Text is what is signed.
func (c Checkpoint) Text() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Hall, c.Size, c.Root)
}

// Sign makes the signed note.
func (c Checkpoint) Sign(signer note.Signer) (string, error) {
	msg, err := note.Sign(&note.Note{Text: c.Text()}, signer)
	if err != nil {
		return "", fmt.Errorf("checkpoint: sign: %w", err)
	}
	return string(msg), nil
}

// Open checks a note's signature and reads it. It takes a note with the one
// signature of the hall, written in the one way there is.
func Open(msg string, keys note.Verifiers) (Checkpoint, error) {
	text, err := open(msg, keys)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("checkpoint: %w", err)
	}
	return Parse(text)
}

// open is note.Open without its lenience about further signatures and about
// the last bits of base64: what says the same in other bytes is refused too.
func open(msg string, keys note.Verifiers) (text string, err error) {
	n, err := note.Open([]byte(msg), keys)
	var unknown *note.UnverifiedNoteError
	if errors.As(err, &unknown) && len(unknown.Note.UnverifiedSigs) > 0 {
		by := unknown.Note.UnverifiedSigs[0]
		return "", fmt.Errorf("it is signed by the key %s+%08x, which is none of those that are trusted", by.Name, by.Hash)
	}
	if err != nil {
		return "", err
	}
	sig := n.Sigs[0]
	if _, err := base64.StdEncoding.Strict().DecodeString(sig.Base64); err != nil {
		return "", fmt.Errorf("signature of %s: %w", sig.Name, err)
	}
	if msg != n.Text+"\n— "+sig.Name+" "+sig.Base64+"\n" {
		return "", fmt.Errorf("there is more in the note than its text and the signature of %s", sig.Name)
	}
	return n.Text, nil
}

// Parse reads the text of a checkpoint, signed by whom it may, and no text
// that only looks like one.
func Parse(text string) (c Checkpoint, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[0] == "" {
		return c, fmt.Errorf("checkpoint: %q is not one: it has the lines hall, size and root", text)
	}
	c.Hall = lines[0]
	if c.Size, err = strconv.ParseUint(lines[1], 10, 63); err != nil {
		return c, fmt.Errorf("checkpoint: size %q: %w", lines[1], err)
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return c, fmt.Errorf("checkpoint: root %q is not the base64 of 32 bytes", lines[2])
	}
	copy(c.Root[:], root)
	if c.Text() != text {
		return c, fmt.Errorf("checkpoint: %q is not written as a checkpoint is", text)
	}
	return c, nil
}
