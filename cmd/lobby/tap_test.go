package main

import (
	"bytes"
	"context"
	"testing"
	"time"

	"lobby/devices/devicetest"
	"lobby/devices/wire"
	bridge "lobby/firmware-bridge"
)

// What tap writes of a wire, and explains, the tests of drivers read back.
func TestWhatTapWritesIsARecording(t *testing.T) {
	poll, err := bridge.Append(nil, (&bridge.Sender{}).Plain(bridge.TypePoll, nil))
	if err != nil {
		t.Fatal(err)
	}
	near, far := devicetest.Pipe()
	if _, err := far.Write(poll); err != nil {
		t.Fatal(err)
	}
	far.Close()
	var out bytes.Buffer
	tap := &tap{out: &out, began: time.Now(), hb1: true}
	err = tap.listen(t.Context(), 2, func(context.Context) (wire.Conn, error) { return near, nil })
	if err == nil {
		t.Error("the end of the wire is told to nobody")
	}
	r, err := devicetest.ParseTap(out.String())
	if err != nil {
		t.Fatalf("%v in\n%s", err, out.String())
	}
	var heard []byte
	for _, h := range r.Heard {
		if h.Port != 2 {
			t.Errorf("port %d", h.Port)
		}
		heard = append(heard, h.Bytes...)
	}
	if !bytes.Equal(heard, poll) || bytes.Count(out.Bytes(), []byte("#")) != 1 {
		t.Errorf("% x was said and this recorded:\n%s", poll, out.String())
	}
}
