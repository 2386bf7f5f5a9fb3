package leaf

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// ParseLine reads a line of an export. It takes only the bytes that AppendLine
// writes, so that nobody can say the same thing in two ways, and checks the
// line's own hash. The hash is a slip of the pen only: it is the tree that is
// signed.
func ParseLine(line []byte) (Leaf, tlog.Hash, error) {
	at := len(line) - len(hashMember) - hashLength - len(`"}`)
	if at < 0 || !bytes.HasPrefix(line[at:], []byte(hashMember)) || !bytes.HasSuffix(line, []byte(`"}`)) {
		return Leaf{}, tlog.Hash{}, fmt.Errorf("leaf: the line does not end in its hash")
	}
	written := line[at+len(hashMember) : len(line)-2]
	text := append(append(make([]byte, 0, at+1), line[:at]...), '}')
	hash := tlog.RecordHash(text)
	if base64.StdEncoding.EncodeToString(hash[:]) != string(written) {
		return Leaf{}, hash, fmt.Errorf("leaf: the line was changed: its hash is %s, not %s", hash, written)
	}
	l, err := Parse(text)
	return l, hash, err
}

// Parse reads the bytes that Append writes, and no others.
func Parse(text []byte) (Leaf, error) {
	p := parser{rest: text}
	var l Leaf
	l.Seq = uint64(p.number(`{"seq":`))
	l.Epoch = p.text(`,"epoch":`)
	at, err := time.Parse(timeFormat, p.text(`,"at":`))
	if err != nil && p.err == nil {
		p.err = err
	}
	l.At = at
	l.Mono = time.Duration(p.number(`,"mono":`)) * time.Millisecond
	l.Day = p.text(`,"day":`)
	l.Actor = p.text(`,"actor":`)
	l.Command = p.text(`,"command":`)
	l.Event = p.text(`,"event":`)
	p.skip(`,"data":`)
	l.Data, l.Commitment = p.dataAndCommitment()
	if p.err != nil {
		return l, fmt.Errorf("leaf: not as a record is written: %w", p.err)
	}
	if !bytes.Equal(l.Append(nil), text) {
		return l, fmt.Errorf("leaf: not as a record is written")
	}
	return l, nil
}

// parser takes a leaf's text apart from the left; after its first error it
// does nothing more.
type parser struct {
	rest []byte
	err  error
}

func (p *parser) skip(member string) {
	if rest, ok := bytes.CutPrefix(p.rest, []byte(member)); ok {
		p.rest = rest
	} else if p.err == nil {
		p.err = fmt.Errorf("%s is missing", member)
	}
}

func (p *parser) number(member string) int64 {
	p.skip(member)
	if p.err != nil {
		return 0
	}
	end := bytes.IndexByte(p.rest, ',')
	if end < 0 {
		end = len(p.rest)
	}
	n, err := strconv.ParseInt(string(p.rest[:end]), 10, 64)
	if err != nil || n < 0 {
		p.err = fmt.Errorf("%s%q is no number", member, p.rest[:end])
	}
	p.rest = p.rest[end:]
	return n
}

func (p *parser) text(member string) string {
	p.skip(member)
	if p.err != nil {
		return ""
	}
	end := closingQuote(p.rest)
	if end < 0 {
		p.err = fmt.Errorf("%s has no text", member)
		return ""
	}
	quoted := p.rest[:end+1]
	p.rest = p.rest[end+1:]
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1:end])
	}
	var s string
	if err := json.Unmarshal(quoted, &s); err != nil {
		p.err = fmt.Errorf("%s: %w", member, err)
	}
	return s
}

// closingQuote finds the end of the JSON string that b begins with; below 0
// where there is none.
func closingQuote(b []byte) int {
	if len(b) == 0 || b[0] != '"' {
		return -1
	}
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

// dataAndCommitment takes the rest: an object, and a commitment if the end is
// not the object's own.
func (p *parser) dataAndCommitment() (data, commitment []byte) {
	const member = `,"commitment":"`
	rest, ok := bytes.CutSuffix(p.rest, []byte("}"))
	if p.err != nil || !ok {
		return nil, nil
	}
	if at := len(rest) - len(member) - hashLength - 1; at >= 0 && bytes.HasPrefix(rest[at:], []byte(member)) {
		commitment, p.err = base64.StdEncoding.Strict().DecodeString(string(rest[at+len(member) : len(rest)-1]))
		rest = rest[:at]
	}
	return bytes.Clone(rest), commitment
}
