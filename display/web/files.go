package web

import (
	"embed"
	"io/fs"
)

// files holds what is served as it lies here: there is no build step, so the
// source is what the browser gets.
//
//go:embed vendor/*.js lib components pages locale
var files embed.FS

// Files is the read-only tree of everything the pages are made of, with the
// folders vendor, lib, components, pages and locale.
func Files() fs.FS { return files }
