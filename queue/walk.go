package queue

import "time"

// Walk is the time it takes to walk from one area of the hall to another, in
// both directions unless the way back is named as well.
type Walk struct {
	From string   `json:"from" yaml:"from"`
	To   string   `json:"to" yaml:"to"`
	Time Duration `json:"time" yaml:"time"`
}

// walk is the time from one area to another; none where nothing is said.
func (s *State) walk(from, to string) time.Duration {
	back := time.Duration(0)
	for _, w := range s.config.Walks {
		switch {
		case from == to:
		case w.From == from && w.To == to:
			return time.Duration(w.Time)
		case w.From == to && w.To == from:
			back = time.Duration(w.Time)
		}
	}
	return back
}
