// Package halls carries the example halls, so that the demo needs no file.
package halls

import "embed"

// Files are the hall files of this folder.
//
//go:embed *.yaml
var Files embed.FS
