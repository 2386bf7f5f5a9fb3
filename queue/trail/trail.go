// Package trail is the hall's memory: an append-only table of records in one
// SQLite file, with the answers of the day beside it. When Append returns
// without an error, what it was given survives a power cut.
//
// Each record has its hash, and all of them are the leaves of a Merkle tree
// whose root the hall signs now and then, so that a changed or missing record
// is noticed by whoever has kept such a signature.
package trail

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"sync"

	"github.com/ncruces/go-sqlite3"
	"golang.org/x/mod/sumdb/tlog"

	"lobby/queue"
	"lobby/queue/trail/checkpoint"
	"lobby/queue/trail/leaf"
	"lobby/queue/trail/owner"
)

// FileName is the trail's file inside the data directory.
const FileName = "trail.db"

// format is written to the file; a program that does not know it refuses.
const format = "lobby-trail-2"

// pragmas: WAL with FULL syncs every commit before it returns; anything less
// loses acknowledged records in a power cut. What is deleted is overwritten, so
// that what is erased, or has moved to a part and is erased there, is gone.
const pragmas = `
PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000;
PRAGMA secure_delete=ON; PRAGMA wal_autocheckpoint=4000; PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY;
`

// Trail is an open trail. One goroutine appends; any goroutine may read.
type Trail struct {
	Reader // of its own connection; the records that are on disk
	lock   *os.File
	epoch  string
	term   string // who has opened the file last may write it

	mu    sync.Mutex    // guards what follows: appending, keeping and tidying take turns
	write *sqlite3.Conn // nil after a failed change
	run   prepared      // of write
	head  head
	tree  checkpoint.Tree

	tidying sync.Mutex // one at a time, for as long as a whole step takes
}

// Open opens the trail in a directory, or makes a new one. The directory is
// locked until Close, so that no second daemon writes beside this one.
func Open(dir string) (*Trail, error) { return OpenOn(dir, "") }

// OpenOn is Open on one of SQLite's file systems by its name; the empty one is
// the operating system's.
func OpenOn(dir, vfs string) (*Trail, error) {
	if _, err := owner.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("trail: make the data directory: %w", err)
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	t := &Trail{Reader: Reader{dir: dir, vfs: vfs}, lock: lock}
	if err := t.openFound(); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

// openFound opens a trail that is there, or a new one where none can have been.
func (t *Trail) openFound() error {
	if err := t.lost(); err != nil {
		return err
	}
	return t.open()
}

// lost refuses a directory in which the trail's own file is missing or empty
// beside what only a trail leaves there: with a new one numbers that are on paper
// would come again.
func (t *Trail) lost() error {
	if t.vfs != "" {
		return nil // its files are not the operating system's
	}
	if info, err := os.Stat(filepath.Join(t.dir, FileName)); err == nil && info.Size() > 0 {
		return nil
	}
	entries, err := os.ReadDir(t.dir)
	if err != nil {
		return fmt.Errorf("trail: open %s: %w", t.dir, err)
	}
	for _, e := range entries {
		if e.Name() != FileName && restorable.MatchString(e.Name()) {
			return fmt.Errorf("trail: in %s %s is missing or empty and %s is there, so that a trail was lost; restore a backup, or move that away too to begin a new trail", t.dir, FileName, e.Name())
		}
	}
	return nil
}

// open connects to the file for writing and reading and finds its head.
func (t *Trail) open() error {
	err := t.private(FileName)
	if err != nil {
		return err
	}
	if t.write, err = t.connect(FileName, sqlite3.OPEN_READWRITE|sqlite3.OPEN_CREATE); err != nil {
		return fmt.Errorf("trail: open %s: %w", t.dir, err)
	}
	if err := t.write.Exec(pragmas); err != nil {
		return unread(t.write, err)
	}
	if err := t.private(FileName+"-wal", FileName+"-shm"); err != nil {
		return err
	}
	if err := checkFormat(t.write, t.dir); err != nil {
		return err
	}
	if err := upgrade(t.write, steps); err != nil {
		return fmt.Errorf("trail: prepare %s: %w", t.dir, err)
	}
	if err := t.identify(); err != nil {
		return err
	}
	if err := t.begin(); err != nil {
		return err
	}
	if err := t.prepare(); err != nil {
		return fmt.Errorf("trail: prepare %s: %w", t.dir, err)
	}
	return t.Reader.open()
}

// private makes sure that files are there and that only their owner may read
// them: SQLite lets everybody on the machine read what is personal in them.
func (t *Trail) private(files ...string) error {
	if t.vfs != "" {
		return nil // they are not the operating system's
	}
	for _, file := range files {
		f, err := owner.Open(filepath.Join(t.dir, file), os.O_RDWR, 0o600)
		if err != nil {
			return fmt.Errorf("trail: open %s: %w", t.dir, err)
		}
		info, err := f.Stat()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			err = f.Chmod(info.Mode().Perm() &^ 0o077)
		}
		if err = errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("trail: keep %s from others: %w", file, err)
		}
	}
	return nil
}

