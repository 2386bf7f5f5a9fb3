package gateway

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

func FuzzRead(f *testing.F) {
	for _, m := range []Message{{Kind: KindOpen, Viewer: 1, Payload: []byte(`{"sdp":"v=0"}`)}, {Kind: KindFragment, Viewer: 1 << 31, Payload: []byte("x")}, {Kind: KindClose}} {
		var b bytes.Buffer
		if err := Write(&b, m); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 4, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		r := bytes.NewReader(b)
		for {
			before := r.Len()
			m, err := Read(r)
			if err != nil {
				return
			}
			var back bytes.Buffer
			if err := Write(&back, m); err != nil || !bytes.Equal(back.Bytes(), b[len(b)-before:len(b)-r.Len()]) {
				t.Fatalf("read %d bytes, would write %d: %v", before-r.Len(), back.Len(), err)
			}
		}
	})
}

func TestTooLargeMessagesAreRefused(t *testing.T) {
	if err := Write(io.Discard, Message{Kind: KindAnswer, Payload: make([]byte, MaxSDP+1)}); !errors.Is(err, ErrMessage) {
		t.Errorf("written: %v", err)
	}
	if _, err := Read(bytes.NewReader([]byte{0x7f, 0, 0, 0, byte(KindFragment), 0, 0, 0, 0})); !errors.Is(err, ErrMessage) {
		t.Errorf("read: %v", err)
	}
}
