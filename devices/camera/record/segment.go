package record

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"time"
)

// The files of a segment, by what follows its name.
const (
	mediaExt = ".mp4"
	indexExt = ".idx"
	openExt  = ".idx.open" // of one that grows, or was cut short
	dayForm  = time.DateOnly
	nameForm = "150405.000"
)

// segment is one stretch of a camera's footage on the disk. Its fields are
// guarded by the archive's lock.
type segment struct {
	path  string // without what follows the name
	start time.Time
	size  int64 // of both files
	open  bool
	end   time.Time // zero when nobody has looked yet

	// Of one that grows: how much of the index is in its file, and the entries
	// that are not.
	flushed int64
	tail    []byte
}

func (s *segment) indexPath() string {
	if s.open {
		return s.path + openExt
	}
	return s.path + indexExt
}

// remove deletes both files, the index last, so that a film without an index
// never stays behind.
func (s *segment) remove() error {
	err := os.Remove(s.path + mediaExt)
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, os.Remove(s.indexPath()))
}

// writer writes one segment. It belongs to one goroutine.
type writer struct {
	path         string
	media, index *os.File
	scales       scales
	start        time.Time // of the first fragment
	last         time.Time
	offset       int64  // in media
	flushed      int64  // of index
	tail         []byte // entries that are not in index yet; only appended to
	buf          []byte
}

// initID names an initialisation segment.
func initID(init []byte) [8]byte {
	sum := sha256.Sum256(init)
	return [8]byte(sum[:8])
}

// newWriter begins a segment: index first, so that a film without an index
// never comes to be.
func newWriter(dir, camera string, init []byte, start time.Time) (*writer, error) {
	day := filepath.Join(dir, start.UTC().Format(dayForm))
	if err := os.MkdirAll(day, 0o700); err != nil {
		return nil, fmt.Errorf("record: begin a segment: %w", err)
	}
	w, err := create(day, start)
	if err != nil {
		return nil, err
	}
	e := entry{At: start, Size: len(init), Sum: crc32.Checksum(init, castagnoli), Init: true}
	w.tail = appendEntry(appendHeader(nil, camera, initID(init)), e)
	err = w.append(init)
	if err == nil {
		err = w.flush()
	}
	if err != nil {
		w.discard()
		return nil, err
	}
	w.start, w.last = start, start
	w.scales, _ = tracks(init) // without tracks there are no times either
	return w, nil
}

