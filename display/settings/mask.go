package settings

import (
	"bytes"
	"regexp"
)

// hidden stands on pages for a password in an address.
const hidden = "••••••"

// secretPart finds the password in scheme://user:password@host. A hall file
// keeps every other secret in a file of its own.
var secretPart = regexp.MustCompile(`(://[^\s/:@'"]*:)([^\s/@'"]+)(@[^\s'"]*)`)

// mask hides the passwords of a text.
func mask(text []byte) []byte { return secretPart.ReplaceAll(text, []byte("${1}"+hidden+"${3}")) }

// unmask puts passwords back that a page did not show: each where the same
// user at the same address has one in the old text. One that has none there is
// a fault, because nobody could have meant the dots.
func unmask(text, old []byte) ([]byte, []Fault) {
	known := map[string][]byte{}
	for _, m := range secretPart.FindAllSubmatch(old, -1) {
		known[string(m[1])+string(m[3])] = m[2]
	}
	var faults []Fault
	lines := bytes.SplitAfter(text, []byte("\n"))
	for i, line := range lines {
		lines[i] = secretPart.ReplaceAllFunc(line, func(found []byte) []byte {
			m := secretPart.FindSubmatch(found)
			if string(m[2]) != hidden {
				return found
			}
			secret, ok := known[string(m[1])+string(m[3])]
			if !ok {
				faults = append(faults, Fault{Line: i + 1, Column: 1 + bytes.Index(line, found), Say: "the password behind the dots is not known for this address; write it"})
				return found
			}
			return bytes.Join([][]byte{m[1], secret, m[3]}, nil)
		})
	}
	return bytes.Join(lines, nil), faults
}
