//go:build !linux

package input

import (
	"errors"
	"os"
)

// nonBlocking has no meaning here; there is no such device either.
const nonBlocking = 0

func grab(*os.File) error { return errors.New("only Linux has /dev/input") }
