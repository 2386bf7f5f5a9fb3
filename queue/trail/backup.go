package trail

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/ncruces/go-sqlite3"

	"lobby/queue/trail/checkpoint"
	"lobby/queue/trail/owner"
)

// Backup writes a copy of the trail as a compressed tar file, also while a
// daemon writes the trail. The copy is of one moment: records that move to a
// part meanwhile are in the copy of the trail's own file. With others, further
// files of the directory are copied as they are, if they are there. It tells
// the last record that is in the copy. When the context ends, so does reading the trail,
// and nothing is left where the copy was put together.
func (r *Reader) Backup(ctx context.Context, w io.Writer, others ...string) (last uint64, err error) {
	temp, err := os.MkdirTemp("", "lobby-backup-")
	if err != nil {
		return 0, fmt.Errorf("trail: back up: %w", err)
	}
	defer os.RemoveAll(temp)
	z := gzip.NewWriter(w)
	t := tar.NewWriter(z)
	last, err = r.archive(ctx, t, temp, others)
	if err = errors.Join(err, t.Close(), z.Close()); err != nil {
		return 0, fmt.Errorf("trail: back up: %w", err)
	}
	return last, nil
}

// lastRecord finds the newest record of a copied trail; it is never moved to a part.
func lastRecord(path string) (last uint64, err error) {
	c, err := sqlite3.Open(path)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	err = query(c, "SELECT coalesce(max(seq), 0) FROM records", nil,
		func(s *sqlite3.Stmt) error { last = uint64(s.ColumnInt64(0)); return nil })
	return last, err
}

// archive copies the trail's own file first, because records only ever move
// from it to the parts.
func (r *Reader) archive(ctx context.Context, t *tar.Writer, temp string, others []string) (last uint64, err error) {
	if err := r.copyFile(ctx, FileName, temp); err != nil {
		return 0, err
	}
	if last, err = lastRecord(filepath.Join(temp, FileName)); err != nil {
		return 0, err
	}
	ps, err := r.Parts()
	if err != nil {
		return 0, err
	}
	if err := moveFile(t, filepath.Join(temp, FileName)); err != nil {
		return 0, err
	}
	for _, p := range ps {
		if p.Gone {
			continue
		}
		if err := r.copyFile(ctx, p.file(), temp); err != nil {
			return 0, err
		}
		if err := moveFile(t, filepath.Join(temp, p.file())); err != nil {
			return 0, err
		}
	}
	for _, f := range others {
		if err := addFile(t, filepath.Join(r.dir, f)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return 0, err
		}
	}
	return last, nil
}

// copyFile lets SQLite copy one of the trail's files, which is right also
// while somebody writes it.
func (r *Reader) copyFile(ctx context.Context, file, to string) error {
	c, err := r.connect(file, sqlite3.OPEN_READWRITE)
	if err != nil {
		return fmt.Errorf("open %s: %w", file, err)
	}
	err = errors.Join(c.Exec("PRAGMA query_only=ON; PRAGMA busy_timeout=5000"), copyPages(ctx, c, filepath.Join(to, file)))
	if err = errors.Join(err, c.Close()); ctx.Err() != nil {
		return context.Cause(ctx) // and no fault of the place
	}
	if err != nil {
		return fmt.Errorf("copy %s to %s, which TMPDIR decides: %w", file, to, err)
	}
	return nil
}

// pagesAtOnce are copied before it is looked whether the context still lasts.
const pagesAtOnce = 256

// copyPages copies what the connection sees at its beginning: it holds on to that,
// because between two steps a daemon may write, and SQLite would begin again.
func copyPages(ctx context.Context, c *sqlite3.Conn, to string) (err error) {
	if err := c.Exec("BEGIN; SELECT 1 FROM sqlite_schema"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Exec("ROLLBACK")) }()
	b, err := c.BackupInit("main", to)
	if err != nil {
		return err
	}
	defer func() {
		if closed := b.Close(); err == nil { // it says once more what a step has said
			err = closed
		}
	}()
	for done := false; err == nil && !done; {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		done, err = b.Step(pagesAtOnce)
	}
	return err
}

