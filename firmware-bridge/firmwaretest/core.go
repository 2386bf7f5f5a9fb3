package firmwaretest

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// Core is the firmware's core in a process of its own, built with the sanitizers
// for addresses and undefined behaviour. It does what it is told and nothing by
// itself, so its time is the test's. It is for one goroutine.
type Core struct {
	tb  testing.TB
	in  io.Writer
	out *bufio.Scanner
}

// StartCore builds and starts a core. It ends with the test, which fails when a
// sanitizer found something.
func StartCore(tb testing.TB) *Core {
	tb.Helper()
	Needs(tb, "gcc")
	return startCore(tb, "leash")
}

// StartFastCore is StartCore without sanitizers, for measures.
func StartFastCore(tb testing.TB) *Core {
	tb.Helper()
	Needs(tb, "gcc")
	return startCore(tb, "leash-fast")
}

func startCore(tb testing.TB, target string) *Core {
	tb.Helper()
	var said strings.Builder
	cmd := exec.Command(Build(tb, target))
	cmd.Stderr = &said
	in, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			tb.Errorf("the core ended with %v\n%s", err, &said)
		}
	})
	c := &Core{tb: tb, in: in, out: bufio.NewScanner(out)}
	c.out.Buffer(nil, 1<<20)
	return c
}

// For is the same core, led by a part of the test.
func (c *Core) For(tb testing.TB) *Core { return &Core{tb: tb, in: c.in, out: c.out} }

// Ask gives one order (host/leash.c lists them) and returns the answer.
func (c *Core) Ask(format string, args ...any) string {
	c.tb.Helper()
	if _, err := fmt.Fprintf(c.in, format+"\n", args...); err != nil {
		c.tb.Fatalf("the core took no order: %v", err)
	}
	if !c.out.Scan() {
		c.tb.Fatalf("the core gave no answer to: "+format, args...)
	}
	return c.out.Text()
}

// Bytes gives an order whose answer is bytes.
func (c *Core) Bytes(format string, args ...any) []byte {
	c.tb.Helper()
	answer := c.Ask(format, args...)
	b, err := hex.DecodeString(strings.TrimPrefix(answer, "-"))
	if err != nil {
		c.tb.Fatalf("the core answered %q where bytes are wanted", answer)
	}
	return b
}
