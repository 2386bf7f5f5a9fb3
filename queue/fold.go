package queue

// Fold tells what became of one ticket from its own records alone, in order.
// The first record must be its issue. Windows and rules of that day are not
// needed: a call brings its window with it.
func Fold(records []Record) Ticket {
	s := NewState()
	number := ""
	for _, r := range records {
		if about, ok := r.Event.(Subject); ok {
			number = about.TicketNumber()
		}
		for _, id := range windowsOf(r.Event) {
			if s.windows[id] == nil {
				s.windows[id] = &windowState{id: id, ratings: map[int]int{}}
			}
		}
		s.Apply(r)
	}
	t, _ := s.Ticket(number)
	return t
}

// windowsOf names the window that an event about a ticket changes, if any.
func windowsOf(e Event) []string {
	switch e := e.(type) {
	case TicketCalled:
		return []string{e.Window}
	case TicketResumed:
		return []string{e.Window}
	case TicketTransferred:
		return []string{e.Window}
	case RatingGiven:
		return []string{e.Window}
	}
	return nil
}
