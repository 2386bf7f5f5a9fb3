package access

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
	"golang.org/x/crypto/argon2"

	"lobby/queue"
	"lobby/queue/trail/owner"
)

// Account is one person or device of the book.
type Account struct {
	Badge string    `json:"badge"` // "0412"; "kiosk:k1" of a device
	Name  string    `json:"name"`
	Role  Role      `json:"role"`
	Hash  string    `json:"hash"`  // argon2id in PHC form
	Since time.Time `json:"since"` // of the secret
	// Turn is new whenever the account's cookies are to be void: they carry it.
	// A clock may be wrong, and this cannot.
	Turn string `json:"turn"`
	Seat string `json:"seat,omitempty"` // window that it signed in at last
	// Passkeys may be used in place of the secret. They go with it.
	Passkeys []webauthn.Credential `json:"passkeys,omitempty"`
}

// Book is the file of those who may sign in. It holds no secret that can be
// read back, but a key that cookies are signed with, so nobody else may read it.
type Book struct {
	path string
	tell func(queue.NoteAccess) // of what others change in the file; nil for nobody

	mu    sync.Mutex
	read  time.Time // the file's time when it was read
	key   []byte
	known map[string]Account
}

type bookFile struct {
	Key      string    `json:"key"` // hex
	Accounts []Account `json:"accounts"`
}

var (
	// ErrWeak says that a secret is too short for its role.
	ErrWeak = errors.New("too short: a PIN has at least 4 digits, a password at least 10 characters")
	// ErrRole says that there is no such role to sign in as.
	ErrRole = errors.New("unknown role")
	// ErrUnknown says that there is no such account.
	ErrUnknown = errors.New("no such account")
)

// OpenBook reads a book. One that is not there is an error; Create makes it.
func OpenBook(path string) (*Book, error) {
	b := &Book{path: path}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b, b.refresh()
}

// CreateBook makes an empty book where there is none, and opens it.
func CreateBook(path string) (*Book, error) {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		if err := write(path, bookFile{Key: hex.EncodeToString(drawn(32)), Accounts: []Account{}}); err != nil {
			return nil, err
		}
	}
	return OpenBook(path)
}

// refresh reads the file again if it has changed.
func (b *Book) refresh() error {
	info, err := os.Stat(b.path)
	if err != nil {
		return fmt.Errorf("access: %w; make it with: lobby access add", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("access: %s is readable by others; run: chmod 600 %s", b.path, b.path)
	}
	if info.ModTime().Equal(b.read) {
		return nil
	}
	data, err := os.ReadFile(b.path)
	if err != nil {
		return fmt.Errorf("access: %w", err)
	}
	var f bookFile
	if err := json.Unmarshal(data, &f); err != nil {
		return fmt.Errorf("access: %s: %w", b.path, err)
	}
	key, err := hex.DecodeString(f.Key)
	if err != nil || len(key) < 32 {
		return fmt.Errorf("access: %s has no key of 32 bytes", b.path)
	}
	before := b.known
	b.key, b.known, b.read = key, map[string]Account{}, info.ModTime()
	for _, a := range f.Accounts {
		b.known[a.Badge] = a
	}
	if b.tell != nil {
		b.compare(before)
	}
	return nil
}

// mark changes with the role and the secret, and tells nothing of either: what
// it is made of has a salt in it that is in this file alone.
func (a Account) mark() string {
	sum := sha256.Sum256([]byte(string(a.Role) + " " + a.Hash))
	return hex.EncodeToString(sum[:8])
}

func (a Account) set() queue.NoteAccess {
	return queue.NoteAccess{What: "account_set", Badge: a.Badge, Role: string(a.Role), Mark: a.mark()}
}

// Since lists by badge what is not as the trail knows it: the accounts that were
// set or removed while no hall ran, by whatever means.
func (b *Book) Since(known map[string]queue.AccessNoted) (changes []queue.NoteAccess) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for badge, a := range b.known {
		if known[badge].Mark != a.mark() {
			changes = append(changes, a.set())
		}
	}
	for badge, was := range known {
		if _, ok := b.known[badge]; !ok {
			changes = append(changes, queue.NoteAccess{What: "account_removed", Badge: badge, Role: was.Role})
		}
	}
	slices.SortFunc(changes, func(x, y queue.NoteAccess) int { return strings.Compare(x.Badge, y.Badge) })
	return changes
}

// compare tells whose secret or role is another than before, and who is gone.
func (b *Book) compare(before map[string]Account) {
	for badge, a := range b.known {
		if was, ok := before[badge]; !ok || was.Role != a.Role || was.Hash != a.Hash {
			b.tell(a.set())
		}
	}
	for badge, was := range before {
		if _, ok := b.known[badge]; !ok {
			b.tell(queue.NoteAccess{What: "account_removed", Badge: badge, Role: string(was.Role)})
		}
	}
}

