package export

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"lobby/queue/trail/checkpoint"
)

// Claim is a checkpoint at the end of a file; its signature is still to be
// checked.
type Claim struct {
	checkpoint.Checkpoint
	Note string
}

// block is how much of a file's end is read at a time.
const block = 1 << 16

// Notes finds the checkpoints at the end of a file and where its records end.
// Their sizes rise, and the bytes are the only ones for these notes.
func Notes(r io.ReaderAt, size int64) (claims []Claim, records int64, err error) {
	tail, records, err := tail(r, size)
	if err != nil {
		return nil, 0, err
	}
	for len(tail) > 0 {
		n, rest, err := cutNote(tail)
		if err != nil {
			return nil, 0, err
		}
		if last := len(claims) - 1; last >= 0 && n.Size <= claims[last].Size {
			return nil, 0, fmt.Errorf("export: the checkpoint of %d records comes after the one of %d", n.Size, claims[last].Size)
		}
		claims, tail = append(claims, n), rest
	}
	return claims, records, nil
}

// tail is what follows the last line that is a record's.
func tail(r io.ReaderAt, size int64) (text string, records int64, err error) {
	var end []byte
	for from := size; from > 0; {
		from = max(0, from-block)
		more := make([]byte, size-int64(len(end))-from)
		if _, err := r.ReadAt(more, from); err != nil && err != io.EOF {
			return "", 0, fmt.Errorf("export: read the end: %w", err)
		}
		end = append(more, end...)
		if at := bytes.LastIndex(end, []byte("}\n\n")); at >= 0 {
			records = from + int64(at) + 2
			return string(end[at+2:]), records, nil
		}
	}
	return "", 0, fmt.Errorf("export: there are no checkpoints at the end; the file was cut off or is no export")
}

// cutNote takes the first note of the tail, which has an empty line before it:
// three lines, an empty one, and the signature.
func cutNote(tail string) (c Claim, rest string, err error) {
	tail, ok := strings.CutPrefix(tail, "\n")
	end := 0
	for range 5 {
		n := strings.IndexByte(tail[end:], '\n')
		if n < 0 {
			return c, "", fmt.Errorf("export: the last checkpoint is not whole; the file was cut off")
		}
		end += n + 1
	}
	c.Note = tail[:end]
	text, _, found := strings.Cut(c.Note, "\n\n")
	if !ok || !found {
		return c, "", fmt.Errorf("export: %q is no signed checkpoint", c.Note)
	}
	c.Checkpoint, err = checkpoint.Parse(text + "\n")
	return c, tail[end:], err
}
