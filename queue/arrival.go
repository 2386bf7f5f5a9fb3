package queue

// JourneyEnded: the last step is done. It says whether the total limit held
// and, if not, which step ate the time.
type JourneyEnded struct {
	Ticket string   `json:"ticket"`
	Took   Duration `json:"took"`
	Over   Duration `json:"over,omitempty"` // beyond the limit
	Step   string   `json:"step,omitempty"` // what ate the time of an overrun
	Cause  string   `json:"cause,omitempty"`
}

// TicketNumber implements Subject.
func (e JourneyEnded) TicketNumber() string { return e.Ticket }

// Name implements Event.
func (JourneyEnded) Name() string { return "journey.done" }

// Topic implements Event.
func (JourneyEnded) Topic() string { return TopicQueue }

func (e JourneyEnded) apply(s *State, r Record) { s.arrived(e.Ticket, JourneyStateDone, r) }

// JourneyAborted: the journey ends before its last step.
type JourneyAborted struct {
	Ticket string `json:"ticket"`
	Reason string `json:"reason,omitempty"`
}

// TicketNumber implements Subject.
func (e JourneyAborted) TicketNumber() string { return e.Ticket }

// Name implements Event.
func (JourneyAborted) Name() string { return "journey.aborted" }

// Topic implements Event.
func (JourneyAborted) Topic() string { return TopicQueue }

func (e JourneyAborted) apply(s *State, r Record) { s.arrived(e.Ticket, JourneyStateAborted, r) }

// arrived ends a journey with whatever of it is still open. Legs end by
// events of their own.
func (s *State) arrived(ticket string, state JourneyState, r Record) {
	j := s.tickets[ticket].Journey
	j.State, j.Ended = state, r.At
	for _, p := range j.Steps {
		if p.State == StepOpen || p.State == StepPending {
			p.end(StepWithdrawn, r.At)
		}
	}
	delete(s.journeys, ticket)
}
