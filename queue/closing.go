package queue

// ClosingSlip is the closing slip that is owed for a day. It holds what the
// slip says, because the next day may begin before there is paper.
type ClosingSlip struct {
	Day     string  `json:"day"`
	Seq     uint64  `json:"seq"` // of the day's close, which has to be under the slip's checkpoint
	Figures Figures `json:"figures"`
}

// ClosingSlip returns a copy of the closing slip that is owed and the newest
// checkpoint; false where none is owed. What never came out is owed until the
// next day's close: the checkpoint of that day's slip is over the day before
// as well.
func (s *State) ClosingSlip() (ClosingSlip, CheckpointSigned, bool) {
	if s.closingSlip == nil {
		return ClosingSlip{}, CheckpointSigned{}, false
	}
	c := *s.closingSlip
	c.Figures.Ratings = copyCounts(c.Figures.Ratings)
	return c, s.checkpoint, true
}

// ClosingResult is the device layer's word that a day's closing slip came out
// or may have. One that certainly did not is owed as before and no result.
type ClosingResult struct {
	Day     string
	Printer string
	Again   bool
	Outcome Print
}

func (c ClosingResult) decide(s *State, _ Input) (Outcome, error) {
	if s.closingSlip == nil || s.closingSlip.Day != c.Day {
		return Outcome{}, nil
	}
	return events1(nil, ClosingPrinted(c))
}

// ClosingPrinted: the closing slip of a day is printed, or nobody knows better.
type ClosingPrinted struct {
	Day     string `json:"day"`
	Printer string `json:"printer"`
	Again   bool   `json:"again,omitempty"` // marked, since one may have come out in an earlier run of the program
	Outcome Print  `json:"print"`           // printed, or unconfirmed
}

// Name implements Event.
func (ClosingPrinted) Name() string { return "closing.printed" }

// Topic implements Event.
func (ClosingPrinted) Topic() string { return TopicQueue }

func (e ClosingPrinted) apply(s *State, _ Record) {
	if s.closingSlip != nil && s.closingSlip.Day == e.Day {
		s.closingSlip = nil
	}
}