// write replaces the file as a whole.
func write(path string, f bookFile) error {
	data, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	next, err := os.CreateTemp(filepath.Dir(path), ".access-*") // 0600
	if err != nil {
		return fmt.Errorf("access: %w", err)
	}
	defer os.Remove(next.Name()) // there no longer when all went well
	_, err = next.Write(data)
	if err = errors.Join(err, owner.Give(next, path), next.Sync(), next.Close()); err != nil {
		return fmt.Errorf("access: %w", err)
	}
	return os.Rename(next.Name(), path)
}

// change alters the accounts and writes them.
func (b *Book) change(f func(map[string]Account) error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.refresh(); err != nil {
		return err
	}
	if err := f(b.known); err != nil {
		return err
	}
	file := bookFile{Key: hex.EncodeToString(b.key), Accounts: []Account{}}
	for _, a := range b.known {
		file.Accounts = append(file.Accounts, a)
	}
	slices.SortFunc(file.Accounts, func(x, y Account) int { return strings.Compare(x.Badge, y.Badge) })
	if err := write(b.path, file); err != nil {
		return err
	}
	b.read = time.Time{}
	return b.refresh()
}

// Set adds an account or gives it another secret, name and role; cookies from
// before are void then.
func (b *Book) Set(badge, name string, role Role, secret string, now time.Time) error {
	if badge == "" || role == Citizen || !slices.Contains(Roles(), role) {
		return fmt.Errorf("access: %q as %q: %w", badge, role, ErrRole)
	}
	least := 10
	if role == Window {
		least = 4
	}
	if len(secret) < least {
		return fmt.Errorf("access: the secret of %s is %w", badge, ErrWeak)
	}
	return b.change(func(known map[string]Account) error {
		known[badge] = Account{Badge: badge, Name: name, Role: role, Hash: hash(secret), Since: now.UTC(), Turn: newTurn()}
		return nil
	})
}

// Remove takes an account away; its cookies are void at once.
func (b *Book) Remove(badge string) error {
	return b.change(func(known map[string]Account) error {
		if _, ok := known[badge]; !ok {
			return fmt.Errorf("access: %s: %w", badge, ErrUnknown)
		}
		delete(known, badge)
		return nil
	})
}

// Accounts lists them by badge, without their hashes.
func (b *Book) Accounts() ([]Account, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.refresh(); err != nil {
		return nil, err
	}
	var list []Account
	for _, a := range b.known {
		a.Hash, a.Turn, a.Passkeys = "", "", nil
		list = append(list, a)
	}
	slices.SortFunc(list, func(x, y Account) int { return strings.Compare(x.Badge, y.Badge) })
	return list, nil
}

// find gives an account. A book that cannot be read any more leaves what was
// read last.
func (b *Book) find(badge string) (Account, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	_ = b.refresh()
	a, ok := b.known[badge]
	return a, ok
}

// cookieKey is what cookies are signed with. It never changes.
func (b *Book) cookieKey() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.key
}

func newTurn() string { return hex.EncodeToString(drawn(12)) }

// void ends the cookies of a badge, over a restart too. They are void in this
// run even when the file cannot be written.
func (b *Book) void(badge string) error {
	return b.change(func(known map[string]Account) error {
		a, ok := known[badge]
		if !ok {
			return nil // its cookies are void already
		}
		a.Turn, a.Seat = newTurn(), ""
		known[badge] = a
		return nil
	})
}

// seat puts a badge at a window. Its own cookies from before are void then, and
// those of whoever was there, who are returned. It holds
// over a restart, and in this run even when the file cannot be written.
func (b *Book) seat(badge, window string) (away []string, err error) {
	err = b.change(func(known map[string]Account) error {
		for other, a := range known {
			switch {
			case other == badge:
				a.Seat = window
			case a.Seat == window:
				a.Seat = ""
				away = append(away, other)
			default:
				continue
			}
			a.Turn = newTurn()
			known[other] = a
		}
		return nil
	})
	return away, err
}

// What argon2id is asked for: 19 MiB, two passes, one lane (OWASP Password
// Storage Cheat Sheet). They stand in every hash, so that they can grow.
const (
	hashMemory = 19 << 10 // KiB
	hashPasses = 2
	hashLanes  = 1
	hashLength = 32
	saltLength = 16
)

// hash makes the hash of a secret.
func hash(secret string) string {
	salt := drawn(saltLength)
	return phc(salt, argon2.IDKey([]byte(secret), salt, hashPasses, hashMemory, hashLanes, hashLength))
}

// drawn are bytes by chance.
func drawn(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}

// phc is $argon2id$v=19$m=…,t=…,p=…$salt$sum.
func phc(salt, sum []byte) string {
	text := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashPasses, hashLanes, text.EncodeToString(salt), text.EncodeToString(sum))
}

// matches checks a secret against a hash.
func matches(hash, secret string) bool {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	var memory, passes uint32
	var lanes uint8
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes); err != nil || memory > 1<<20 || passes > 64 || passes == 0 || lanes == 0 {
		return false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(want) == 0 {
		return false
	}
	return subtle.ConstantTimeCompare(argon2.IDKey([]byte(secret), salt, passes, memory, lanes, uint32(len(want))), want) == 1
}
