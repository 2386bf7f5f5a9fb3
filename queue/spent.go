package queue

import "time"

// Spent is where the time of a step went. Time during which the person was
// busy with another step is nobody's.
type Spent struct {
	Wait   Duration `json:"wait,omitempty"` // until arrival at the window
	Walk   Duration `json:"walk,omitempty"` // between areas
	Serve  Duration `json:"serve,omitempty"`
	Hold   Duration `json:"hold,omitempty"`
	Absent Duration `json:"absent,omitempty"` // called, and did not come
	Paper  Duration `json:"paper,omitempty"`  // in the back office
}

// The phases of a step's clock, and the causes of an overrun.
const (
	causeWait   = "wait"
	causeWalk   = "walk"
	causeServe  = "serve"
	causeHold   = "hold"
	causeAbsent = "absent"
	causePaper  = "paper"
)

// of is the account of a phase; nil for none.
func (p *Spent) of(phase string) *Duration {
	switch phase {
	case causeWait:
		return &p.Wait
	case causeWalk:
		return &p.Walk
	case causeServe:
		return &p.Serve
	case causeHold:
		return &p.Hold
	case causeAbsent:
		return &p.Absent
	case causePaper:
		return &p.Paper
	}
	return nil
}

// spent is the account up to a moment, the running phase included.
func (p *StepState) spent(at time.Time) Spent {
	sp, since := p.Spent, p.Since
	if way := earliest(at, p.Ready); way.After(since) {
		sp.Walk += Duration(way.Sub(since))
		since = way
	}
	if d := sp.of(p.Phase); d != nil {
		*d += Duration(max(0, at.Sub(since))) // a clock that was moved on by a standstill may be ahead
	}
	return sp
}

// ate names the step that took most beyond its usual time, and on what.
func (j *Journey) ate(at time.Time) (step, cause string) {
	worst := time.Duration(-1 << 62)
	for _, p := range j.Steps {
		if p.Times == 0 {
			continue
		}
		sum, on := p.spent(at).largest()
		if over := sum - time.Duration(p.Usual); over > worst {
			worst, step, cause = over, p.Step.ID, on
		}
	}
	return step, cause
}

// largest is the sum of an account, and what the greatest part went on.
func (p Spent) largest() (sum time.Duration, on string) {
	most := time.Duration(0)
	for _, phase := range []string{causeWait, causeWalk, causeServe, causeHold, causeAbsent, causePaper} {
		d := time.Duration(*p.of(phase))
		sum += d
		if d > most {
			most, on = d, phase
		}
	}
	return sum, on
}

// count moves a step's clock to the phase that it is in now.
func (p *StepState) count(t *Ticket, at time.Time) {
	phase, ready := p.phase(t)
	if phase == p.Phase && ready.Equal(p.Ready) {
		return
	}
	p.Spent = p.spent(at)
	p.Phase, p.Since, p.Ready = phase, at, ready
}

// phase is what a step's clock counts, and until when it counts the way there
// instead.
func (p *StepState) phase(t *Ticket) (phase string, ready time.Time) {
	l := t.leg(p.Leg)
	switch {
	case p.State != StepOpen:
		return "", ready
	case p.paper():
		return causePaper, ready
	case l == nil:
		return "", ready
	}
	switch l.State {
	case LegReserved, LegCalled:
		return causeWait, ready
	case LegWaiting:
		if t.busy() {
			return "", ready // blocked by another step, which has the person
		}
		return causeWait, l.NotBefore
	case LegServing:
		return causeServe, ready
	case LegHeld:
		return causeHold, ready
	case LegNoShow:
		return causeAbsent, ready
	}
	return "", ready
}

func latest(times ...time.Time) time.Time {
	last := times[0]
	for _, t := range times[1:] {
		if t.After(last) {
			last = t
		}
	}
	return last
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
