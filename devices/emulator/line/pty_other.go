//go:build !linux

package line

import "errors"

// newPTY is for Linux; elsewhere a line stays in memory.
func newPTY() (link, error) { return nil, errors.ErrUnsupported }
