package export

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"

	"lobby/queue/trail/leaf"
)

// Item is one line: a record, what is personal in the record before it, or
// records that were left out.
type Item struct {
	Leaf     *leaf.Leaf
	Hash     tlog.Hash // of the record, or the root over what was left out
	Personal *Personal
	Omitted  *Omitted
}

// Personal is what is personal in a record.
type Personal struct {
	leaf.Personal
	Seq uint64
}

// Omitted are records that were left out, a complete subtree.
type Omitted struct {
	First, Last uint64
	Level       int
}

// maxLine bounds a line; a record with a whole configuration is the largest.
const maxLine = 16 << 20

// Lines reads the lines of a file's records, without their newlines. Each is
// valid until the next.
func Lines(r io.Reader, each func(line []byte) error) error {
	in := bufio.NewReaderSize(r, 1<<16)
	var long []byte
	for {
		part, err := in.ReadSlice('\n')
		if err == nil && len(long) == 0 {
			err = each(part[:len(part)-1])
			if err != nil {
				return err
			}
			continue
		}
		long = append(long, part...)
		switch {
		case err == io.EOF && len(long) == 0:
			return nil
		case err == io.EOF:
			return each(long) // without a newline it cannot be what was written
		case len(long) > maxLine:
			return fmt.Errorf("export: a line is longer than %d bytes", maxLine)
		case err == bufio.ErrBufferFull:
			continue
		case err != nil:
			return fmt.Errorf("export: read: %w", err)
		}
		if err := each(long[:len(long)-1]); err != nil {
			return err
		}
		long = long[:0]
	}
}

// Parse reads one line.
func Parse(line []byte) (Item, error) {
	switch {
	case bytes.HasPrefix(line, []byte(`{"omitted":`)):
		return parseOmitted(line)
	case bytes.HasPrefix(line, []byte(`{"personal":`)):
		return parsePersonal(line)
	}
	l, hash, err := leaf.ParseLine(line)
	return Item{Leaf: &l, Hash: hash}, err
}

func parseOmitted(line []byte) (Item, error) {
	var o struct {
		Omitted [2]uint64 `json:"omitted"`
		Hash    string    `json:"hash"`
	}
	if err := json.Unmarshal(line, &o); err != nil {
		return Item{}, fmt.Errorf("export: omitted: %w", err)
	}
	n := o.Omitted[1] - o.Omitted[0] + 1
	root, err := tlog.ParseHash(o.Hash)
	if err != nil || bits.OnesCount64(n) != 1 {
		return Item{}, fmt.Errorf("export: %s is no complete subtree", line)
	}
	item := Item{Hash: root, Omitted: &Omitted{First: o.Omitted[0], Last: o.Omitted[1], Level: bits.TrailingZeros64(n)}}
	if string(line) != fmt.Sprintf("{\"omitted\":[%d,%d],\"hash\":%q}", o.Omitted[0], o.Omitted[1], root) {
		return item, fmt.Errorf("export: %s is not as it is written", line)
	}
	return item, nil
}

func parsePersonal(line []byte) (Item, error) {
	var p struct {
		Seq   uint64          `json:"personal"`
		Salt  []byte          `json:"salt"`
		Clear json.RawMessage `json:"clear"`
	}
	if err := json.Unmarshal(line, &p); err != nil || len(p.Salt) != 16 {
		return Item{}, fmt.Errorf("export: %s is no personal part", line)
	}
	item := Item{Personal: &Personal{Seq: p.Seq, Personal: leaf.Personal{Salt: [16]byte(p.Salt), Clear: p.Clear}}}
	if string(line) != fmt.Sprintf("{\"personal\":%d,\"salt\":%q,\"clear\":%s}", p.Seq, base64.StdEncoding.EncodeToString(p.Salt), p.Clear) {
		return item, fmt.Errorf("export: %s is not as it is written", line)
	}
	return item, nil
}
