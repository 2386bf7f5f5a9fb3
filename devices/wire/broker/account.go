package broker

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Role says what an account may do.
type Role string

// The roles. There is no account that may do everything.
const (
	// Device may publish its own state, info and event, and subscribe to its
	// own ack and cmd.
	Device Role = "device"
	// Hall may do everything below lobby/<hall>/.
	Hall Role = "hall"
)

// Account is one user of the broker.
type Account struct {
	User     string // of a device: the device's name in the topics
	Password Hash
	Role     Role
}

// Hash is a password as it may stand in a file:
// pbkdf2-sha256$<rounds>$<salt>$<key>, both in base64 without padding.
type Hash string

// The passwords of devices are made by machines and long, so few rounds are
// enough; a hundred keypads that come back after a power cut must not keep a
// small processor busy for minutes.
const (
	hashName   = "pbkdf2-sha256"
	hashRounds = 4096
	hashBytes  = 32
	saltBytes  = 16
)

// HashPassword makes the hash of a password with a fresh salt.
func HashPassword(password string) (Hash, error) {
	salt := make([]byte, saltBytes)
	rand.Read(salt) // never fails
	key, err := pbkdf2.Key(sha256.New, password, salt, hashRounds, hashBytes)
	if err != nil {
		return "", fmt.Errorf("broker: hash password: %w", err)
	}
	b64 := base64.RawStdEncoding
	return Hash(strings.Join([]string{
		hashName, strconv.Itoa(hashRounds), b64.EncodeToString(salt), b64.EncodeToString(key),
	}, "$")), nil
}

// parse takes a hash apart.
func (h Hash) parse() (rounds int, salt, key []byte, err error) {
	parts := strings.Split(string(h), "$")
	if len(parts) != 4 || parts[0] != hashName {
		return 0, nil, nil, errors.New("broker: password hash is not " + hashName + "$rounds$salt$key")
	}
	rounds, err = strconv.Atoi(parts[1])
	if err != nil || rounds < 1 || rounds > 10_000_000 {
		return 0, nil, nil, errors.New("broker: password hash has a wrong number of rounds")
	}
	if salt, err = base64.RawStdEncoding.DecodeString(parts[2]); err != nil {
		return 0, nil, nil, fmt.Errorf("broker: salt of password hash: %w", err)
	}
	if key, err = base64.RawStdEncoding.DecodeString(parts[3]); err != nil || len(key) < hashBytes {
		return 0, nil, nil, errors.New("broker: key of password hash is wrong or too short")
	}
	return rounds, salt, key, nil
}

// matches says whether the password is the one that was hashed.
func (h Hash) matches(password []byte) bool {
	rounds, salt, key, err := h.parse()
	if err != nil {
		return false
	}
	got, err := pbkdf2.Key(sha256.New, string(password), salt, rounds, len(key))
	return err == nil && subtle.ConstantTimeCompare(got, key) == 1
}

// nameForm is what halls and users may be called: one level of a topic without
// wildcards.
var nameForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

func (a Account) validate() error {
	if !nameForm.MatchString(a.User) {
		return fmt.Errorf("broker: user %q: letters, digits, point, line and underline, at most 64", a.User)
	}
	if a.Role != Device && a.Role != Hall {
		return fmt.Errorf("broker: user %s: role %q is neither device nor hall", a.User, a.Role)
	}
	if _, _, _, err := a.Password.parse(); err != nil {
		return fmt.Errorf("%w (user %s)", err, a.User)
	}
	return nil
}
