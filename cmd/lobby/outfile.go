package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// outFile is a file that a command writes; - is the standard output.
type outFile struct {
	path    string
	private bool // nobody but its owner may read it
}

// write writes beside the name first, so that there is never half a file. It
// ends where the context does.
func (o outFile) write(ctx context.Context, stdout io.Writer, write func(io.Writer) error) error {
	if o.path == "-" {
		return write(lasting{ctx, stdout})
	}
	if info, err := os.Stat(o.path); err == nil && info.IsDir() {
		return fmt.Errorf("%s is a directory; name a file in it", o.path)
	}
	part := o.path + ".part"
	f, err := o.create(part)
	if err != nil {
		return err
	}
	err = errors.Join(write(lasting{ctx, f}), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(part, o.path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return nil
}

// create makes the file anew, because one that is there has a mode already.
func (o outFile) create(path string) (*os.File, error) {
	mode := fs.FileMode(0o666)
	if o.private {
		mode = 0o600
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
}

// lasting writes as long as its context lasts.
type lasting struct {
	ctx context.Context
	w   io.Writer
}

// Write implements io.Writer.
func (l lasting) Write(p []byte) (int, error) {
	if l.ctx.Err() != nil {
		return 0, context.Cause(l.ctx)
	}
	return l.w.Write(p)
}
