package trail_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"

	"lobby/queue/trail"
)

// disk is a disk in memory that keeps apart what was synced and what was only
// written. When the power goes, of everything that was not synced each sector
// is kept or lost by chance, in any order, and a write may be torn between
// sectors. Creating and removing files is durable at once; that is the limit
// of the model.
type disk struct {
	mu     sync.Mutex
	files  map[string]*platter
	chance *rand.Rand
	lies   bool // a sync does nothing
	left   int  // changes until the power goes; below 0 it stays
	dark   bool
	broken error // of every sync
	shm    string
}

// platter is one file of the disk.
type platter struct {
	disk    *disk
	now     []byte // as programs see it
	durable []byte
	pending []change
	locks   map[*handle]vfs.LockLevel
}

// change is a write that was not synced; without data it is a truncation.
type change struct {
	at   int64
	data []byte
}

const sector = 512

var errDark = sqlite3.IOERR

// spend counts one change and tells whether there is still power for it.
func (d *disk) spend() bool {
	if d.left == 0 {
		d.dark = true
	}
	d.left--
	return !d.dark
}

// restart is the disk after the power came back.
func (d *disk) restart() {
	for _, p := range d.files {
		for _, c := range p.pending {
			p.durable = d.tear(p.durable, c)
		}
		p.now, p.pending, p.locks = append([]byte{}, p.durable...), nil, map[*handle]vfs.LockLevel{}
	}
	d.dark, d.left = false, -1
}

// tear keeps what chance keeps of a change.
func (d *disk) tear(to []byte, c change) []byte {
	fate := d.chance.IntN(3) // lost, kept, torn
	if fate == 0 {
		return to
	}
	if c.data == nil {
		return resize(to, c.at)
	}
	for from := 0; from < len(c.data); {
		end := min(len(c.data), from+sector-int((c.at+int64(from))%sector))
		if fate == 1 || d.chance.IntN(2) == 0 {
			to = resize(to, max(int64(len(to)), c.at+int64(end)))
			copy(to[c.at+int64(from):], c.data[from:end])
		}
		from = end
	}
	return to
}

func resize(b []byte, size int64) []byte {
	if int64(len(b)) >= size {
		return b[:size:size]
	}
	return append(b, make([]byte, size-int64(len(b)))...)
}

// The disk as SQLite sees it.

func (d *disk) Open(string, vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	return nil, 0, sqlite3.CANTOPEN // OpenFilename is asked instead
}

func (d *disk) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dark {
		return nil, flags, errDark
	}
	p, ok := d.files[name.String()]
	if !ok {
		if flags&vfs.OPEN_CREATE == 0 {
			return nil, flags, sqlite3.CANTOPEN
		}
		p = &platter{disk: d, locks: map[*handle]vfs.LockLevel{}}
		d.files[name.String()] = p
	}
	return &handle{platter: p, shm: vfs.NewSharedMemory(d.shm, flags)}, flags, nil
}

func (d *disk) Delete(name string, _ bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.spend() {
		return errDark
	}
	delete(d.files, name)
	return nil
}

func (d *disk) Access(name string, _ vfs.AccessFlag) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, ok := d.files[name]
	return ok, nil
}

func (d *disk) FullPathname(name string) (string, error) { return name, nil }

// handle is an open file.
type handle struct {
	*platter
	shm vfs.SharedMemory
}

func (h *handle) SharedMemory() vfs.SharedMemory { return h.shm }

func (h *handle) Close() error {
	if h.shm != nil {
		_ = h.shm.Close()
	}
	return h.Unlock(vfs.LOCK_NONE)
}