// identify reads the file's format and epoch, or gives a new file its own.
func (t *Trail) identify() error {
	have, err := t.meta("format")
	if err != nil {
		return err
	}
	if have == "" {
		epoch, err := newEpoch()
		if err != nil {
			return err
		}
		err = t.write.Exec(fmt.Sprintf("INSERT INTO meta VALUES('format','%s'),('epoch','%s')", format, epoch))
		if err != nil {
			return fmt.Errorf("trail: begin %s: %w", t.dir, err)
		}
	}
	epoch, err := t.meta("epoch")
	if err != nil {
		return err
	}
	if t.epoch == "" { // set once, because any goroutine may read it
		t.epoch = epoch
	}
	if epoch != t.epoch {
		return fmt.Errorf("trail: %s was exchanged for another while in use", t.dir)
	}
	return nil
}

// checkFormat refuses a file of another format before anything in it is
// touched.
func checkFormat(c *sqlite3.Conn, dir string) error {
	begun, have := false, ""
	err := query(c, "SELECT 1 FROM sqlite_schema WHERE name='meta'", nil, func(*sqlite3.Stmt) error { begun = true; return nil })
	if err == nil && begun {
		err = query(c, "SELECT value FROM meta WHERE key='format'", nil, func(s *sqlite3.Stmt) error { have = s.ColumnText(0); return nil })
	}
	if err == nil && have != "" && have != format {
		err = fmt.Errorf("trail: %s has the format %q, this program reads %q; keep it for the program that wrote it and choose another data directory", dir, have, format)
	}
	return err
}

func (t *Trail) meta(key string) (value string, err error) {
	err = query(t.write, "SELECT value FROM meta WHERE key=?", func(s *sqlite3.Stmt) error { return s.BindText(1, key) },
		func(s *sqlite3.Stmt) error { value = s.ColumnText(0); return nil })
	return value, err
}

// InUse says that another lobby has the data directory open.
type InUse struct {
	Dir, Process string
	At           string // where it is reached, if it has said so
}

// Error implements error.
func (e *InUse) Error() string {
	at := ""
	if e.At != "" {
		at = " at " + e.At
	}
	return fmt.Sprintf("trail: %s is in use by another lobby, process %s%s; stop it first or choose another data directory", e.Dir, e.Process, at)
}

// Announce tells whoever finds the directory in use where its user is reached.
func (t *Trail) Announce(at string) error {
	if _, err := t.lock.WriteAt(fmt.Appendf(nil, "%d %s", os.Getpid(), at), 0); err != nil {
		return fmt.Errorf("trail: say where the hall is reached: %w", err)
	}
	return nil
}

// Epoch names this trail's history; a client's position in another history
// means nothing here.
func (t *Trail) Epoch() string { return t.epoch }

// Close ends all use of the trail and unlocks its directory.
func (t *Trail) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return errors.Join(t.disconnect(), t.lock.Close())
}

func (t *Trail) disconnect() error {
	err := t.run.close()
	if t.write != nil {
		err = errors.Join(err, t.write.Close())
		t.write = nil
	}
	return errors.Join(err, t.Reader.Close())
}

