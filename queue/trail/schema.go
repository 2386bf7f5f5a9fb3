package trail

import (
	"fmt"

	"github.com/ncruces/go-sqlite3"
)

// step brings a file from one version of the schema to the next. It runs in a
// transaction of its own, together with the new version, so that a file whose
// upgrade was cut short is of the old version or of the new one.
type step func(*sqlite3.Conn) error

// steps lead from an empty file to the schema of this program. A step that was
// released is never changed; what comes later is another step.
var steps = []step{
	statements(firstSchema),
	statements(partsSchema),
	statements(answeredSchema),
}

// firstSchema holds records, answers and a few facts about the file itself.
const firstSchema = `
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE answers(id TEXT NOT NULL, day TEXT NOT NULL, answer TEXT NOT NULL);
` + recordsTable + treeSchema

// answeredSchema keeps the answers of a piece of a batch in one row, a JSON array:
// a row each cost as much as the records. They have no index by id, because they
// are looked up in memory.
const answeredSchema = `
CREATE TABLE answered(day TEXT NOT NULL, answers TEXT NOT NULL);
INSERT INTO answered SELECT day, '[' || group_concat(answer) || ']' FROM answers GROUP BY day;
DROP TABLE answers;
`

// statements is a step of SQL alone.
func statements(sql string) step {
	return func(c *sqlite3.Conn) error { return c.Exec(sql) }
}

// upgrade takes the steps that a file has not taken yet.
func upgrade(c *sqlite3.Conn, steps []step) error {
	version, err := schemaVersion(c)
	if err != nil {
		return err
	}
	if version > len(steps) {
		return fmt.Errorf("trail: the file has schema %d, this program knows %d at most; start the newer lobby, or restore a backup from before the upgrade", version, len(steps))
	}
	for ; version < len(steps); version++ {
		if err := take(c, steps[version], version+1); err != nil {
			return fmt.Errorf("trail: upgrade the schema from %d to %d: %w", version, version+1, err)
		}
	}
	return nil
}

func take(c *sqlite3.Conn, s step, version int) (err error) {
	tx, err := c.BeginImmediate()
	if err != nil {
		return err
	}
	defer tx.End(&err)
	if err := s(c); err != nil {
		return err
	}
	return c.Exec(fmt.Sprint("PRAGMA user_version=", version))
}

func schemaVersion(c *sqlite3.Conn) (version int, err error) {
	err = query(c, "PRAGMA user_version", nil, func(s *sqlite3.Stmt) error { version = s.ColumnInt(0); return nil })
	return version, err
}