// create opens both files under the first name that is free, which is the
// start's own unless a clock was set back.
func create(day string, start time.Time) (*writer, error) {
	for at := start.UTC(); ; at = at.Add(time.Millisecond) {
		path := filepath.Join(day, at.Format(nameForm))
		if exists(path+indexExt) || exists(path+openExt) {
			continue
		}
		index, err := os.OpenFile(path+openExt, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
		if err != nil {
			return nil, fmt.Errorf("record: begin a segment: %w", err)
		}
		media, err := os.OpenFile(path+mediaExt, os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
		if err != nil {
			_ = os.Remove(index.Name()) // the error that matters is the one before it
			return nil, errors.Join(fmt.Errorf("record: begin a segment: %w", err), index.Close())
		}
		return &writer{path: path, media: media, index: index}, nil
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// add writes one fragment with its entry in front, in one write. After an error
// the segment ends with the fragment before.
func (w *writer) add(f Fragment) error {
	decode, _ := decodeTime(f.Bytes, w.scales)
	e := entry{
		At: f.At, Offset: w.offset + leadSize, Decode: uint64(max(0, decode)), Size: len(f.Bytes), Sum: crc32.Checksum(f.Bytes, castagnoli),
		Error: f.Error, Key: f.Key, Clock: f.Clock, Ahead: f.Ahead, Told: f.Told,
	}
	w.buf = append(appendLead(w.buf[:0], e), f.Bytes...)
	if err := w.append(w.buf); err != nil {
		return err
	}
	w.tail = append(w.tail, w.buf[8:leadSize]...)
	w.last = f.At
	if f.Key || len(w.tail) >= maxTail {
		return w.flush()
	}
	return nil
}

// maxTail is how much of an index may wait, beside that of the pictures from
// the last key picture on.
const maxTail = 64 * entrySize

// append writes bytes of the film, or none.
func (w *writer) append(media []byte) error {
	if _, err := w.media.WriteAt(media, w.offset); err != nil {
		return errors.Join(fmt.Errorf("record: write: %w", err), w.media.Truncate(w.offset))
	}
	w.offset += int64(len(media))
	return nil
}

// flush writes the entries that wait. The film has them too, so an error
// costs none of them.
func (w *writer) flush() error {
	if _, err := w.index.WriteAt(w.tail, w.flushed); err != nil {
		return errors.Join(fmt.Errorf("record: write: %w", err), w.index.Truncate(w.flushed))
	}
	w.flushed += int64(len(w.tail))
	w.tail = nil // somebody may be reading it
	return nil
}

// empty tells whether there is no fragment yet.
func (w *writer) empty() bool { return w.flushed+int64(len(w.tail)) <= headerSize+entrySize }

// size is what the segment takes when its index is written.
func (w *writer) size() int64 { return w.offset + w.flushed + int64(len(w.tail)) }

// close ends the segment: what it holds is on the disk when it returns. One
// whose index could not be written stays open, and is made whole at the next
// start.
func (w *writer) close() error {
	flushed := w.flush()
	err := errors.Join(flushed, w.media.Sync(), w.index.Sync(), w.media.Close(), w.index.Close())
	if flushed != nil {
		return err
	}
	return errors.Join(err, os.Rename(w.path+openExt, w.path+indexExt))
}

// discard deletes what was begun.
func (w *writer) discard() {
	// There is nothing in it that anybody could miss.
	_ = errors.Join(w.media.Close(), w.index.Close(), os.Remove(w.path+mediaExt), os.Remove(w.path+openExt))
}

// recovered repairs a segment that was cut short: its torn end is taken off,
// and the index learns what the film alone knows. One without a single whole
// fragment is deleted, and path is empty.
func recovered(path string) (string, error) {
	x, err := readIndexFile(path + openExt)
	known := 0
	if err == nil {
		known, err = x.complete(path + mediaExt)
	}
	if err != nil || len(x.Entries) == 0 {
		return "", (&segment{path: path, open: true}).remove()
	}
	if err := errors.Join(os.Truncate(path+mediaExt, x.size()), x.extend(path+openExt, known)); err != nil {
		return "", fmt.Errorf("record: repair %s: %w", path, err)
	}
	return path, os.Rename(path+openExt, path+indexExt)
}

// complete leaves the entries up to the first fragment that is not as it was
// written, and adds those of whole fragments that only the film has. known is
// how many of the index's own are left.
func (x *index) complete(media string) (known int, err error) {
	f, err := os.Open(media)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if !matches(f, x.Init) {
		x.Entries = nil
		return 0, nil
	}
	for i, e := range x.Entries {
		if !matches(f, e) {
			x.Entries = x.Entries[:i]
			return i, nil
		}
	}
	known = len(x.Entries)
	for x.Lead > 0 {
		lead := make([]byte, x.Lead)
		if _, err := f.ReadAt(lead, x.size()); err != nil {
			break
		}
		e, ok := parseLead(lead)
		if !ok || e.Init || e.Offset != x.size()+x.Lead || !matches(f, e) {
			break
		}
		x.Entries = append(x.Entries, e)
	}
	return known, nil
}

// extend writes the entries from the known ones on into an index file.
func (x index) extend(path string, known int) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	var more []byte
	for _, e := range x.Entries[known:] {
		more = appendEntry(more, e)
	}
	end := int64(headerSize + entrySize*(1+known))
	_, err = f.WriteAt(more, end)
	return errors.Join(err, f.Truncate(end+int64(len(more))), f.Close())
}

// matches tells whether the bytes of an entry are those that were written.
func matches(r io.ReaderAt, e entry) bool {
	sum := crc32.New(castagnoli)
	n, err := io.Copy(sum, io.NewSectionReader(r, e.Offset, int64(e.Size)))
	return err == nil && n == int64(e.Size) && sum.Sum32() == e.Sum
}

func readIndexFile(path string) (index, error) {
	f, err := os.Open(path)
	if err != nil {
		return index{}, err
	}
	defer f.Close()
	return readIndex(f)
}
