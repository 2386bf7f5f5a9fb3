package wire

import (
	"context"
	"errors"
	"os"
	"time"
)

// OpenFile opens the file of a device without waiting for the device, so that
// reads and writes have deadlines. Whether it is the right kind of device is
// for check to say; nobody else has used the file before.
func OpenFile(ctx context.Context, path string, flag int, check func(*os.File) error) (*os.File, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, flag|nonBlocking, 0)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(check(file), file.SetDeadline(time.Time{})); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}
