package trail

import (
	"encoding/json"
	"errors"
	"fmt"
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

// answeredVersion is the first schema that keeps answers by the piece.
const answeredVersion = 3

// WriteOld fills an empty file as a program with an older schema would have.
func WriteOld(c *sqlite3.Conn, version int, b queue.Batch) error {
	old := &Trail{write: c, epoch: "0123abcd"}
	err := errors.Join(c.Exec(pragmas), upgrade(c, steps[:version]),
		c.Exec("INSERT INTO meta VALUES('format','"+format+"'),('epoch','"+old.epoch+"')"))
	if version < answeredVersion {
		for _, a := range b.Answers {
			data, _ := json.Marshal(a) // of plain text
			err = errors.Join(err, c.Exec(fmt.Sprintf("INSERT INTO answers VALUES(%s,%s,%s)", sqlite3.Quote(a.ID), sqlite3.Quote(b.Day), sqlite3.Quote(string(data)))))
		}
		b.Answers = nil
		err = errors.Join(err, c.Exec("CREATE TEMP TABLE answered(day, answers)")) // for the statement that this program prepares
	}
	if err == nil {
		old.term, err = old.meta("term")
	}
	if err == nil {
		err = old.prepare()
	}
	if err == nil {
		err = old.Append(b.Alone())
	}
	return errors.Join(err, old.run.close())
}
