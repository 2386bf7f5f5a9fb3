package sound

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lobby/devices"
	"lobby/devices/wire"
)

// playing makes a player of a script and opens a card with it.
func playing(t *testing.T, script string) wire.Conn {
	t.Helper()
	path := filepath.Join(t.TempDir(), "player")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	c, err := open(wire.URL{Scheme: wire.Sound, Path: "plughw:CARD=Device"}, path)(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// What is written is what is played, on the card that was named.
func TestSoundIsPlayed(t *testing.T) {
	dir := t.TempDir()
	c := playing(t, `printf '%s ' "$@" >`+dir+`/args; cat >`+dir+`/sound`)
	if n, err := c.Write([]byte("RIFF of a kind")); n != 14 || err != nil {
		t.Fatal(n, err)
	}
	args, _ := os.ReadFile(dir + "/args")
	sound, _ := os.ReadFile(dir + "/sound")
	if string(args) != "-q -D plughw:CARD=Device - " || string(sound) != "RIFF of a kind" {
		t.Errorf("%q played %q", args, sound)
	}
}

// Each way in which a card fails has its error.
func TestFaultsAreTold(t *testing.T) {
	gone := playing(t, `cat >/dev/null; echo "aplay: main:831: audio open error: No such device" >&2; exit 1`)
	if _, err := gone.Write([]byte("x")); !errors.Is(err, devices.ErrGone) || !strings.Contains(err.Error(), "No such device") {
		t.Errorf("gone: %v", err)
	}
	busy := playing(t, `cat >/dev/null; echo "aplay: audio open error: Device or resource busy" >&2; exit 1`)
	if _, err := busy.Write([]byte("x")); err == nil || errors.Is(err, devices.ErrGone) || !strings.Contains(err.Error(), "busy") {
		t.Errorf("busy: %v", err)
	}
	slow := playing(t, `exec sleep 60`)
	if err := slow.SetWriteDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if _, err := slow.Write([]byte("x")); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("slow: %v", err)
	}
}

// Close ends what is being played, and nothing is played after it.
func TestCloseEndsTheSound(t *testing.T) {
	begun := filepath.Join(t.TempDir(), "begun")
	c := playing(t, `: >`+begun+`; exec sleep 60`)
	done := make(chan error)
	go func() {
		_, err := c.Write([]byte("x"))
		done <- err
	}()
	for tick := time.NewTicker(5 * time.Millisecond); ; <-tick.C {
		if _, err := os.Stat(begun); err == nil {
			tick.Stop()
			break
		}
	}
	c.Close()
	if err := <-done; !errors.Is(err, devices.ErrGone) {
		t.Errorf("%v", err)
	}
	if _, err := c.Write([]byte("x")); !errors.Is(err, devices.ErrGone) {
		t.Errorf("after close: %v", err)
	}
}

func TestMissingPlayerIsNamed(t *testing.T) {
	_, err := open(wire.URL{Path: "default"}, "no-such-player")(t.Context())
	if err == nil || !strings.Contains(err.Error(), "alsa-utils") {
		t.Errorf("%v", err)
	}
}

// The real aplay takes our file, on ALSA's null device.
func TestForeignAplayTakesTheFile(t *testing.T) {
	if testing.Short() {
		t.Skip("foreign peers are left out of short runs")
	}
	if _, err := exec.LookPath(player); err != nil {
		t.Fatal("aplay is missing; install the Debian package alsa-utils")
	}
	c, err := Open(wire.URL{Scheme: wire.Sound, Path: "null"})(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var b bytes.Buffer
	b.WriteString("RIFF")
	_ = binary.Write(&b, binary.LittleEndian, uint32(36+3200))
	b.WriteString("WAVEfmt ")
	_ = binary.Write(&b, binary.LittleEndian, uint32(16))
	for _, v := range []any{uint16(1), uint16(1), uint32(16000), uint32(32000), uint16(2), uint16(16)} {
		_ = binary.Write(&b, binary.LittleEndian, v)
	}
	b.WriteString("data")
	_ = binary.Write(&b, binary.LittleEndian, uint32(3200))
	b.Write(make([]byte, 3200))
	if _, err := c.Write(b.Bytes()); err != nil {
		t.Error(err)
	}
}
