package trail

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/ncruces/go-sqlite3"
)

// ErrTaken says that another lobby writes this trail, although the lock of the
// directory should have kept it away: somebody has removed the lock's file, or
// the file system does not know locks.
var ErrTaken = errors.New("trail: another lobby has opened this data directory since; stop one of the two")

// begin counts whoever opens the file for writing. The number is checked in
// every change, so that a second daemon which the lock did not stop makes the
// first one refuse, and never writes between its records.
func (t *Trail) begin() error {
	return t.transact(func(c *sqlite3.Conn) error {
		term, err := t.meta("term")
		if err != nil {
			return err
		}
		if t.term != "" && term != t.term { // opened again after a failure
			return ErrTaken
		}
		if t.term != "" {
			return nil
		}
		n, err := strconv.Atoi(term)
		if err != nil {
			return fmt.Errorf("trail: the term %q is not a number", term)
		}
		t.term = strconv.Itoa(n + 1)
		return c.Exec("UPDATE meta SET value='" + t.term + "' WHERE key='term'")
	})
}

// checkTerm refuses when somebody else has opened the file since.
func (t *Trail) checkTerm() error {
	term := ""
	if t.run.term.Step() {
		term = t.run.term.ColumnText(0)
	}
	if err := t.run.term.Reset(); err != nil {
		return err
	}
	if term != t.term {
		return ErrTaken
	}
	return nil
}
