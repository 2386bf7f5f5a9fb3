//go:build !unix

package owner

import "io/fs"

// root is nobody on these systems, which are for developers.
func root() bool { return false }

func of(string, func(string) (fs.FileInfo, error)) (uid, gid int, err error) { return 0, 0, nil }
