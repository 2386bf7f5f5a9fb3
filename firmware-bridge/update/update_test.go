package update_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lobby/devices/devicetest"
	bridge "lobby/firmware-bridge"
	"lobby/firmware-bridge/firmwaretest"
	"lobby/firmware-bridge/update"
)

// The images of this table are refused, each for its own reason, and the board
// runs what it ran.
func TestBoardRefusesWhatItMustNotRun(t *testing.T) {
	old := installed(t, 1000)
	stranger := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, ed25519.SeedSize))
	sign := func(k ed25519.PrivateKey, board uint32, size int) update.Image {
		i, err := update.Sign(k, bridge.Statement{Board: board, Version: bridge.Version{1, 2, 0}}, make([]byte, size))
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	other := sign(key, boardID, 1000)
	other.Data = bytes.Repeat([]byte{1}, 1000)
	newer := sign(key, boardID, 1000)
	newer.Version[0] = 9 // not what was signed
	for name, c := range map[string]struct {
		image update.Image
		want  error
	}{
		"another key":     {sign(stranger, boardID, 1000), update.Refusal(bridge.BadSign)},
		"other bytes":     {other, update.Refusal(bridge.BadSign)},
		"another version": {newer, update.Refusal(bridge.BadSign)},
		"another board":   {sign(key, 8, 1000), update.ErrWrongBoard},
		"too large":       {sign(key, boardID, 9000), update.Refusal(bridge.NoMemory)},
	} {
		t.Run(name, func(t *testing.T) {
			b := old.board(t)
			b.power(-1)
			if err := b.update(c.image, nil); !errors.Is(err, c.want) {
				t.Errorf("it ends with %v, want %v", err, c.want)
			}
			if v := b.runs(); v != "1.1.0" {
				t.Errorf("it runs %s", v)
			}
		})
	}
}

