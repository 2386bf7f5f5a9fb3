package gateway

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Kind says what a message between hall and viewers' process carries.
type Kind uint8

// The kinds of messages. The first three go to the process, the others come
// from it.
const (
	KindOpen     Kind = 1 // a viewer wants pictures: Offer as JSON
	KindFragment Kind = 2 // one moof and mdat for a viewer
	KindClose    Kind = 3 // the viewer gets nothing more
	KindAnswer   Kind = 4 // the answer to its offer, SDP
	KindEnded    Kind = 5 // the viewer is gone or could not be served: why, for people
)

// The largest payloads, in bytes.
const (
	MaxSDP      = 64 << 10
	maxOpen     = 256 << 10 // an offer and a camera's parameter sets
	maxFragment = 4 << 20
	maxWhy      = 1 << 10
)

// ErrMessage says that the bytes are no message of this protocol.
var ErrMessage = errors.New("not a message of the viewers' process")

// Message is one message about one viewer. On the wire: length of the payload
// (4, big endian) · kind (1) · viewer (4) · payload.
type Message struct {
	Kind    Kind
	Viewer  uint32
	Payload []byte
}

const headerSize = 9

func limit(k Kind) (int, bool) {
	switch k {
	case KindOpen:
		return maxOpen, true
	case KindFragment:
		return maxFragment, true
	case KindClose:
		return 0, true
	case KindAnswer:
		return MaxSDP, true
	case KindEnded:
		return maxWhy, true
	}
	return 0, false
}

// header comes before the payload.
func (m Message) header() [headerSize]byte {
	var h [headerSize]byte
	binary.BigEndian.PutUint32(h[:], uint32(len(m.Payload)))
	h[4] = byte(m.Kind)
	binary.BigEndian.PutUint32(h[5:], m.Viewer)
	return h
}

// Write writes one message. One too large is refused and nothing is written.
// Messages of several goroutines need a lock around it.
func Write(w io.Writer, m Message) error {
	if most, known := limit(m.Kind); !known || len(m.Payload) > most {
		return fmt.Errorf("gateway: write kind %d with %d bytes: %w", m.Kind, len(m.Payload), ErrMessage)
	}
	h := m.header()
	if _, err := w.Write(append(h[:], m.Payload...)); err != nil {
		return fmt.Errorf("gateway: write: %w", err)
	}
	return nil
}

// Read reads one message; the payload is a buffer of its own. It returns
// io.EOF only between messages.
func Read(r io.Reader) (Message, error) {
	var h [headerSize]byte
	if _, err := io.ReadFull(r, h[:]); err != nil {
		return Message{}, err
	}
	m := Message{Kind: Kind(h[4]), Viewer: binary.BigEndian.Uint32(h[5:])}
	size := binary.BigEndian.Uint32(h[:])
	if most, known := limit(m.Kind); !known || size > uint32(most) {
		return Message{}, fmt.Errorf("gateway: read kind %d with %d bytes: %w", m.Kind, size, ErrMessage)
	}
	m.Payload = make([]byte, size)
	if _, err := io.ReadFull(r, m.Payload); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return Message{}, err
	}
	return m, nil
}
