package trail

import (
	"errors"
	"fmt"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// erasedKey is the fact up to which day what is personal has been erased.
const erasedKey = "erased"

// Erased is the day before which what is personal has been erased; empty where
// nothing has.
func (t *Trail) Erased() (before string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.write == nil {
		return "", ErrBroken
	}
	return t.meta(erasedKey)
}

// Erase removes what is personal in the records of all days before one, from
// the trail's own file and from its parts, and overwrites it. The records and
// their hashes stay as they are: they hold commitments only.
func (t *Trail) Erase(before string) error {
	if _, err := time.Parse(time.DateOnly, before); err != nil {
		return fmt.Errorf("trail: erase before %q: %w", before, err)
	}
	t.tidying.Lock() // no records move meanwhile
	defer t.tidying.Unlock()
	last, err := t.Erased()
	if err == nil && last < before {
		err = t.erase(last, before)
	}
	if err != nil {
		return fmt.Errorf("trail: erase before %s: %w", before, err)
	}
	return nil
}

func (t *Trail) erase(last, before string) error {
	ps, err := t.Parts()
	if err != nil {
		return err
	}
	for _, p := range ps {
		if !p.Gone && p.Name >= last[:min(len(last), len(p.Name))] && p.Name <= before[:len(p.Name)] {
			if err := t.erasePart(p, before); err != nil {
				return fmt.Errorf("%s: %w", p.file(), err)
			}
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.write == nil {
		return ErrBroken
	}
	err = t.change(func(c *sqlite3.Conn) error {
		return c.Exec(forget(before) + "; INSERT OR REPLACE INTO meta VALUES('" + erasedKey + "', " + sqlite3.Quote(before) + ")")
	})
	if err != nil {
		return err
	}
	// The log beside the file still has what it was before.
	return t.write.Exec("PRAGMA wal_checkpoint(TRUNCATE)")
}

func (t *Trail) erasePart(p Part, before string) (err error) {
	c, err := t.connect(p.file(), sqlite3.OPEN_READWRITE)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	return c.Exec("PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA; PRAGMA busy_timeout=5000; PRAGMA secure_delete=ON; " + forget(before))
}

// forget is the change that erases.
func forget(before string) string {
	return "UPDATE records SET salt=NULL, clear=NULL WHERE clear IS NOT NULL AND day<" + sqlite3.Quote(before)
}