func (h *handle) ReadAt(b []byte, at int64) (int, error) {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	if h.disk.dark {
		return 0, errDark
	}
	if at >= int64(len(h.now)) {
		return 0, io.EOF
	}
	n := copy(b, h.now[at:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (h *handle) WriteAt(b []byte, at int64) (int, error) {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	alive := h.disk.spend()
	c := change{at, append([]byte{}, b...)}
	h.pending = append(h.pending, c) // the write during which the power goes may be there, or in part
	if !alive {
		return 0, errDark
	}
	h.now = resize(h.now, max(int64(len(h.now)), at+int64(len(b))))
	copy(h.now[at:], b)
	return len(b), nil
}

func (h *handle) Truncate(size int64) error {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	if !h.disk.spend() {
		return errDark
	}
	h.pending = append(h.pending, change{at: size})
	h.now = resize(h.now, size)
	return nil
}

func (h *handle) Sync(vfs.SyncFlag) error {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	if !h.disk.spend() {
		return errDark
	}
	if h.disk.broken != nil {
		return h.disk.broken
	}
	if !h.disk.lies {
		h.durable, h.pending = append([]byte{}, h.now...), nil
	}
	return nil
}

func (h *handle) Size() (int64, error) {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	return int64(len(h.now)), nil
}

func (h *handle) Lock(level vfs.LockLevel) error {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	for other, has := range h.locks {
		if other == h || has == vfs.LOCK_NONE {
			continue
		}
		if level == vfs.LOCK_EXCLUSIVE || has >= vfs.LOCK_PENDING || level == vfs.LOCK_RESERVED && has >= vfs.LOCK_RESERVED {
			return sqlite3.BUSY
		}
	}
	h.locks[h] = level
	return nil
}

func (h *handle) Unlock(level vfs.LockLevel) error {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	h.locks[h] = level
	return nil
}

func (h *handle) CheckReservedLock() (bool, error) {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	for _, has := range h.locks {
		if has >= vfs.LOCK_RESERVED {
			return true, nil
		}
	}
	return false, nil
}

func (h *handle) SectorSize() int { return 4096 }

// DeviceCharacteristics are those of the operating system's files.
func (h *handle) DeviceCharacteristics() vfs.DeviceCharacteristic {
	return vfs.IOCAP_POWERSAFE_OVERWRITE
}

// plug connects an empty disk to SQLite for the time of a test.
func plug(t *testing.T, seed uint64) *disk {
	d := &disk{files: map[string]*platter{}, chance: rand.New(rand.NewPCG(seed, 7)), left: -1}
	vfs.Register(t.Name(), d)
	t.Cleanup(func() { vfs.Unregister(t.Name()) })
	return d
}

// cut lets one trail live until the power goes after some changes, and then
// judges what is found. Lost is what must not have happened.
func cut(t *testing.T, d *disk, dir string, after int) (acknowledged int, lost error) {
	t.Helper()
	d.mu.Lock()
	d.left, d.shm = after, filepath.Join(dir, "shm")
	d.mu.Unlock()
	durable := 0
	tr, err := trail.OpenOn(dir, t.Name())
	for generation := 0; err == nil; generation++ {
		if durable, err = live(tr, durable, 3+d.chance.IntN(8)); err != nil {
			_ = tr.Close()
			break
		}
		if err = tr.Close(); err == nil { // the last connection moves the log into the file
			tr, err = trail.OpenOn(dir, t.Name())
		}
	}
	d.mu.Lock()
	d.restart()
	d.mu.Unlock()
	_ = os.Remove(d.shm) // memory does not survive
	if tr, err = trail.OpenOn(dir, t.Name()); err != nil {
		return durable, fmt.Errorf("cannot be opened: %w", err)
	}
	defer tr.Close()
	return durable, judge(tr, durable)
}

// judge looks for everything that was acknowledged, in every way in which it
// can be read.
func judge(tr *trail.Trail, durable int) error {
	rs, err := replay(tr)
	if err != nil {
		return fmt.Errorf("cannot be read: %w", err)
	}
	answers, err := tr.Answers("2026-11-23")
	if err != nil || len(rs) < durable || len(rs) > durable+3 || len(answers) != len(rs) {
		return fmt.Errorf("%d records, %d answers, %w; %d had been acknowledged", len(rs), len(answers), err, durable)
	}
	snapshot, tail, err := resumed(tr)
	if begins := len(rs) - len(tail); err != nil || snapshot != "" && snapshot != fmt.Sprint("after ", begins) {
		return fmt.Errorf("start with %q and the last %d of %d records, %w", snapshot, len(tail), len(rs), err)
	}
	if _, err := tr.Tidy(); err != nil {
		return fmt.Errorf("cannot be tidied: %w", err)
	}
	if since, err := tr.Since(0, len(rs)+1); err != nil || len(since) != len(rs) {
		return fmt.Errorf("%d of %d records after moving, %w", len(since), len(rs), err)
	}
	return tr.Append(days(uint64(len(rs)+1), 1))
}

// live appends some batches to a trail that was just opened, makes snapshots
// and moves closed days.
func live(tr *trail.Trail, durable, batches int) (int, error) {
	rs, err := replay(tr)
	if err != nil {
		return durable, err
	}
	if len(rs) < durable {
		return durable, errors.New("records are missing although there was power")
	}
	for i := range batches {
		if err := tr.Append(days(uint64(durable+1), 3)); err != nil {
			return durable, err
		}
		durable += 3
		switch i {
		case 2:
			err = tr.Keep(uint64(durable), fmt.Append(nil, "after ", durable))
		case 4:
			_, err = tr.Tidy()
		}
		if err != nil {
			return durable, err
		}
	}
	return durable, nil
}

// cuts makes n power cuts, a tenth of them in short runs, and counts those that
// lost something.
func cuts(t *testing.T, n int, lies bool) (bad, acknowledged int) {
	if testing.Short() {
		n /= 10
	}
	chance := rand.New(rand.NewPCG(3, 4))
	for i := range n {
		d := plug(t, uint64(i))
		d.lies = lies
		durable, lost := cut(t, d, memoryDir(t), 10+chance.IntN(300))
		acknowledged += durable
		if lost != nil {
			bad++
			if !lies {
				t.Errorf("cut %d: %v", i, lost)
			}
		}
	}
	return bad, acknowledged
}

func TestNothingAcknowledgedIsLostByAPowerCut(t *testing.T) {
	bad, acknowledged := cuts(t, 200, false)
	t.Logf("%d acknowledged records, %d cuts with a loss", acknowledged, bad)
}

// The test above would see a loss: on a disk that only says it has synced,
// nearly every cut loses something.
func TestADiskThatLiesIsFoundOut(t *testing.T) {
	bad, acknowledged := cuts(t, 40, true)
	t.Logf("%d acknowledged records, %d cuts with a loss", acknowledged, bad)
	if bad == 0 || !testing.Short() && bad < 20 {
		t.Errorf("%d of 40 cuts on a disk that never syncs lost something; the test cannot fail", bad)
	}
}

// After a failed sync nobody knows what the kernel has kept: the trail says so
// and reads again before it goes on.
func TestAFailedSyncIsNotAcknowledged(t *testing.T) {
	d, dir := plug(t, 1), memoryDir(t)
	d.shm = filepath.Join(dir, "shm")
	tr, err := trail.OpenOn(dir, t.Name())
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	if _, err := live(tr, 0, 2); err != nil {
		t.Fatal(err)
	}
	d.mu.Lock()
	d.broken = sqlite3.IOERR_FSYNC
	d.mu.Unlock()
	if err := tr.Append(batch(7, 1)); !errors.Is(err, sqlite3.IOERR_FSYNC) {
		t.Errorf("a failed sync: %v", err)
	}
	if err := tr.Append(batch(7, 1)); !errors.Is(err, trail.ErrBroken) {
		t.Errorf("the next append: %v", err)
	}
	d.mu.Lock()
	d.broken = nil
	d.mu.Unlock()
	rs, err := replay(tr)
	if n := len(rs); err != nil || n != 6 && n != 7 {
		t.Fatalf("%d records, %v", n, err)
	}
	mustAppend(t, tr, batch(uint64(len(rs)+1), 1))
}
