package trail_test

import (
	"io"
	"math/rand/v2"
	"sync"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
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
	fault  func(call string) error // fails calls of SQLite, unless nil
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
	if err := d.fails("open"); err != nil {
		return nil, flags, err
	}
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
	if err := d.fails("delete"); err != nil {
		return err
	}
	if !d.spend() {
		return errDark
	}
	delete(d.files, name)
	return nil
}

func (d *disk) Access(name string, _ vfs.AccessFlag) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.fails("access"); err != nil {
		return false, err
	}
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
	if err := h.disk.fails("read"); err != nil {
		return 0, err
	}
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
	if err := h.disk.fails("write"); err != nil {
		return 0, err
	}
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
	if err := h.disk.fails("truncate"); err != nil {
		return err
	}
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
	if err := h.disk.fails("sync"); err != nil {
		return err
	}
	if !h.disk.spend() {
		return errDark
	}
	if !h.disk.lies {
		h.durable, h.pending = append([]byte{}, h.now...), nil
	}
	return nil
}

func (h *handle) Size() (int64, error) {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	if err := h.disk.fails("size"); err != nil {
		return 0, err
	}
	return int64(len(h.now)), nil
}

func (h *handle) Lock(level vfs.LockLevel) error {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	if err := h.disk.fails("lock"); err != nil {
		return err
	}
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
	if err := h.disk.fails("reserved"); err != nil {
		return false, err
	}
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

// plug connects an empty disk to SQLite under a name, until unplug.
func plug(name string, seed uint64) (d *disk, unplug func()) {
	d = &disk{files: map[string]*platter{}, chance: rand.New(rand.NewPCG(seed, 7)), left: -1}
	vfs.Register(name, d)
	return d, func() { vfs.Unregister(name) }
}

// set changes the disk while it is in use.
func (d *disk) set(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f()
}

// fails asks the fault of the test about one call.
func (d *disk) fails(call string) error {
	if d.fault == nil {
		return nil
	}
	return d.fault(call)
}
