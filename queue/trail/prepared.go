package trail

import (
	"errors"

	"github.com/ncruces/go-sqlite3"
)

// prepared holds the statements that every append runs. They are made once for
// a connection, because preparing costs more than running, and end before it.
type prepared struct {
	record, answers, edge, tile, term *sqlite3.Stmt
}

// prepare prepares the statements of the connection for writing, whose schema
// must be this program's.
func (t *Trail) prepare() (err error) {
	for _, s := range []struct {
		statement **sqlite3.Stmt
		sql       string
	}{
		{&t.run.record, insertRecord},
		{&t.run.answers, "INSERT INTO answered VALUES(?,?)"},
		{&t.run.edge, "UPDATE tree SET size=?, edge=?"},
		{&t.run.tile, "INSERT INTO tiles VALUES(?,?,?)"},
		{&t.run.term, "SELECT value FROM meta WHERE key='term'"},
	} {
		if *s.statement, _, err = t.write.Prepare(s.sql); err != nil {
			return err
		}
	}
	return nil
}

// close ends the statements; those that were never prepared may be closed too.
func (s *prepared) close() error {
	err := errors.Join(s.record.Close(), s.answers.Close(), s.edge.Close(), s.tile.Close(), s.term.Close())
	*s = prepared{}
	return err
}
