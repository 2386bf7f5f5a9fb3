// Package paper puts slips on paper. Paper waits: slips come out in the order
// of their numbers, none is lost and none comes out twice by itself. The
// outcome of each is told to the hall exactly once.
package paper

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"lobby/devices"
	"lobby/queue"
	"lobby/queue/hall"
)

// Hall is what a printer's queue needs of the queue's owner.
type Hall interface {
	Do(ctx context.Context, r hall.Request) (queue.Answer, error)
	Read(ctx context.Context, f func(*queue.State)) error
	Watch(ctx context.Context, buffer int) (hall.Watcher, error)
}

// Patience is how long a slip waits for a printer that is not connected
// before the citizen is told to look at the screen.
const Patience = 3 * time.Second

// lookTimeout leaves a slow line the time to bring a printer back that was
// interrupted.
const lookTimeout = 12 * time.Second

// pollEvery is how often an idle printer is asked about its paper.
const pollEvery = 5 * time.Second

// Options are what a printer's queue is given.
type Options struct {
	Hall    Hall
	Printer string                                          // as in the configuration
	Open    func(w devices.Wire) (devices.Printer, error)   // makes the driver
	Layout  func(t queue.Ticket, at time.Time) devices.Slip // draws the slip
	Report  func(s devices.State, why string)
	Log     *slog.Logger
	Now     func() time.Time
}

// Paper is the queue of one printer.
type Paper struct {
	Options
	jobs chan job

	mu     sync.Mutex
	beside devices.Paper // what sensors beside the printer say
	sensed chan struct{} // one token: they say something else now
}

// job is one slip on its way to the driver.
type job struct {
	ctx  context.Context
	slip devices.Slip
	done chan<- result
}

type result struct {
	outcome devices.Outcome
	err     error
}

// New makes a printer's queue. Run feeds it; Use prints, on a wire that
// somebody keeps open.
func New(o Options) *Paper {
	return &Paper{Options: o, jobs: make(chan job), sensed: make(chan struct{}, 1)}
}

// NearEnd is the word of a sensor beside the printer: the roll is thin, or not.
func (p *Paper) NearEnd(thin bool) { p.sense(func(b *devices.Paper) { b.NearEnd = thin }) }

// Out is the word of a sensor beside the printer: there is no paper, or some.
func (p *Paper) Out(none bool) { p.sense(func(b *devices.Paper) { b.Out = none }) }

func (p *Paper) sense(set func(*devices.Paper)) {
	p.mu.Lock()
	set(&p.beside)
	p.mu.Unlock()
	select {
	case p.sensed <- struct{}{}:
	default:
	}
}

// seen is what the sensors beside the printer say.
func (p *Paper) seen() devices.Paper {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.beside
}

// Settle ends what an earlier run of the program left open: nobody knows
// whether those slips came out, so they are unconfirmed and never printed
// again by themselves. It is called once, before Run.
func Settle(ctx context.Context, h Hall) error {
	var open []queue.Ticket
	if err := h.Read(ctx, func(s *queue.State) { open = s.Printing("") }); err != nil {
		return err
	}
	for _, t := range open {
		c := queue.PrintResult{Ticket: t.Number, Copy: t.Copies, Outcome: queue.PrintUnconfirmed, Why: "程序在出票时停止"}
		if _, err := h.Do(ctx, hall.Request{Actor: "lobby", Command: c}); err != nil {
			return fmt.Errorf("paper: settle %s: %w", t.Number, err)
		}
	}
	return nil
}

// Run prints what the hall intends, until the context ends.
func (p *Paper) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		w, err := p.Hall.Watch(ctx, 256)
		if err != nil {
			break
		}
		for open := true; open; {
			if err := p.printAll(ctx); err != nil {
				break
			}
			_, open = <-w.Records
		}
	}
	return nil
}

// printAll prints every intended slip of this printer.
func (p *Paper) printAll(ctx context.Context) error {
	var open []queue.Ticket
	err := p.Hall.Read(ctx, func(s *queue.State) { open = s.Printing(p.Printer) })
	for _, t := range open {
		if err == nil {
			err = p.print(ctx, t)
		}
	}
	return err
}

