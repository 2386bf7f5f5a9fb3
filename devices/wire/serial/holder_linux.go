package serial

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// holder names the program that has the line open, as far as this user may
// look: the files of other users' programs are hidden from us.
func holder(path string) string {
	device, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "another program"
	}
	links, _ := filepath.Glob("/proc/[0-9]*/fd/*") // the pattern is constant and right
	for _, link := range links {
		if target, err := os.Readlink(link); err != nil || target != device {
			continue
		}
		process := filepath.Dir(filepath.Dir(link))
		name, err := os.ReadFile(filepath.Join(process, "comm"))
		if err == nil {
			return fmt.Sprintf("%s (pid %s)", strings.TrimSpace(string(name)), filepath.Base(process))
		}
	}
	return "another program"
}
