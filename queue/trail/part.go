package trail

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ncruces/go-sqlite3"
)

// partsSchema names the files that hold the records of closed days, and counts
// who has opened the trail for writing.
const partsSchema = `
CREATE TABLE parts(
  name TEXT PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL, hash BLOB NOT NULL, gone INTEGER NOT NULL DEFAULT 0)
  WITHOUT ROWID;
CREATE TABLE snapshots(seq INTEGER PRIMARY KEY, head BLOB NOT NULL, state BLOB NOT NULL, sum BLOB NOT NULL);
INSERT INTO meta VALUES('term', '0');
`

// Part is the file of the closed days of one month. Its records are no longer
// in the trail's own file, so that this stays small, and a month that need not
// be kept any longer is one file to remove.
type Part struct {
	Name        string // the month, "2026-11"
	First, Last uint64 // numbers of its records
	Gone        bool   // its time was over and its file was removed
	hash        [32]byte
}

// file is the part's name in the data directory.
func (p Part) file() string { return "trail-" + p.Name + ".db" }

// holds tells whether the part is of a day's month.
func (p Part) holds(day string) bool { return p.Name == day[:min(len(day), len(p.Name))] }

// moveAtOnce is how many records change files in one step. A command that
// comes meanwhile waits for as long as they take to be deleted, some 10 ms.
const moveAtOnce = 1000

// Tidy moves records of closed days into the file of their month, one step's
// worth, and reports whether there are more. Each step can be cut short at any
// moment and is done again by the next call: the records are durable in the
// part before they are deleted, and while they are in both files only the
// trail's own are read.
func (t *Trail) Tidy() (more bool, err error) {
	t.tidying.Lock()
	defer t.tidying.Unlock()
	p, n, err := t.due()
	if err != nil || n == 0 {
		return false, err
	}
	if err := t.fill(p, n); err != nil {
		return false, fmt.Errorf("trail: move records %d to %d to %s: %w", p.First, p.Last, p.file(), err)
	}
	if err := t.move(p); err != nil {
		return false, fmt.Errorf("trail: move records %d to %d to %s: %w", p.First, p.Last, p.file(), err)
	}
	return n == moveAtOnce, nil
}

