package trail

// OpenOn is Open on a file system of the tests.
func OpenOn(dir, vfs string) (*Trail, error) { return openOn(dir, vfs) }