// The board itself does not believe the host about the board that an image is for.
func TestBoardRefusesAnotherBoardsImage(t *testing.T) {
	b := installed(t, 100).board(t)
	b.power(-1)
	i, err := update.Sign(key, bridge.Statement{Board: 8}, []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	if got := b.say(bridge.TypeFWBegin, i.Payload()); got.Kind != bridge.Nak || bridge.ParseNak(got.Payload) != bridge.WrongBoard {
		t.Errorf("it is answered %v", got)
	}
}

// say is one exchange with the board past the sender of updates.
func (b *board) say(typ bridge.Type, payload []byte) bridge.Packet {
	b.t.Helper()
	s := bridge.Sender{Self: bridge.Host, Peer: address, Epoch: byte(1 + rand.IntN(255))}
	p := s.Reliable(typ, payload)
	frame, err := bridge.Append(nil, p)
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.wire.Write(frame); err != nil {
		b.t.Fatal(err)
	}
	_ = b.wire.SetReadDeadline(time.Now().Add(20 * time.Second))
	var stream []byte
	for {
		n, got, _ := bridge.Next(stream)
		switch {
		case n == 0:
			chunk := make([]byte, 512)
			k, err := b.wire.Read(chunk)
			if err != nil {
				b.t.Fatalf("%v is not answered: %v", p, err)
			}
			stream = append(stream, chunk[:k]...)
			continue
		case n > 0 && got.Answers(p):
			return got
		}
		stream = stream[max(n, -n):]
	}
}

// A host that is killed leaves a board that goes on where it was.
func TestAnotherHostGoesOnWhereTheFirstStopped(t *testing.T) {
	t.Parallel()
	b := installed(t, 1000).board(t)
	b.power(-1)
	image := imageOf(t, 2, 8000)
	ctx, kill := context.WithCancel(t.Context())
	l := update.Open(ctx, b.wire, address)
	err := l.Run(ctx, update.NewSender(image, false), func(sent, _ int) {
		if sent > 5000 {
			kill()
		}
	})
	l.Close()
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("the first host ends with %v", err)
	}
	b.unplug() // and the power fails too
	b.power(-1)
	least := len(image.Data)
	if err := b.update(image, func(sent, _ int) {
		if sent > 0 {
			least = min(least, sent)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if least < 4096 {
		t.Errorf("the second host began at %d, the first had brought 5000 bytes", least)
	}
	if v := b.runs(); v != "1.2.0" {
		t.Errorf("it runs %s", v)
	}
}

// A new image that nobody keeps goes away by itself. The board counts its time
// sixty times faster, so that its minute is a second.
func TestImageThatIsNotKeptFallsBack(t *testing.T) {
	t.Parallel()
	b := installed(t, 1000).board(t)
	b.haste = 60
	b.power(-1)
	s := update.NewSender(imageOf(t, 2, 1000), false)
	l := update.Open(t.Context(), b.wire, address)
	defer l.Close()
	step := func() {
		if err := l.Step(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	for s.Next().Type != bridge.TypeFWBoot {
		step()
	}
	step() // it boots the new image, and the host says no more
	until(t, "it falls back", func() bool {
		boots, _ := b.history()
		return len(boots) >= 3
	})
	boots, _ := b.history()
	if want := []string{"slot 0 version 1.1.0", "slot 1 version 1.2.0", "slot 0 version 1.1.0"}; strings.Join(boots, ", ") != strings.Join(want, ", ") {
		t.Errorf("it booted %q", boots)
	}
	if v := b.runs(); v != "1.1.0" {
		t.Errorf("it runs %s", v)
	}
	if err := b.update(imageOf(t, 2, 1000), nil); err != nil {
		t.Errorf("the same image once more: %v", err)
	}
	if v := b.runs(); v != "1.2.0" {
		t.Errorf("then it runs %s", v)
	}
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	end := time.After(60 * time.Second)
	for !ok() {
		select {
		case <-end:
			t.Errorf("not within a minute: %s", what)
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func TestNoiseIsOvercome(t *testing.T) {
	t.Parallel()
	b := installed(t, 1000).board(t)
	b.power(-1)
	noise := devicetest.Noise(rand.New(rand.NewPCG(3, 3)), 1500)
	l := update.Open(t.Context(), &devicetest.BadLine{Wire: b.wire, There: noise, Back: noise}, address)
	err := l.Run(t.Context(), update.NewSender(imageOf(t, 2, 8000), false), nil)
	l.Close()
	if err != nil {
		t.Fatal(err)
	}
	if v := b.runs(); v != "1.2.0" {
		t.Errorf("it runs %s", v)
	}
}

func TestUnpluggedBoardIsReported(t *testing.T) {
	t.Parallel()
	b := installed(t, 1000).board(t)
	b.power(-1)
	err := b.update(imageOf(t, 2, 8000), func(sent, _ int) {
		if sent > 2000 {
			b.unplug()
		}
	})
	if !errors.Is(err, update.ErrSilent) || !strings.Contains(err.Error(), "goes on from there") {
		t.Errorf("it ends with %v", err)
	}
}

// Whatever the messages of an update say, and in whatever order, the board goes
// on running what it runs and can be updated afterwards. The sanitizers watch.
func TestBoardSurvivesAnyMessages(t *testing.T) {
	t.Parallel()
	b := installed(t, 1000).board(t)
	b.power(-1)
	r := rand.New(rand.NewPCG(5, 5))
	good := imageOf(t, 3, 1000).Payload()
	types := []bridge.Type{bridge.TypeFWBegin, bridge.TypeFWData, bridge.TypeFWEnd, bridge.TypeFWData}
	for range 600 {
		typ := types[r.IntN(len(types))]
		payload := make([]byte, r.IntN(bridge.MaxPayload+1))
		for i := range payload {
			payload[i] = byte(r.Uint32() >> r.IntN(32))
		}
		if typ == bridge.TypeFWBegin && r.IntN(2) == 0 {
			payload = bytes.Clone(good)
			payload[4+r.IntN(len(payload)-4)] = byte(r.Uint32())
		}
		if typ == bridge.TypeFWData && len(payload) > 4 && r.IntN(3) > 0 {
			copy(payload, []byte{byte(r.IntN(3) * 64), byte(r.IntN(4)), 0, 0})
		}
		b.say(typ, payload)
	}
	if err := b.update(imageOf(t, 2, 2000), nil); err != nil {
		t.Fatal(err)
	}
	if v := b.runs(); v != "1.2.0" {
		t.Errorf("it runs %s", v)
	}
	if boots, _ := b.history(); len(boots) != 2 {
		t.Errorf("it booted %q", boots)
	}
}

// TestFirstImage: an empty board, as it leaves the workshop, takes an image.
func TestFirstImage(t *testing.T) {
	firmwaretest.Needs(t, "gcc")
	b := newBoard(t, firmwaretest.Build(t, "process"), filepath.Join(t.TempDir(), "flash"))
	b.power(-1)
	if v := b.runs(); v != "0.0.0" {
		t.Errorf("an empty board says it runs %s", v)
	}
	if err := b.update(imageOf(t, 1, 8000), nil); err != nil {
		t.Fatal(err)
	}
	if flash, err := os.ReadFile(b.path); err != nil || !bytes.Contains(flash, imageOf(t, 1, 8000).Data[:512]) {
		t.Errorf("the image is not in the flash: %v", err)
	}
}
