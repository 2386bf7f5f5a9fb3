// Package leaf is a record as it is kept for ever and as strangers check it:
// one line of JSON whose bytes are fixed, and the hash of that line in the
// Merkle tree. The format is described in hardware-docs/trail-format.md.
package leaf

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"lobby/queue"
)

// Leaf is a record as it is hashed. What is personal is not in it; of that it
// holds the commitment.
type Leaf struct {
	Seq        uint64
	Epoch      string
	At         time.Time     // UTC, whole milliseconds
	Mono       time.Duration // whole milliseconds
	Day        string
	Actor      string
	Command    string
	Event      string
	Data       []byte // JSON object
	Commitment []byte // of the personal part, SHA-256; empty for none
}

// timeFormat is RFC 3339 in UTC with milliseconds.
const timeFormat = "2006-01-02T15:04:05.000Z"

// New makes a leaf of a record, and apart from it what is personal, blinded by
// 16 bytes read from salts. The personal part is the zero one when there is
// nothing personal in the event.
func New(r queue.Record, epoch string, salts io.Reader) (Leaf, Personal, error) {
	l := Leaf{
		Seq: r.Seq, Epoch: epoch, At: r.At, Mono: r.Mono, Day: r.Day, Actor: r.Actor, Command: r.Command, Event: r.Event.Name(),
	}
	var p Personal
	e := r.Event
	if whole, ok := e.(queue.Personal); ok {
		public, personal := whole.Part()
		if personal != nil {
			var err error
			if p, err = newPersonal(personal, salts); err != nil {
				return l, p, fmt.Errorf("leaf: part %s: %w", l.Event, err)
			}
			e, l.Commitment = public, p.Commitment()
		}
	}
	var err error
	if l.Data, err = json.Marshal(e); err != nil {
		return l, p, fmt.Errorf("leaf: write %s: %w", l.Event, err)
	}
	return l, p, nil
}

// Record is the record again. Without its personal part, which may have been
// erased, it has gaps there and nowhere else.
func (l Leaf) Record(p Personal) (queue.Record, error) {
	parts := [][]byte{l.Data}
	if p.Clear != nil {
		parts = append(parts, p.Clear)
	}
	e, err := queue.DecodeEvent(l.Event, parts...)
	if err != nil {
		return queue.Record{}, fmt.Errorf("leaf: record %d: %w", l.Seq, err)
	}
	return queue.Record{Seq: l.Seq, At: l.At, Mono: l.Mono, Day: l.Day, Actor: l.Actor, Command: l.Command, Event: e}, nil
}

// Append appends the bytes that are hashed.
func (l Leaf) Append(b []byte) []byte {
	b = strconv.AppendUint(append(b, `{"seq":`...), l.Seq, 10)
	b = appendString(append(b, `,"epoch":`...), l.Epoch)
	b = l.At.UTC().AppendFormat(append(b, `,"at":"`...), timeFormat)
	b = strconv.AppendInt(append(b, `","mono":`...), l.Mono.Milliseconds(), 10)
	b = appendString(append(b, `,"day":`...), l.Day)
	b = appendString(append(b, `,"actor":`...), l.Actor)
	b = appendString(append(b, `,"command":`...), l.Command)
	b = appendString(append(b, `,"event":`...), l.Event)
	b = append(append(b, `,"data":`...), l.Data...)
	if len(l.Commitment) > 0 {
		b = append(base64.StdEncoding.AppendEncode(append(b, `,"commitment":"`...), l.Commitment), '"')
	}
	return append(b, '}')
}

// Hash is the leaf's hash in the tree: SHA-256 over a zero byte and the bytes.
func (l Leaf) Hash() tlog.Hash {
	var room [1024]byte // one byte, of value zero, and nearly every leaf: nothing is allocated
	return sha256.Sum256(l.Append(room[:1]))
}

// AppendLine appends the leaf as a line of an export, without the newline: its
// bytes with the hash as a last member.
func (l Leaf) AppendLine(b []byte) []byte {
	from := len(b)
	b = l.Append(b)
	h := tlog.RecordHash(b[from:])
	b = append(b[:len(b)-1], hashMember...)
	return append(base64.StdEncoding.AppendEncode(b, h[:]), `"}`...)
}

const (
	hashMember = `,"hash":"`
	hashLength = 44 // of a SHA-256 in base64
)

// Personal is what a leaf does not show: a JSON object and the salt that keeps
// its commitment from being guessed.
type Personal struct {
	Salt  [16]byte
	Clear []byte
}

func newPersonal(part any, salts io.Reader) (p Personal, err error) {
	if _, err = io.ReadFull(salts, p.Salt[:]); err != nil {
		return p, err
	}
	p.Clear, err = json.Marshal(part)
	return p, err
}

// Commitment is SHA-256 over the salt and the clear part.
func (p Personal) Commitment() []byte {
	sum := sha256.Sum256(append(p.Salt[:], p.Clear...))
	return sum[:]
}

// appendString appends a JSON string: only what has to be escaped is escaped,
// so that the bytes do not depend on anybody's library.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < ' ':
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}
