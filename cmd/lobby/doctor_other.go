//go:build !linux

package main

func freeSpace(string) (bytes int64, known bool) { return 0, false }

func clockSynced() bool { return true }
