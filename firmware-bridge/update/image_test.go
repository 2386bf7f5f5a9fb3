package update_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"

	bridge "lobby/firmware-bridge"
	"lobby/firmware-bridge/frametest"
	"lobby/firmware-bridge/update"
)

func TestImageFileComesBack(t *testing.T) {
	want := imageOf(t, 4, 1000)
	file := want.Append(nil)
	got, err := update.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	if got.FirmwareBegin != want.FirmwareBegin || !bytes.Equal(got.Data, want.Data) {
		t.Errorf("%v came back as %v", want.FirmwareBegin, got.FirmwareBegin)
	}
	if err := got.Verify(key.Public().(ed25519.PublicKey)); err != nil {
		t.Error(err)
	}
}

// TestEveryByteOfAnImageFileCounts: not one may change unseen.
func TestEveryByteOfAnImageFileCounts(t *testing.T) {
	file := imageOf(t, 4, 50).Append(nil)
	for at := range file {
		bad := bytes.Clone(file)
		bad[at] ^= 0x10
		i, err := update.Parse(bad)
		if err == nil {
			err = i.Verify(key.Public().(ed25519.PublicKey))
		}
		if err == nil {
			t.Errorf("byte %d may change", at)
		}
		if _, err := update.Parse(file[:at]); err == nil {
			t.Errorf("a file of %d bytes is taken", at)
		}
	}
	if _, err := update.Parse(append(bytes.Clone(file), 0)); !errors.Is(err, update.ErrDamaged) {
		t.Errorf("a byte too many: %v", err)
	}
}

func TestSignRefusesWhatIsNoFirmware(t *testing.T) {
	for name, c := range map[string]struct {
		about bridge.Statement
		size  int
	}{
		"nothing":    {bridge.Statement{}, 0},
		"too much":   {bridge.Statement{}, update.MaxSize + 1},
		"long build": {bridge.Statement{Build: strings.Repeat("x", bridge.BuildSize+1)}, 1},
	} {
		if _, err := update.Sign(key, c.about, make([]byte, c.size)); err == nil {
			t.Errorf("%s is signed", name)
		}
	}
}

// The worked image of the page is made by the code from the page's own key.
func TestWorkedImageOfThePage(t *testing.T) {
	const page = "../../hardware-docs/firmware-update.md"
	seed := frametest.Blocks(t, page, "image-key")["image-key"]
	if len(seed) != ed25519.SeedSize {
		t.Fatalf("the page's key has %d bytes", len(seed))
	}
	k := ed25519.NewKeyFromSeed(seed)
	i, err := update.Sign(k, bridge.Statement{Board: 7, Version: bridge.Version{1, 4, 0}, Build: "2026-11-26"}, []byte("123456789"))
	if err != nil {
		t.Fatal(err)
	}
	frametest.Same(t, page, "image-", map[string][]byte{
		"image-key": seed, "image-public-key": k.Public().(ed25519.PublicKey), "image-file": i.Append(nil),
	})
	s := bridge.Sender{Self: bridge.Host, Peer: 3, Epoch: 0x5C, Seq: 0x20}
	frame := func(typ bridge.Type, payload []byte) []byte {
		b, err := bridge.Append(nil, s.Reliable(typ, payload))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	frames := map[string][]byte{"fw-begin": frame(bridge.TypeFWBegin, i.Payload())}
	frames["fw-data"] = frame(bridge.TypeFWData, bridge.FirmwareData{Data: i.Data}.Payload())
	frames["fw-end"] = frame(bridge.TypeFWEnd, nil)
	frames["fw-boot"] = frame(bridge.TypeFWBoot, bridge.FirmwareBoot{}.Payload())
	frames["fw-keep"] = frame(bridge.TypeFWBoot, bridge.FirmwareBoot{Keep: true}.Payload())
	frametest.Same(t, page, "fw-", frames)
}

func FuzzImage(f *testing.F) {
	r := imageOf(f, 1, 20).Append(nil)
	f.Add(r)
	f.Add(r[:update.HeadSize])
	f.Fuzz(func(t *testing.T, b []byte) {
		i, err := update.Parse(b)
		if err == nil && !bytes.Equal(i.Append(nil), b) {
			t.Fatal("another file came back")
		}
	})
}
