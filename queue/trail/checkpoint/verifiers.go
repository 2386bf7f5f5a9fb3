package checkpoint

import (
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Keys are the verifier keys that somebody trusts, and which of them sign now:
// at first all of them, and from a handing over on the one that it names.
type Keys struct {
	known, now []note.Verifier
}

// ReadKeys reads verifier keys, one a line.
func ReadKeys(text string) (*Keys, error) {
	k := &Keys{}
	for _, line := range strings.Fields(text) {
		if err := k.add(line); err != nil {
			return nil, err
		}
	}
	if len(k.known) == 0 {
		return nil, fmt.Errorf("checkpoint: there is no verifier key")
	}
	return k, nil
}

func (k *Keys) add(verifier string) error {
	if strings.HasPrefix(verifier, secretPrefix) {
		return fmt.Errorf("checkpoint: this is a secret key, by which anybody could sign; the public one is what lobby trail key prints")
	}
	v, err := note.NewVerifier(verifier)
	if err != nil {
		return fmt.Errorf("checkpoint: %.80q is no verifier key: %w", verifier, err)
	}
	for _, list := range []*[]note.Verifier{&k.known, &k.now} {
		if _, err := note.VerifierList(*list...).Verifier(v.Name(), v.KeyHash()); err != nil {
			*list = append(*list, v)
		}
	}
	return nil
}

// Verifier implements note.Verifiers, of the keys that sign now.
func (k *Keys) Verifier(name string, hash uint32) (note.Verifier, error) {
	v, err := note.VerifierList(k.now...).Verifier(name, hash)
	if err == nil {
		return v, nil
	}
	if _, known := note.VerifierList(k.known...).Verifier(name, hash); known == nil {
		return nil, fmt.Errorf("the key %s+%08x has handed over and signs no more", name, hash)
	}
	return nil, err
}

// Skip says that records are not seen, among which any key that is known may
// have been handed over to.
func (k *Keys) Skip() { k.now = append([]note.Verifier{}, k.known...) }

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

// Accept lets the key sign, and no other, that one which signs now has handed
// over to.
func (k *Keys) Accept(msg string) error {
	text, err := open(msg, k)
	if err != nil {
		return fmt.Errorf("checkpoint: hand over: %w", err)
	}
	verifier, ok := strings.CutPrefix(text, handOver)
	if !ok {
		return fmt.Errorf("checkpoint: %q hands nothing over", text)
	}
	before := k.now
	k.now = nil
	if err := k.add(strings.TrimSuffix(verifier, "\n")); err != nil {
		k.now = before
		return err
	}
	return nil
}
