package xmodem

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"lobby/devices"
	"lobby/devices/devicetest"
	"lobby/firmware-bridge/frametest"
	"lobby/firmware-bridge/internal/line"
)

// file makes bytes that differ everywhere.
func file(size int) []byte {
	r := rand.New(rand.NewPCG(1, uint64(size)))
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// padded is what arrives of a file sent in small blocks.
func padded(b []byte) []byte {
	for len(b)%Small != 0 {
		b = append(b[:len(b):len(b)], pad)
	}
	return b
}

// transfer sends a file through a wire that is hurt on both ends.
func transfer(t *testing.T, data []byte, large bool, there, back func([]byte) []byte) ([]byte, error, error) {
	t.Helper()
	a, b := devicetest.Pipe()
	type result struct {
		data []byte
		err  error
	}
	received := make(chan result, 1)
	go func() {
		got, err := Receive(t.Context(), &devicetest.BadLine{Wire: b, There: back}, 1<<20)
		received <- result{got, err}
	}()
	sent := Send(t.Context(), &devicetest.BadLine{Wire: a, There: there}, data, large, nil)
	r := <-received
	a.Close()
	b.Close()
	return r.data, sent, r.err
}

func whole(b []byte) []byte { return b }

func TestFileArrivesWhole(t *testing.T) {
	for _, size := range []int{0, 1, 127, 128, 129, 1023, 1024, 1025, 2000, 40000} {
		for _, large := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				data := file(size)
				got, sent, received := transfer(t, data, large, whole, whole)
				if sent != nil || received != nil || !bytes.HasPrefix(got, data) {
					t.Errorf("%d bytes, large %v: %v, %v, %d bytes arrived", size, large, sent, received, len(got))
				}
				if !large && !bytes.Equal(got, padded(data)) {
					t.Errorf("%d bytes arrived as %d", size, len(got))
				}
			})
		}
	}
}

func TestNoiseAndLossAreRepaired(t *testing.T) {
	for _, odds := range []int{600, 2000} {
		synctest.Test(t, func(t *testing.T) {
			noise := devicetest.Noise(rand.New(rand.NewPCG(7, 7)), odds)
			hurt := func(b []byte) []byte {
				if len(b) < Small { // answers: what the sender cannot know is another test
					return b
				}
				return noise(b)
			}
			data := file(10000)
			got, sent, received := transfer(t, data, false, hurt, whole)
			if sent != nil || received != nil || !bytes.Equal(got, padded(data)) {
				t.Errorf("one in %d: %v, %v, %d bytes", odds, sent, received, len(got))
			}
		})
	}
}

func TestLostAcknowledgementDoublesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		lose := func(b []byte) []byte {
			if n++; b[0] == ack && n%7 == 0 {
				return nil
			}
			return b
		}
		data := file(3000)
		got, sent, received := transfer(t, data, false, whole, lose)
		if sent != nil || received != nil || !bytes.Equal(got, padded(data)) {
			t.Errorf("%v, %v, %d bytes", sent, received, len(got))
		}
	})
}

func TestSilentReceiverEndsTheSender(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := devicetest.Pipe()
		defer a.Close()
		defer b.Close()
		if err := Send(t.Context(), a, file(10), false, nil); !errors.Is(err, line.ErrSilence) {
			t.Errorf("the sender ends with %v", err)
		}
	})
}

func TestUnpluggedInTheMiddle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := devicetest.Pipe()
		defer a.Close()
		n := 0
		pull := func(p []byte) []byte {
			if n++; n == 5 {
				b.Close()
			}
			return p
		}
		go func() { _, _ = Receive(t.Context(), b, 1<<20) }()
		err := Send(t.Context(), &devicetest.BadLine{Wire: a, There: pull}, file(5000), false, nil)
		if !errors.Is(err, devices.ErrGone) {
			t.Errorf("the sender ends with %v", err)
		}
	})
}

func TestEndOfContextCancelsTheOtherEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := devicetest.Pipe()
		defer a.Close()
		defer b.Close()
		ctx, stop := context.WithCancel(t.Context())
		received := make(chan error, 1)
		go func() {
			_, err := Receive(t.Context(), b, 1<<20)
			received <- err
		}()
		err := Send(ctx, a, file(5000), false, func(sent int) {
			if sent > 1000 {
				stop()
			}
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the sender ends with %v", err)
		}
		if err := <-received; !errors.Is(err, ErrCancelled) {
			t.Errorf("the receiver ends with %v", err)
		}
	})
}

func TestTooLongAFileIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := devicetest.Pipe()
		defer a.Close()
		defer b.Close()
		received := make(chan error, 1)
		go func() {
			_, err := Receive(t.Context(), b, 256)
			received <- err
		}()
		if err := Send(t.Context(), a, file(1000), false, nil); !errors.Is(err, ErrCancelled) {
			t.Errorf("the sender ends with %v", err)
		}
		if err := <-received; !errors.Is(err, ErrTooLong) {
			t.Errorf("the receiver ends with %v", err)
		}
	})
}

func TestPublishedChecksum(t *testing.T) {
	if c := checksum([]byte("123456789")); c != 0x31C3 {
		t.Errorf("checksum %04x, want 31c3", c)
	}
}

func TestWorkedBlockOfThePage(t *testing.T) {
	frametest.Same(t, "../../hardware-docs/firmware-update.md", "xmodem-", map[string][]byte{"xmodem-block": AppendBlock(nil, 1, []byte("123456789"))})
}

// FuzzReceive: no bytes make the receiver panic, hang or give more than it may.
func FuzzReceive(f *testing.F) {
	f.Add(AppendBlock(nil, 1, []byte("hello")))
	f.Add(append(AppendBlock(nil, 1, file(1024)), eot))
	f.Add([]byte{can, can})
	f.Add([]byte{eot})
	f.Fuzz(func(t *testing.T, stream []byte) {
		synctest.Test(t, func(t *testing.T) {
			a, b := devicetest.Pipe()
			defer a.Close()
			go func() {
				_, _ = a.Write(stream)
				time.Sleep(time.Hour)
				b.Close()
			}()
			got, _ := Receive(t.Context(), b, 4096)
			if len(got) > 4096 {
				t.Errorf("%d bytes", len(got))
			}
			time.Sleep(2 * time.Hour)
		})
	})
}

// FuzzBlock: what is no block is refused, and what is one comes back.
func FuzzBlock(f *testing.F) {
	f.Add(byte(1), []byte("x"))
	f.Add(byte(255), file(1024))
	f.Fuzz(func(t *testing.T, n byte, b []byte) {
		_, _, _, _ = parseBlock(b) // any bytes: must not panic
		b = b[:min(len(b), Large)]
		block := AppendBlock(nil, n, b)
		size, got, data, err := parseBlock(block)
		if size != len(block) || got != n || !bytes.HasPrefix(data, b) || err != nil {
			t.Fatalf("block %d of % x came back as %d, % x, %v", n, b, got, data, err)
		}
		block[len(block)-1]++
		if _, _, _, err := parseBlock(block); err == nil {
			t.Fatal("a wrong checksum is taken")
		}
	})
}
