package gateway

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
	"unicode"
)

const (
	// writeTimeout is how long the process may not take what it is given.
	writeTimeout = 5 * time.Second
	// endPause is how long it may take to end when it is asked to.
	endPause = 2 * time.Second
)

// process is the viewers' process.
type process struct {
	cmd  *exec.Cmd
	in   *os.File // our end of its standard input
	out  *os.File // and of its standard output
	done chan struct{}

	mu    sync.Mutex
	ended bool
}

// start starts the process. It ends when its input does.
func start(o Options) (*process, error) {
	theirIn, in, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("gateway: start process: %w", err)
	}
	out, theirOut, err := os.Pipe()
	if err != nil {
		theirIn.Close()
		in.Close()
		return nil, fmt.Errorf("gateway: start process: %w", err)
	}
	cmd := exec.Command(o.Command[0], o.Command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = theirIn, theirOut, o.Stderr
	// A browser that makes it grow makes it end, not the machine.
	cmd.Env = append(os.Environ(), "GOMEMLIMIT=256MiB")
	err = cmd.Start()
	theirIn.Close()
	theirOut.Close()
	if err != nil {
		in.Close()
		out.Close()
		return nil, fmt.Errorf("gateway: start process: %w", err)
	}
	return &process{cmd: cmd, in: in, out: out, done: make(chan struct{})}, nil
}

// send gives the process one message. A process that does not take it is
// ended, for a viewer must not hold the others up.
func (p *process) send(m Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return ErrGone
	}
	_ = p.in.SetWriteDeadline(time.Now().Add(writeTimeout))
	if err := Write(p.in, m); err != nil {
		p.ended = true
		p.in.Close()
		return err
	}
	return nil
}

// end asks the process to end.
func (p *process) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.ended {
		p.ended = true
		p.in.Close()
	}
}

// read hands on what the process says, until it ends or breaks a rule, and
// returns when it is gone.
func (p *process) read(hear func(Message)) error {
	in := bufio.NewReader(p.out)
	for {
		m, err := Read(in)
		if err == nil && m.Kind != KindAnswer && m.Kind != KindEnded {
			err = ErrMessage
		}
		if err != nil {
			p.end()
			late := time.AfterFunc(endPause, func() { _ = p.cmd.Process.Kill() })
			ended := p.cmd.Wait()
			late.Stop()
			p.out.Close()
			close(p.done)
			if ended != nil {
				return ended
			}
			return err
		}
		hear(m)
	}
}

// clean makes a text of the process fit to be shown.
func clean(b []byte) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(string(b), " "))
}
