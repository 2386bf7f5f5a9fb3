// Package owner lets root work in a directory that is another user's. A hall runs
// as a user of its own; what an administrator's command writes for it has to be
// that user's as well, or the hall cannot read it afterwards.
package owner

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Open is os.OpenFile that gives a file which it makes the owner of its directory.
// One that is there is left as it is: whose the directory is could have put the
// name of somebody else's file there.
func Open(path string, flag int, mode fs.FileMode) (*os.File, error) {
	f, err := os.OpenFile(path, flag|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, fs.ErrExist) && flag&os.O_EXCL == 0 {
		return os.OpenFile(path, flag, mode)
	}
	if err == nil {
		if err = Give(f, path); err != nil {
			f.Close()
		}
	}
	return f, err
}

// Give gives a new file, which is going to be at a path, the owner of what it
// replaces there or, where that is nothing or root's, of its directory.
func Give(f *os.File, path string) error {
	if !root() {
		return nil
	}
	uid, gid, err := of(path, os.Lstat)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err != nil || uid == 0 {
		if uid, gid, err = of(filepath.Dir(path), os.Stat); err != nil {
			return err
		}
	}
	return give(f, uid, gid)
}

// give leaves the file where it is when not even root may give it away, as inside
// of some containers.
func give(f *os.File, uid, gid int) error {
	if uid == 0 {
		return nil
	}
	err := f.Chown(uid, gid)
	if err == nil || errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EINVAL) {
		return nil
	}
	return fmt.Errorf("give %s to the owner of its directory: %w", f.Name(), err)
}

// MkdirAll is os.MkdirAll that gives each directory which it makes the owner of
// the one that it is in. It tells whether it made the last one.
func MkdirAll(path string, mode fs.FileMode) (made bool, err error) {
	path = filepath.Clean(path)
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return false, nil
	}
	if parent := filepath.Dir(path); parent != path {
		if _, err := MkdirAll(parent, mode); err != nil {
			return false, err
		}
	}
	if err := os.Mkdir(path, mode); err != nil {
		if info, statErr := os.Stat(path); errors.Is(err, fs.ErrExist) && statErr == nil && info.IsDir() {
			return false, nil // somebody else was first
		}
		return false, err
	}
	d, err := os.Open(path)
	if err != nil {
		return true, err
	}
	return true, errors.Join(Give(d, path), d.Close())
}

// Foreign tells whether the process is root and a directory is not root's.
func Foreign(dir string) bool {
	if !root() {
		return false
	}
	uid, _, err := of(dir, os.Stat)
	return err == nil && uid != 0
}

// Rooted tells whether the process is root and a directory is root's too.
func Rooted(dir string) bool { return root() && !Foreign(dir) }
