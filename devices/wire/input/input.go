// Package input opens keypads and keyboards that the kernel offers as
// /dev/input/event*, for this program alone: what is typed on them reaches no
// console and no desktop.
package input

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"lobby/devices/wire"
)

// Open gives the opener of the input device u. What it reads are whole records
// of the kernel's struct input_event; nothing can be written.
func Open(u wire.URL) wire.Opener {
	return func(ctx context.Context) (wire.Conn, error) {
		file, err := wire.OpenFile(ctx, u.Path, os.O_RDONLY, grab)
		if err != nil {
			return nil, explain(u.Path, err)
		}
		return wire.Wrap(u.Path, file), nil
	}
}

func explain(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("input: %s is not there: is it plugged in? Compare ls -l /dev/input/by-id/ (%w)", path, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("input: %s may not be opened by this user: add it to the group input "+
			"(usermod -aG input USER) and start the service again (%w)", path, err)
	case errors.Is(err, syscall.EBUSY):
		return fmt.Errorf("input: %s is in use by another program that keeps it for itself: stop that one (%w)", path, err)
	case errors.Is(err, syscall.ENOTTY), errors.Is(err, syscall.EINVAL), errors.Is(err, os.ErrNoDeadline):
		return fmt.Errorf("input: %s is no input device: name one of /dev/input/by-id/*-event-kbd (%w)", path, err)
	}
	return fmt.Errorf("input: open %s: %w", path, err)
}
