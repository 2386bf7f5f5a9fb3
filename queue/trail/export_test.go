package trail

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/ncruces/go-sqlite3"
)

// OpenOn is Open on a file system of the tests.
func OpenOn(dir, vfs string) (*Trail, error) { return openOn(dir, vfs) }

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
