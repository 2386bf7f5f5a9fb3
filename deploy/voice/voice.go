// Package voice carries the stand-in clips that make voice makes with
// espeak-ng, so that a hall speaks before anybody has recorded a voice.
package voice

import "embed"

// Files holds zh and en, each with its index.txt.
//
//go:embed zh en
var Files embed.FS
