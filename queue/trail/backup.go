package trail

import (
	"archive/tar"
	"compress/gzip"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"github.com/ncruces/go-sqlite3"
)

// Backup writes a copy of the trail as a compressed tar file, also while a
// daemon writes the trail. The copy is of one moment: records that move to a
// part meanwhile are in the copy of the trail's own file. With others, further
// files of the directory are copied as they are, if they are there.
func (r *Reader) Backup(w io.Writer, others ...string) error {
	temp, err := os.MkdirTemp("", "lobby-backup-")
	if err != nil {
		return fmt.Errorf("trail: back up: %w", err)
	}
	defer os.RemoveAll(temp)
	z := gzip.NewWriter(w)
	t := tar.NewWriter(z)
	err = r.archive(t, temp, others)
	if err = errors.Join(err, t.Close(), z.Close()); err != nil {
		return fmt.Errorf("trail: back up: %w", err)
	}
	return nil
}

// archive copies the trail's own file first, because records only ever move
// from it to the parts.
func (r *Reader) archive(t *tar.Writer, temp string, others []string) error {
	if err := r.copyFile(FileName, temp); err != nil {
		return err
	}
	ps, err := r.Parts()
	if err != nil {
		return err
	}
	files := []string{FileName}
	for _, p := range ps {
		if p.Gone {
			continue
		}
		if err := r.copyFile(p.file(), temp); err != nil {
			return err
		}
		files = append(files, p.file())
	}
	for _, f := range files {
		if err := addFile(t, filepath.Join(temp, f)); err != nil {
			return err
		}
	}
	for _, f := range others {
		if err := addFile(t, filepath.Join(r.dir, f)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// copyFile lets SQLite copy one of the trail's files, which is right also
// while somebody writes it.
func (r *Reader) copyFile(file, to string) error {
	c, err := r.connect(file, sqlite3.OPEN_READWRITE)
	if err != nil {
		return fmt.Errorf("open %s: %w", file, err)
	}
	err = errors.Join(c.Exec("PRAGMA query_only=ON; PRAGMA busy_timeout=5000"), c.Backup("main", filepath.Join(to, file)))
	if err = errors.Join(err, c.Close()); err != nil {
		return fmt.Errorf("copy %s: %w", file, err)
	}
	return nil
}

func addFile(t *tar.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := t.WriteHeader(&tar.Header{Name: filepath.Base(path), Mode: 0o600, Size: info.Size(), ModTime: info.ModTime()}); err != nil {
		return err
	}
	_, err = io.Copy(t, f)
	return err
}

// restorable are the names that a backup may hold.
var restorable = regexp.MustCompile(`^(trail\.db|trail-\d{4}-\d{2}\.db|trail\.key(\.next)?)$`)

// Restore makes a trail of a backup in a directory that has none. What follows
// is another history than what followed in the trail that the backup was made
// of, so that it gets an epoch of its own. It returns both epochs; the caller
// records them, and gives numbers out of another block.
func Restore(dir string, backup io.Reader) (old, raised string, err error) {
	if _, err := os.Stat(filepath.Join(dir, FileName)); !errors.Is(err, fs.ErrNotExist) {
		return "", "", fmt.Errorf("trail: restore: %s has a trail already; move it away or choose another directory", dir)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", "", fmt.Errorf("trail: restore: %w", err)
	}
	lock, err := lockDir(dir)
	if err != nil {
		return "", "", err
	}
	defer lock.Close()
	// The trail's own file comes to its place last and whole, so that a restore
	// that was cut short leaves no trail behind.
	coming := FileName + ".coming"
	if err := unpack(dir, coming, backup); err != nil {
		return "", "", fmt.Errorf("trail: restore: %w", err)
	}
	if old, raised, err = raise(filepath.Join(dir, coming)); err != nil {
		return "", "", fmt.Errorf("trail: restore: %w", err)
	}
	if err := os.Rename(filepath.Join(dir, coming), filepath.Join(dir, FileName)); err != nil {
		return "", "", fmt.Errorf("trail: restore: %w", err)
	}
	return old, raised, syncDir(dir)
}

func unpack(dir, coming string, backup io.Reader) error {
	z, err := gzip.NewReader(backup)
	if err != nil {
		return fmt.Errorf("this is not a backup: %w", err)
	}
	found := false
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("the backup is damaged: %w", err)
		}
		if !restorable.MatchString(h.Name) {
			return fmt.Errorf("the backup has a file %q, which is none of a trail's", h.Name)
		}
		name := h.Name
		if name == FileName {
			name, found = coming, true
		}
		if err := writeFile(filepath.Join(dir, name), t); err != nil {
			return fmt.Errorf("%s: %w", h.Name, err)
		}
	}
	if _, err := io.Copy(io.Discard, z); err != nil { // to the sum at its end
		return fmt.Errorf("the backup is damaged: %w", err)
	}
	if !found {
		return errors.New("the backup has no trail in it")
	}
	return nil
}

func writeFile(path string, from io.Reader) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, from)
	return errors.Join(err, f.Sync(), f.Close())
}

// raise gives a restored trail an epoch of its own.
func raise(path string) (old, raised string, err error) {
	c, err := sqlite3.Open(path)
	if err != nil {
		return "", "", err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if err := checkFormat(c, path); err != nil {
		return "", "", err
	}
	if raised, err = newEpoch(); err != nil {
		return "", "", err
	}
	err = query(c, "SELECT value FROM meta WHERE key='epoch'", nil, func(s *sqlite3.Stmt) error { old = s.ColumnText(0); return nil })
	if err != nil {
		return "", "", err
	}
	// One file and no log beside it, because it still has to be renamed.
	err = c.Exec("PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA; UPDATE meta SET value=" + sqlite3.Quote(raised) + " WHERE key='epoch'")
	return old, raised, err
}

// newEpoch names a history by chance.
func newEpoch() (string, error) {
	epoch := make([]byte, 4)
	if _, err := rand.Read(epoch); err != nil {
		return "", fmt.Errorf("trail: make an epoch: %w", err)
	}
	return hex.EncodeToString(epoch), nil
}

// syncDir makes the names in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("trail: sync %s: %w", dir, err)
	}
	return errors.Join(d.Sync(), d.Close())
}
