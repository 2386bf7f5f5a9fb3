package child

import (
	"bytes"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// capMemory has the kernel refuse this process more memory of its own than it
// has now and the budget. A Go program whose runtime is refused memory dies.
func capMemory(budget int64) error {
	now, err := dataSize()
	if err != nil {
		return fmt.Errorf("child: limit memory: %w", err)
	}
	most := uint64(now + budget)
	if err := unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: most, Max: most}); err != nil {
		return fmt.Errorf("child: limit memory: %w", err)
	}
	return nil
}

// dataSize is what the kernel counts against RLIMIT_DATA (proc_pid_status(5)).
func dataSize() (int64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	_, rest, _ := bytes.Cut(status, []byte("VmData:"))
	var kib int64
	if _, err := fmt.Fscan(bytes.NewReader(rest), &kib); err != nil {
		return 0, fmt.Errorf("no VmData in /proc/self/status: %w", err)
	}
	return kib << 10, nil
}
