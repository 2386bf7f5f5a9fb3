package pipe

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func TestFramesComeOutAsTheyWentIn(t *testing.T) {
	at := time.UnixMicro(1_790_000_000_123_456)
	frames := []Frame{
		{Kind: KindBeat, At: at, Payload: []byte{}},
		{Kind: KindFragment, Key: true, Camera: 7, Track: Sound, At: at, Reported: true, Error: 1234 * time.Millisecond, Payload: bytes.Repeat([]byte{1}, MaxFragment)},
		{Kind: KindStatus, Camera: 65535, At: at, Payload: Encode(Status{Code: Live})},
	}
	var b bytes.Buffer
	w := NewWriter(&b)
	for _, f := range frames {
		if err := w.Write(f); err != nil {
			t.Fatal(err)
		}
	}
	r := iotest.OneByteReader(bytes.NewReader(b.Bytes()[:]))
	for _, want := range frames {
		got, err := Read(r)
		if err != nil {
			t.Fatal(err)
		}
		if got.Kind != want.Kind || got.Key != want.Key || got.Camera != want.Camera || !got.At.Equal(at) || got.Track != want.Track || got.Reported != want.Reported || got.Error != want.Error || !bytes.Equal(got.Payload, want.Payload) {
			t.Errorf("got %v/%v/%d, want %v/%v/%d", got.Kind, got.Key, got.Camera, want.Kind, want.Key, want.Camera)
		}
	}
	if _, err := Read(r); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
}

func TestNothingIsReadBeyondTheLimits(t *testing.T) {
	good := Append(nil, Frame{Kind: KindStatus, Payload: []byte("{}")})
	for name, spoil := range map[string]func([]byte){
		"length":  func(b []byte) { b[0] = 0xff },
		"kind":    func(b []byte) { b[4] = 9 },
		"flags":   func(b []byte) { b[5] = 4 },
		"rest":    func(b []byte) { b[19] = 1 },
		"no kind": func(b []byte) { b[4] = 0 },
	} {
		b := bytes.Clone(good)
		spoil(b)
		if _, err := Read(bytes.NewReader(b)); !errors.Is(err, ErrFrame) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Read(bytes.NewReader(good[:len(good)-1])); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("cut short: %v", err)
	}
	if err := NewWriter(io.Discard).Write(Frame{Kind: KindFragment, Payload: make([]byte, MaxFragment+1)}); !errors.Is(err, ErrFrame) {
		t.Errorf("too long to write: %v", err)
	}
}

func TestConfigNeverQuotesPasswords(t *testing.T) {
	_, err := ReadConfig(bufio.NewReader(strings.NewReader(`{"cameras":[{"password":"canary-1"]}` + "\n")))
	if err == nil || bytes.Contains([]byte(err.Error()), []byte("canary")) {
		t.Errorf("error %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(Append(nil, Frame{Kind: KindFragment, Key: true, Camera: 1, Payload: []byte("abc")}))
	f.Add(Append(nil, Frame{Kind: KindStart, Payload: []byte(`{}`)}))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 4, 1, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		r := bytes.NewReader(b)
		for {
			before := r.Len()
			fr, err := Read(r)
			if err != nil {
				return
			}
			if back := Append(nil, fr); !bytes.Equal(back, b[len(b)-before:len(b)-r.Len()]) {
				t.Fatalf("read %d bytes, would write %d", before-r.Len(), len(back))
			}
		}
	})
}