func (p *Paper) print(ctx context.Context, t queue.Ticket) error {
	outcome, why := p.send(ctx, p.Layout(t, p.Now()))
	if ctx.Err() != nil && outcome == devices.Failed {
		return ctx.Err() // nothing was sent; the next run settles it
	}
	c := queue.PrintResult{Ticket: t.Number, Copy: t.Copies, Outcome: queue.Print(outcome)}
	if why != nil {
		c.Why = why.Error()
		p.Log.Warn("slip", "ticket", t.Number, "outcome", outcome, "err", why)
	}
	_, err := p.Hall.Do(context.WithoutCancel(ctx), hall.Request{Actor: "printer:" + p.Printer, Command: c})
	return err
}

// errAway is told to staff when no session takes the slip in time, errNoPaper
// when a sensor beside the printer says that it would be printed on nothing.
var (
	errAway    = errors.New("打印机没有连接")
	errNoPaper = errors.New("缺纸（纸传感器）")
)

// send hands a slip to the session on the wire and waits for its outcome.
func (p *Paper) send(ctx context.Context, s devices.Slip) (devices.Outcome, error) {
	done := make(chan result, 1)
	patience := time.NewTimer(Patience)
	defer patience.Stop()
	select {
	case p.jobs <- job{ctx: ctx, slip: s, done: done}:
		r := <-done
		return r.outcome, r.err
	case <-patience.C:
		return devices.Failed, errAway
	case <-ctx.Done():
		return devices.Failed, ctx.Err()
	}
}

// Print prints a slip that is no ticket's, behind those that wait.
func (p *Paper) Print(ctx context.Context, s devices.Slip) (devices.Outcome, error) {
	outcome, err := p.send(ctx, s)
	if err != nil {
		err = fmt.Errorf("paper: print %s: %w", s.ID, err)
	}
	return outcome, err
}

// Use is one session on the printer's wire.
func (p *Paper) Use(ctx context.Context, w devices.Wire) error {
	printer, err := p.Open(w)
	if err != nil {
		return err
	}
	poll := time.NewTimer(0)
	defer poll.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case j := <-p.jobs:
			if p.seen().Out {
				j.done <- result{devices.Failed, errNoPaper}
				continue
			}
			outcome, err := printer.Print(j.ctx, j.slip)
			j.done <- result{outcome, err}
			if errors.Is(err, devices.ErrGone) {
				return err
			}
			poll.Reset(time.Millisecond)
		case <-p.sensed:
			poll.Reset(time.Millisecond)
		case <-poll.C:
			if err := p.look(ctx, printer); err != nil {
				return err
			}
			poll.Reset(pollEvery)
		}
	}
}

// look asks the printer about its paper and reports it together with what the
// sensors beside it say: many a printer cannot tell.
func (p *Paper) look(ctx context.Context, printer devices.Printer) error {
	paper, err := ask(ctx, printer)
	beside := p.seen()
	paper.Out, paper.NearEnd = paper.Out || beside.Out, paper.NearEnd || beside.NearEnd
	switch {
	case errors.Is(err, devices.ErrGone):
		return err
	case errors.Is(err, devices.ErrSwapped):
		p.Report(devices.Down, "接的是另一台打印机，请对调连线")
	case err != nil:
		p.Report(devices.Down, "打印机没有应答，请检查电源和连线")
	case paper.Out:
		p.Report(devices.Down, "缺纸，请装纸")
	case paper.Cover:
		p.Report(devices.Down, "上盖打开，请合上")
	case paper.Fault:
		p.Report(devices.Down, "切刀或机头故障，请断电检查")
	case paper.NearEnd:
		p.Report(devices.Degraded, "纸将用完，请准备换纸")
	default:
		p.Report(devices.Up, "")
	}
	return nil
}

// ask is the printer's own word; one that can never be asked has none.
func ask(ctx context.Context, printer devices.Printer) (devices.Paper, error) {
	sensor, ok := printer.(devices.PaperSensor)
	if !ok {
		return devices.Paper{}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	paper, err := sensor.Paper(ctx)
	if errors.Is(err, devices.ErrMute) {
		err = nil
	}
	return paper, err
}
