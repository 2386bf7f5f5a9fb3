package trail

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/ncruces/go-sqlite3"

	"lobby/queue"
)

// FirstSchema is what files of the first release have.
const FirstSchema = firstSchema

// Schema is the version of the schema that this program writes.
var Schema = len(steps)

// Count is how many records are in the trail's own file.
func Count(dir string) (n int, err error) {
	r, err := Read(dir)
	if err != nil {
		return 0, err
	}
	err = query(r.conn, "SELECT count(*) FROM records", nil, func(s *sqlite3.Stmt) error { n = s.ColumnInt(0); return nil })
	return n, errors.Join(err, r.Close())
}

// Unlock takes the lock's file away.
func Unlock(dir string) { _ = os.Remove(filepath.Join(dir, "lobby.lock")) }

// WriteOld fills an empty file as a program with an older schema would have.
func WriteOld(c *sqlite3.Conn, version int, b queue.Batch) error {
	old := &Trail{write: c, epoch: "0123abcd"}
	err := errors.Join(c.Exec(pragmas), upgrade(c, steps[:version]),
		c.Exec("INSERT INTO meta VALUES('format','"+format+"'),('epoch','"+old.epoch+"')"))
	if err == nil {
		err = old.prepare()
	}
	if err == nil {
		err = old.Append(b)
	}
	return errors.Join(err, old.run.close())
}
