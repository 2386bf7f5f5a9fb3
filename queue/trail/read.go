package trail

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	"github.com/ncruces/go-sqlite3"

	"lobby/queue"
	"lobby/queue/trail/owner"
)

// Reader reads a trail, also while a daemon writes it. Any goroutine may use it.
type Reader struct {
	dir, vfs string
	mu       sync.Mutex // guards conn, which must not be shared
	conn     *sqlite3.Conn
}

// Read opens the trail of a directory for reading only. It needs no lock.
func Read(dir string) (*Reader, error) {
	switch info, err := os.Stat(filepath.Join(dir, FileName)); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("trail: there is no %s in %s; name the data directory of a hall", FileName, dir)
	case err == nil && info.Size() == 0:
		return nil, fmt.Errorf("trail: %s in %s is empty, so that a trail was lost; move what is there away and restore a backup", FileName, dir)
	}
	r := &Reader{dir: dir}
	if err := r.open(); err != nil {
		return nil, err
	}
	err := checkFormat(r.conn, dir)
	version := 0
	if err == nil {
		version, err = schemaVersion(r.conn)
	}
	if err == nil && version != len(steps) {
		err = fmt.Errorf("trail: %s has schema %d, this program reads %d; start lobby on it once to upgrade it", dir, version, len(steps))
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

func (r *Reader) open() (err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.conn, err = r.connect(FileName, sqlite3.OPEN_READWRITE); err != nil { // a reader of a write-ahead log writes its index
		return fmt.Errorf("trail: open %s for reading: %w", r.dir, err)
	}
	return r.conn.Exec("PRAGMA query_only=ON; PRAGMA busy_timeout=5000;")
}

// Close ends all reading.
func (r *Reader) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.conn == nil {
		return nil
	}
	err := r.conn.Close()
	r.conn = nil
	return err
}

// name is what SQLite calls a file of the data directory. What SQLite makes beside
// it for root is to be of the owner of the trail's own file.
func (r *Reader) name(file string) string {
	path := filepath.Join(r.dir, file)
	switch {
	case r.vfs == "" && owner.Foreign(r.dir):
		return "file:" + (&url.URL{Path: path}).EscapedPath() + "?modeof=" + url.PathEscape(filepath.Join(r.dir, FileName))
	case r.vfs == "":
		return path
	}
	return "file:" + path + "?vfs=" + r.vfs
}

func (r *Reader) connect(file string, flags sqlite3.OpenFlag) (*sqlite3.Conn, error) {
	if file == FileName && r.vfs == "" && owner.Foreign(r.dir) {
		f, err := owner.Open(filepath.Join(r.dir, FileName+"-shm"), os.O_RDWR, 0o600) // the one that SQLite gives to nobody
		if err == nil {
			err = f.Close()
		}
		if err != nil {
			return nil, err
		}
	}
	return sqlite3.OpenFlags(r.name(file), flags|sqlite3.OPEN_URI)
}

