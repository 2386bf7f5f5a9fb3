package hall_test

import (
	"os"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"

	"lobby/queue/trail"
)

// disk is what a benchmark writes to: the one that is here, whose every sync
// takes some time longer. A sync is what disks differ by; one that keeps its
// cache without power says at once that it has synced, a usual one needs a
// millisecond or two.
type disk struct {
	name string
	wait time.Duration
}

// disks are those that the benchmarks measure on.
var disks = []disk{{"here", 0}, {"slow", 1500 * time.Microsecond}}

// sync waits until a plain file's data is on the disk.
func (d disk) sync(f *os.File) error {
	err := fdatasync(f)
	d.pause()
	return err
}

func (d disk) pause() {
	if d.wait > 0 {
		<-time.After(d.wait)
	}
}

// open opens a new trail on the disk.
func (d disk) open(b *testing.B) *trail.Trail {
	b.Helper()
	name := ""
	if d.wait > 0 {
		name = b.Name()
		vfs.Register(name, slowFiles{vfs.Find(""), d})
		b.Cleanup(func() { vfs.Unregister(name) })
	}
	tr, err := trail.OpenOn(b.TempDir(), name)
	if err != nil {
		b.Fatal(err)
	}
	return tr
}

// slowFiles are the system's files as SQLite sees them on a disk.
type slowFiles struct {
	vfs.VFS
	disk disk
}

func (s slowFiles) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f, flags, err := vfsutil.WrapOpen(s.VFS, name, flags)
	return slowFile{f, s.disk}, flags, err
}

func (s slowFiles) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f, flags, err := vfsutil.WrapOpenFilename(s.VFS, name, flags)
	return slowFile{f, s.disk}, flags, err
}

type slowFile struct {
	vfs.File
	disk disk
}

func (f slowFile) Sync(flags vfs.SyncFlag) error {
	err := f.File.Sync(flags)
	f.disk.pause()
	return err
}

// SharedMemory is what the write-ahead log needs of a file.
func (f slowFile) SharedMemory() vfs.SharedMemory { return vfsutil.WrapSharedMemory(f.File) }
