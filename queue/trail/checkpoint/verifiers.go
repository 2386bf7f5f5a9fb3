package checkpoint

import (
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Keys are the verifier keys that somebody trusts. Handing over adds to them.
type Keys struct {
	list []note.Verifier
}

// ReadKeys reads verifier keys, one a line.
func ReadKeys(text string) (*Keys, error) {
	k := &Keys{}
	for _, line := range strings.Fields(text) {
		if err := k.add(line); err != nil {
			return nil, err
		}
	}
	if len(k.list) == 0 {
		return nil, fmt.Errorf("checkpoint: there is no verifier key")
	}
	return k, nil
}

func (k *Keys) add(verifier string) error {
	v, err := note.NewVerifier(verifier)
	if err != nil {
		return fmt.Errorf("checkpoint: %q is no verifier key: %w", verifier, err)
	}
	if _, err := k.Verifier(v.Name(), v.KeyHash()); err == nil {
		return nil // it is trusted already
	}
	k.list = append(k.list, v)
	return nil
}

// Verifier implements note.Verifiers.
func (k *Keys) Verifier(name string, hash uint32) (note.Verifier, error) {
	return note.VerifierList(k.list...).Verifier(name, hash)
}

// handOver begins the note by which a key names the one that follows it.
const handOver = "the trail is signed by this key from now on\n"

// HandOver is the note, signed by a key, that names the next one.
func (k Key) HandOver(next Key) (string, error) {
	msg, err := note.Sign(&note.Note{Text: handOver + next.Verifier() + "\n"}, k.Signer)
	if err != nil {
		return "", fmt.Errorf("checkpoint: hand over to the next key: %w", err)
	}
	return string(msg), nil
}

// Accept trusts the key that a trusted key has handed over to.
func (k *Keys) Accept(msg string) error {
	text, err := open(msg, k)
	if err != nil {
		return fmt.Errorf("checkpoint: hand over: %w", err)
	}
	verifier, ok := strings.CutPrefix(text, handOver)
	if !ok {
		return fmt.Errorf("checkpoint: %q hands nothing over", text)
	}
	return k.add(strings.TrimSuffix(verifier, "\n"))
}