// Since returns up to limit records after a sequence number, in order.
func (r *Reader) Since(seq uint64, limit int) (rs []queue.Record, err error) {
	if limit <= 0 {
		return nil, nil
	}
	err = r.Each(seq, func(record queue.Record) error {
		if rs = append(rs, record); len(rs) == limit {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return rs, err
}

// Each hands on the records after a sequence number, in order, until one of
// them is met with an error.
func (r *Reader) Each(seq uint64, each func(queue.Record) error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.conn == nil {
		return ErrBroken
	}
	return r.scan(r.conn, seq, decoded(each))
}

// decoded hands on the record under a statement.
func decoded(each func(queue.Record) error) func(*sqlite3.Stmt) error {
	return func(s *sqlite3.Stmt) error {
		row, _ := scanRow(s)
		record, err := row.record()
		if err != nil {
			return err
		}
		return each(record)
	}
}

// Ticket returns the records of one ticket, in order.
func (r *Reader) Ticket(day, number string) ([]queue.Record, error) {
	return r.about("day=? AND ticket=?", day, func(s *sqlite3.Stmt) error { return errors.Join(s.BindText(1, day), s.BindText(2, number)) })
}

// Day returns the records about tickets of one day, in order.
func (r *Reader) Day(day string) ([]queue.Record, error) {
	return r.about("day=? AND ticket<>''", day, func(s *sqlite3.Stmt) error { return s.BindText(1, day) })
}

// Named returns the records of one event of a day, in order. All of the day's
// month are looked through.
func (r *Reader) Named(day, event string) ([]queue.Record, error) {
	return r.about("day=? AND event=?", day, func(s *sqlite3.Stmt) error { return errors.Join(s.BindText(1, day), s.BindText(2, event)) })
}

// about returns the records of a day that a condition holds for, in order.
func (r *Reader) about(where, day string, bind func(*sqlite3.Stmt) error) (rs []queue.Record, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.conn == nil {
		return nil, ErrBroken
	}
	each := func(s *sqlite3.Stmt) error {
		row, _ := scanRow(s)
		record, err := row.record()
		rs = append(rs, record)
		return err
	}
	err = r.consistently(r.conn, func(parts []Part, first uint64) error {
		for _, p := range parts {
			if !p.holds(day) || p.Gone {
				continue
			}
			if err := r.queryPart(p, fmt.Sprintf("%s WHERE %s AND seq<%d ORDER BY seq", selectRecords, where, first), bind, each); err != nil {
				return err
			}
		}
		return query(r.conn, selectRecords+" WHERE "+where+" ORDER BY seq", bind, each)
	})
	return rs, err
}

// Parts lists the files of closed months, oldest first, also those that are
// gone.
func (r *Reader) Parts() (ps []Part, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.conn == nil {
		return nil, ErrBroken
	}
	ps, _, err = parts(r.conn)
	return ps, err
}

// errEnough ends a query early.
var errEnough = errors.New("trail: enough")

// scan hands on the rows after a number, in order, from whichever file they
// are in.
func (r *Reader) scan(c *sqlite3.Conn, after uint64, each func(*sqlite3.Stmt) error) error {
	return r.consistently(c, func(parts []Part, first uint64) error { return r.scanFiles(c, parts, first, after, each) })
}

// scanFiles is scan with one view of the parts and of the first record that is
// in the trail's own file.
func (r *Reader) scanFiles(c *sqlite3.Conn, parts []Part, first, after uint64, each func(*sqlite3.Stmt) error) error {
	for _, p := range parts {
		if p.Last <= after || p.Gone {
			continue
		}
		if err := r.queryPart(p, fmt.Sprintf("%s WHERE seq>%d AND seq<%d ORDER BY seq", selectRecords, after, first), nil, each); err != nil {
			return err
		}
	}
	return query(c, fmt.Sprintf("%s WHERE seq>%d ORDER BY seq", selectRecords, after), nil, each)
}

// pick hands on columns of the records that a condition holds for, in order,
// from whichever file they are in; of the parts only some can have any.
func (r *Reader) pick(c *sqlite3.Conn, columns, where string, among func(Part) bool, each func(*sqlite3.Stmt) error) error {
	ps, own, err := parts(c)
	if err != nil {
		return err
	}
	for _, p := range ps {
		if p.Gone || !among(p) {
			continue
		}
		if err := r.queryPart(p, fmt.Sprintf("SELECT %s FROM records WHERE %s AND seq<%d ORDER BY seq", columns, where, own), nil, each); err != nil {
			return err
		}
	}
	return query(c, fmt.Sprintf("SELECT %s FROM records WHERE %s ORDER BY seq", columns, where), nil, each)
}

// consistently reads with one view of which records are in parts and which are
// not: records are deleted only after they are in a part, so that a view of
// the trail's own file and the parts that it names miss nothing.
func (r *Reader) consistently(c *sqlite3.Conn, read func(parts []Part, first uint64) error) error {
	tx := c.Begin()
	defer func() { _ = tx.Rollback() }() // it has read only
	ps, first, err := parts(c)
	if err != nil {
		return err
	}
	return read(ps, first)
}

func (r *Reader) queryPart(p Part, sql string, bind, each func(*sqlite3.Stmt) error) (err error) {
	c, err := r.connect(p.file(), sqlite3.OPEN_READONLY)
	if err != nil {
		return fmt.Errorf("trail: open %s: %w; put the file back from a backup", p.file(), err)
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if err := c.Exec("PRAGMA busy_timeout=5000"); err != nil { // records may just be moving into it
		return err
	}
	return query(c, sql, bind, each)
}

// query prepares, binds and steps one statement.
func query(c *sqlite3.Conn, sql string, bind, each func(*sqlite3.Stmt) error) error {
	st, _, err := c.Prepare(sql)
	if err != nil {
		return unread(c, err)
	}
	defer st.Close()
	if bind != nil {
		if err := bind(st); err != nil {
			return fmt.Errorf("trail: %w", err)
		}
	}
	for st.Step() {
		if each == nil {
			continue
		}
		if err := each(st); err != nil {
			return err
		}
	}
	if err := st.Err(); err != nil {
		return unread(c, err)
	}
	return nil
}

// unread says which file could not be read, and what to do about a damaged one.
func unread(c *sqlite3.Conn, err error) error {
	file := c.Filename("main").String()
	if errors.Is(err, sqlite3.CORRUPT) || errors.Is(err, sqlite3.NOTADB) {
		return fmt.Errorf("trail: %s is damaged: %w; move the data directory away and restore a backup", file, err)
	}
	return fmt.Errorf("trail: %s: %w", file, err)
}
