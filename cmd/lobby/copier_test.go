package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
)

// runAsCopier makes this test binary a copier.
const runAsCopier = "LOBBY_TEST_COPIER"

// copier is a process that passes bytes on.
type copier struct {
	addr string
	pid  int
}

func startCopier(b *testing.B) copier {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), runAsCopier+"=1")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	addr, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return copier{strings.TrimSpace(addr), cmd.Process.Pid}
}

// join connects as the source ('S') or a viewer ('V') of a camera.
func (c copier) join(b *testing.B, as byte, camera int) net.Conn {
	b.Helper()
	conn, err := net.Dial("tcp", c.addr)
	if err == nil {
		_, err = conn.Write([]byte{as, byte(camera >> 8), byte(camera), 0})
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { conn.Close() })
	return conn
}

// runCopier is the copier itself. It holds nothing and drops nothing.
func runCopier() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		os.Exit(1)
	}
	fmt.Println(l.Addr())
	var mu sync.Mutex
	viewers := map[uint16][]net.Conn{}
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			var head [4]byte
			if _, err := io.ReadFull(conn, head[:]); err != nil {
				return
			}
			camera := binary.BigEndian.Uint16(head[1:])
			if head[0] == 'V' {
				mu.Lock()
				viewers[camera] = append(viewers[camera], conn)
				mu.Unlock()
				return
			}
			for buffer := make([]byte, 256<<10); ; {
				n, err := conn.Read(buffer)
				if err != nil {
					return
				}
				mu.Lock()
				all := slices.Clone(viewers[camera])
				mu.Unlock()
				for _, v := range all {
					_, _ = v.Write(buffer[:n])
				}
			}
		}()
	}
}
