package trail

// OpenOn is Open on a file system of the tests.
func OpenOn(dir, vfs string) (*Trail, error) { return openOn(dir, vfs) }

// FirstSchema is what files of the first release have.
const FirstSchema = firstSchema

// Schema is the version of the schema that this program writes.
var Schema = len(steps)
