package trail_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ncruces/go-sqlite3"

	"lobby/queue/trail"
)

// alter lets another program change the file of a closed trail.
func alter(t testing.TB, dir, sql string) {
	t.Helper()
	alterFile(t, filepath.Join(dir, trail.FileName), sql)
}

func alterFile(t testing.TB, file, sql string) {
	t.Helper()
	db, err := sqlite3.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Exec(sql), db.Close()); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func TestFaultF50_FileOfANewerProgramIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	if err := open(t, dir).Close(); err != nil {
		t.Fatal(err)
	}
	alter(t, dir, "PRAGMA user_version=99")
	_, err := trail.Open(dir)
	if want := fmt.Sprintf("the file has schema 99, this program knows %d at most", trail.Schema); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("opened with %v, want %s", err, want)
	}
}

// A file of the first release has a chain of hashes and no tree.
func TestAFileOfTheFirstReleaseIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	alter(t, dir, "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID; INSERT INTO meta VALUES('format','lobby-trail-1'),('epoch','0123abcd')")
	const say = `has the format "lobby-trail-1", this program reads "lobby-trail-2"; keep it for the program that wrote it`
	if _, err := trail.Open(dir); err == nil || !strings.Contains(err.Error(), say) {
		t.Errorf("opened with %v", err)
	}
	if _, err := trail.Read(dir); err == nil || !strings.Contains(err.Error(), say) {
		t.Errorf("read with %v", err)
	}
}

func TestAFileOfAnOlderSchemaIsUpgraded(t *testing.T) {
	dir := t.TempDir()
	alter(t, dir, trail.FirstSchema+"INSERT INTO meta VALUES('format','lobby-trail-2'),('epoch','0123abcd'); PRAGMA user_version=1")
	tr := open(t, dir)
	if tr.Epoch() != "0123abcd" {
		t.Errorf("the epoch is %s", tr.Epoch())
	}
	mustAppend(t, tr, batch(1, 3))
}