// moveFile is addFile that takes the file away, so that no more than one of the
// trail's files needs space beside the backup at a time.
func moveFile(t *tar.Writer, path string) error {
	return errors.Join(addFile(t, path), os.Remove(path))
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
	if err := vacant(dir); err != nil {
		return "", "", err
	}
	if _, err := owner.MkdirAll(dir, 0o700); err != nil {
		return "", "", fmt.Errorf("trail: restore: %w", err)
	}
	lock, err := lockDir(dir)
	if err != nil {
		return "", "", err
	}
	defer lock.Close()
	coming := filepath.Join(dir, "restoring")
	defer os.RemoveAll(coming) // what is left of a restore that failed is of use to nobody
	files, err := unpack(coming, backup)
	if err == nil && slices.Contains(files, checkpoint.KeyFile) {
		err = supersedes(coming, dir)
	}
	if err == nil {
		old, raised, err = raise(filepath.Join(coming, FileName))
	}
	if err == nil {
		err = settle(dir, coming, files)
	}
	if err != nil {
		return "", "", fmt.Errorf("trail: restore: %w", err)
	}
	return old, raised, nil
}

// vacant refuses a directory that has a trail, or what SQLite keeps beside one:
// the log of another trail would be played into the restored one.
func vacant(dir string) error {
	for _, beside := range []string{"", "-wal", "-journal"} {
		_, err := os.Stat(filepath.Join(dir, FileName+beside))
		switch {
		case err == nil && beside == "":
			return fmt.Errorf("trail: restore: %s has a trail already; move it away or choose another directory", dir)
		case err == nil:
			return fmt.Errorf("trail: restore: %s has a part of another trail, %s; move it to where the rest of that is, or choose another directory", dir, FileName+beside)
		case !errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("trail: restore: %w", err)
		}
	}
	return nil
}

// supersedes refuses a backup's key in place of one that has followed it: the
// newer one is nowhere else, and the trail of the backup was not handed over to it.
func supersedes(coming, dir string) error {
	known := map[string]bool{}
	for _, file := range []string{checkpoint.KeyFile, checkpoint.NextKeyFile} {
		k, err := checkpoint.ReadFile(filepath.Join(coming, file))
		if err != nil && !errors.Is(err, checkpoint.ErrNoKey) {
			return err
		}
		for _, v := range k.Verifiers {
			known[v] = true
		}
	}
	for _, file := range []string{checkpoint.KeyFile, checkpoint.NextKeyFile} {
		k, err := checkpoint.ReadFile(filepath.Join(dir, file))
		switch {
		case errors.Is(err, checkpoint.ErrNoKey):
		case err != nil:
			return err
		case !known[k.Verifier()]:
			return fmt.Errorf("the key %s in %s is not known to the backup, which is from before the key was changed, or of another hall; "+
				"move %s to a safe place, restore, and change the key again with lobby trail key --rotate", k.Verifier(), dir, file)
		}
	}
	return nil
}

// unpack writes the files of a backup into a directory of their own and tells
// which there are.
func unpack(dir string, backup io.Reader) (files []string, err error) {
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	if _, err := owner.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(backup)
	if err != nil {
		return nil, fmt.Errorf("this is not a backup, or it is damaged: %w", err)
	}
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("the backup is damaged: %w", err)
		}
		if !restorable.MatchString(h.Name) {
			return nil, fmt.Errorf("the backup has a file %q, which is none of a trail's", h.Name)
		}
		if err := writeFile(filepath.Join(dir, h.Name), t); err != nil {
			return nil, fmt.Errorf("%s: %w", h.Name, err)
		}
		files = append(files, h.Name)
	}
	if _, err := io.Copy(io.Discard, z); err != nil { // to the sum at its end
		return nil, fmt.Errorf("the backup is damaged: %w", err)
	}
	if !slices.Contains(files, FileName) {
		return nil, errors.New("the backup has no trail in it")
	}
	return files, nil
}

// settle moves whole files to their places, the trail's own last, so that a
// restore that is cut short leaves no trail behind and can be done again.
func settle(dir, from string, files []string) error {
	last := slices.Index(files, FileName)
	files = append(slices.Delete(files, last, last+1), FileName)
	for _, f := range files {
		if err := os.Rename(filepath.Join(from, f), filepath.Join(dir, f)); err != nil {
			return err
		}
	}
	return syncDir(dir)
}

func writeFile(path string, from io.Reader) error {
	f, err := owner.Open(path, os.O_WRONLY|os.O_TRUNC, 0o600)
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
