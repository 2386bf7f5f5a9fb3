package keypad

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// macDigits is how much of the MAC is sent (hardware-docs/mqtt.md, "MAC").
const macDigits = 16

// MAC is the code that a keypad with a key puts under an event: the first 16
// hex digits of HMAC-SHA256 over id|prompt|k.
func MAC(key []byte, id, prompt string, level int) string {
	h := hmac.New(sha256.New, key)
	fmt.Fprintf(h, "%s|%s|%d", id, prompt, level)
	return hex.EncodeToString(h.Sum(nil))[:macDigits]
}

// genuine says whether the event was made with the key, in constant time.
func (e Event) genuine(key []byte) bool {
	return hmac.Equal([]byte(e.MAC), []byte(MAC(key, e.ID, e.Prompt, e.Level)))
}
