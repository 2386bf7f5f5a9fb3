package child

import "runtime/debug"

// limit keeps a camera from eating the machine's memory. The collector works
// harder from three quarters of the budget on; who takes the whole of it ends
// this process and nothing else. A budget of zero is none.
func limit(budget int64) error {
	if budget <= 0 {
		return nil
	}
	debug.SetMemoryLimit(budget / 4 * 3)
	return capMemory(budget)
}
