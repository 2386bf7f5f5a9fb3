package ratings

import "lobby/queue"

// Followups are what became of the bad ratings of the services in the bounds.
// A follow-up is decided once it ended or its last day has passed.
type Followups struct {
	Opened int   `json:"opened"`
	Ended  int   `json:"ended"`   // closed, or the rating excluded
	InTime Share `json:"in_time"` // ended by their last day, of the decided
}

// followup is one bad rating on its way.
type followup struct {
	day   string // of the service
	due   string // date
	ended string // business day; empty while it is open
}

// follow goes on by one record about a follow-up.
func (t *Tally) follow(e queue.Event) {
	end := func(id string) {
		if f := t.followups[id]; f != nil {
			f.ended = t.day
		}
	}
	switch e := e.(type) {
	case queue.FollowupOpened:
		t.followups[e.Followup] = &followup{day: e.Day, due: e.Due}
	case queue.FollowupNoted:
		if e.Kind == queue.StepClosed {
			end(e.Followup)
		}
	case queue.RatingExcluded:
		end(e.Followup)
	}
}

func (t *Tally) followedUp() Followups {
	var f Followups
	decided, inTime := 0, 0
	for _, v := range t.followups {
		if !t.bounds(v.day) {
			continue
		}
		f.Opened++
		switch {
		case v.ended != "":
			f.Ended++
			decided++
			if v.ended <= v.due {
				inTime++
			}
		case v.due < t.day:
			decided++
		}
	}
	f.InTime = newShare(inTime, decided)
	return f
}