// due finds the oldest records that belong into a part: those before the day
// that was opened last, of one month, as many as one step moves. What was
// recorded before the very first day goes with that.
func (t *Trail) due() (p Part, n int, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.write == nil {
		return p, 0, ErrBroken
	}
	today := ""
	err = query(t.write, "SELECT day FROM records ORDER BY seq DESC LIMIT 1", nil, func(s *sqlite3.Stmt) error { today = s.ColumnText(0); return nil })
	if err != nil {
		return p, 0, err
	}
	err = query(t.write, fmt.Sprint("SELECT seq, day, hash FROM records ORDER BY seq LIMIT ", moveAtOnce), nil, func(s *sqlite3.Stmt) error {
		day := s.ColumnText(1)
		month := day[:min(len(day), len("2006-01"))]
		if p.Name == "" {
			p.Name = month
		}
		if day == today || month != p.Name {
			return errEnough
		}
		if n++; n == 1 {
			p.First = uint64(s.ColumnInt64(0))
		}
		p.Last = uint64(s.ColumnInt64(0))
		copy(p.hash[:], s.ColumnRawBlob(2))
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	if p.Name == "" {
		return p, 0, err // there has not been a closed day yet
	}
	return p, n, err
}

// fill copies the records of a step into the part's file and checks that they
// are there.
func (t *Trail) fill(p Part, n int) (err error) {
	if err := t.private(p.file()); err != nil {
		return err
	}
	c, err := t.connect(p.file(), sqlite3.OPEN_READWRITE|sqlite3.OPEN_CREATE)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	// EXTRA makes the end of the journal durable too, because the records are
	// deleted from the trail's own file after it.
	if err := c.Exec("PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA; PRAGMA busy_timeout=5000; ATTACH " + sqlite3.Quote(t.name(FileName)) + " AS trail"); err != nil {
		return err
	}
	if err := t.copyRows(c, p); err != nil {
		return err
	}
	return t.checkRows(c, p, n)
}

func (t *Trail) copyRows(c *sqlite3.Conn, p Part) (err error) {
	tx, err := c.BeginImmediate()
	if err != nil {
		return err
	}
	defer tx.End(&err)
	var missing []string // what the part does not have of the records' table and its indices
	err = query(c, `SELECT sql FROM trail.sqlite_schema WHERE tbl_name='records' AND sql IS NOT NULL
		AND name NOT IN (SELECT name FROM main.sqlite_schema) ORDER BY type DESC`, nil,
		func(s *sqlite3.Stmt) error { missing = append(missing, s.ColumnText(0)); return nil })
	if err != nil {
		return err
	}
	for _, sql := range missing {
		if err := c.Exec(sql); err != nil {
			return err
		}
	}
	return c.Exec(fmt.Sprintf("INSERT OR IGNORE INTO main.records SELECT * FROM trail.records WHERE seq BETWEEN %d AND %d", p.First, p.Last))
}

func (t *Trail) checkRows(c *sqlite3.Conn, p Part, n int) error {
	found := 0
	err := query(c, fmt.Sprintf(`SELECT count(*) FROM trail.records t JOIN main.records m ON m.seq=t.seq AND m.hash=t.hash
		WHERE t.seq BETWEEN %d AND %d`, p.First, p.Last), nil, func(s *sqlite3.Stmt) error { found = s.ColumnInt(0); return nil })
	if err == nil && found != n {
		err = fmt.Errorf("the part has other records under these numbers; move %s away, it is not of this trail", p.file())
	}
	return err
}

// move takes the records out of the trail's own file and names the part.
func (t *Trail) move(p Part) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.change(func(c *sqlite3.Conn) error {
		st, _, err := c.Prepare("INSERT INTO parts(name, first, last, hash) VALUES(?,?,?,?) ON CONFLICT DO UPDATE SET last=excluded.last, hash=excluded.hash")
		if err != nil {
			return err
		}
		defer st.Close()
		if err := errors.Join(st.BindText(1, p.Name), st.BindInt64(2, int64(p.First)), st.BindInt64(3, int64(p.Last)), st.BindBlob(4, p.hash[:]), st.Exec()); err != nil {
			return err
		}
		return c.Exec(fmt.Sprint("DELETE FROM records WHERE seq<=", p.Last))
	})
}

// Drop removes a part whose time is over. The trail remembers that it was
// there, and the hash from which its chain goes on.
func (t *Trail) Drop(name string) error {
	t.tidying.Lock()
	defer t.tidying.Unlock()
	parts, err := t.Parts()
	if err != nil {
		return err
	}
	for i, p := range parts {
		if p.Name != name {
			continue
		}
		if i > 0 && !parts[i-1].Gone {
			return fmt.Errorf("trail: drop %s: %s is older and still there", name, parts[i-1].Name)
		}
		return t.drop(p)
	}
	return fmt.Errorf("trail: drop %s: there is no such part", name)
}

func (t *Trail) drop(p Part) error {
	t.mu.Lock()
	err := t.change(func(c *sqlite3.Conn) error {
		if err := t.stub(c, p); err != nil {
			return err
		}
		return c.Exec("UPDATE parts SET gone=1 WHERE name=" + sqlite3.Quote(p.Name))
	})
	t.mu.Unlock()
	if err != nil {
		return fmt.Errorf("trail: drop %s: %w", p.Name, err)
	}
	if err := os.Remove(filepath.Join(t.dir, p.file())); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("trail: drop %s: %w", p.Name, err)
	}
	return nil
}

// parts lists all parts in order, and the first record that is in no part.
func parts(c *sqlite3.Conn) (ps []Part, first uint64, err error) {
	err = query(c, "SELECT name, first, last, gone, hash FROM parts ORDER BY first", nil, func(s *sqlite3.Stmt) error {
		p := Part{Name: s.ColumnText(0), First: uint64(s.ColumnInt64(1)), Last: uint64(s.ColumnInt64(2)), Gone: s.ColumnBool(3)}
		copy(p.hash[:], s.ColumnRawBlob(4))
		ps, first = append(ps, p), p.Last
		return nil
	})
	return ps, first + 1, err
}