// ErrBroken says that an append failed and the trail has to be replayed
// before the next one, because nobody knows what reached the disk.
var ErrBroken = errors.New("trail: an append failed, replay before appending again")

// Append makes a batch durable in one transaction. It takes the batch in pieces,
// each as soon as it is there, so that the next one can be made meanwhile. After
// an error nothing may be appended until Replay has read what really is on disk.
func (t *Trail) Append(pieces iter.Seq[queue.Batch]) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	h, tree := t.head, t.tree.Clone()
	err := t.change(func(*sqlite3.Conn) (err error) {
		h, err = t.insert(pieces, &tree)
		return err
	})
	if err != nil {
		return fmt.Errorf("trail: append: %w", err)
	}
	t.head, t.tree = h, tree
	return nil
}

// change makes changes durable in one transaction, unless somebody else writes
// the file by now. When it fails nobody knows what reached the disk, so that
// the connections are closed and everything is read again.
func (t *Trail) change(do func(*sqlite3.Conn) error) error {
	if t.write == nil {
		return ErrBroken
	}
	err := t.transact(func(c *sqlite3.Conn) error {
		if err := t.checkTerm(); err != nil {
			return err
		}
		return do(c)
	})
	if err != nil {
		_ = t.disconnect() // the error that matters is the one before it
		t.release(err)
	}
	return err
}

func (t *Trail) transact(do func(*sqlite3.Conn) error) (err error) {
	tx, err := t.write.BeginImmediate()
	if err != nil {
		return err
	}
	defer tx.End(&err)
	return do(t.write)
}

// insert writes records and answers and lets the tree grow by the records.
func (t *Trail) insert(pieces iter.Seq[queue.Batch], tree *checkpoint.Tree) (h head, err error) {
	var tiles []tile
	tree.Node = func(level int, n uint64, root tlog.Hash) {
		if level%tileHeight == 0 {
			tiles = append(tiles, tile{level / tileHeight, n, root})
		}
	}
	h = t.head
	for p := range pieces {
		for _, r := range p.Records {
			if h, err = t.insertRecord(h, r); err != nil {
				return h, err
			}
			tree.Add(h.hash)
		}
		if err := t.insertAnswers(p); err != nil {
			return h, err
		}
	}
	tree.Node = nil
	if h == t.head {
		return h, nil // answers only
	}
	return h, t.writeTree(*tree, tiles)
}

func (t *Trail) insertRecord(h head, r queue.Record) (head, error) {
	w := row{ticket: ticketOf(r.Event)}
	var err error
	if w.leaf, w.personal, err = leaf.New(r, t.epoch, rand.Reader); err != nil {
		return h, err
	}
	if h, err = h.next(w); err != nil {
		return h, err
	}
	if err := w.bind(t.run.record, h.hash[:]); err != nil {
		return h, err
	}
	return h, t.run.record.Exec()
}

// insertAnswers writes the answers of a piece as one row: they are only ever read
// together.
func (t *Trail) insertAnswers(b queue.Batch) error {
	if len(b.Answers) == 0 {
		return nil
	}
	data, err := json.Marshal(b.Answers)
	if err != nil {
		return err
	}
	st := t.run.answers
	return errors.Join(st.BindText(1, b.Day), st.BindRawText(2, data), st.Exec())
}

// Answers returns the answers given on a business day, by command id, and
// forgets those of other days.
func (t *Trail) Answers(day string) (map[string]queue.Answer, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.write == nil {
		return nil, ErrBroken
	}
	answers := map[string]queue.Answer{}
	bind := func(s *sqlite3.Stmt) error { return s.BindText(1, day) }
	if err := query(t.write, "DELETE FROM answered WHERE day<>?", bind, nil); err != nil {
		return nil, err
	}
	err := query(t.write, "SELECT answers FROM answered WHERE day=?", bind, func(s *sqlite3.Stmt) error {
		var some []queue.Answer
		err := json.Unmarshal(s.ColumnRawText(0), &some)
		for _, a := range some {
			answers[a.ID] = a
		}
		return err
	})
	return answers, err
}
