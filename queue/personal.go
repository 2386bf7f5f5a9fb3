package queue

// Personal is an event with something in it about a person: what a ticket's
// holder alone knows, and what staff or citizens wrote in their own words. The
// trail keeps that part where it can be erased. Staff ids, pauses, alerts and
// why somebody looked at footage are not parted off: they are what the hall
// answers for.
type Personal interface {
	Event
	// Part returns the event without what is personal, and what is. Decoding
	// both into one event gives the whole again. The second is nil when there
	// is nothing personal this time.
	Part() (public Event, personal any)
}

// reasonPart is the personal part of events whose reason is free text.
type reasonPart struct {
	Reason string `json:"reason"`
}

func partReason(reason *string) any {
	if *reason == "" {
		return nil
	}
	p := reasonPart{*reason}
	*reason = ""
	return p
}

// Part implements Personal: whoever has the token can open the ticket's page,
// and the hash tells one citizen's visits from another's.
func (e TicketIssued) Part() (Event, any) {
	if e.Token == "" && e.Person == "" {
		return e, nil
	}
	p := struct {
		Token  string `json:"token"`
		Person string `json:"person,omitempty"`
	}{e.Token, e.Person}
	e.Token, e.Person = "", ""
	return e, p
}

// Part implements Personal.
func (e AppointmentBooked) Part() (Event, any) {
	if e.Person == "" {
		return e, nil
	}
	p := struct {
		Person string `json:"person"`
	}{e.Person}
	e.Person = ""
	return e, p
}

// Part implements Personal.
func (e AppointmentCancelled) Part() (Event, any) { p := partReason(&e.Reason); return e, p }

// Part implements Personal: a reason of the rules is no word of a person.
func (e TicketVoided) Part() (Event, any) {
	if e.Reason == voidUnprinted {
		return e, nil
	}
	p := partReason(&e.Reason)
	return e, p
}

// Part implements Personal.
func (e TicketCancelled) Part() (Event, any) { p := partReason(&e.Reason); return e, p }

// Part implements Personal.
func (e TicketReclassed) Part() (Event, any) { p := partReason(&e.Reason); return e, p }

// Part implements Personal.
func (e TicketHeld) Part() (Event, any) { p := partReason(&e.Reason); return e, p }

// Part implements Personal.
func (e JourneyAborted) Part() (Event, any) { p := partReason(&e.Reason); return e, p }

// Part implements Personal.
func (e JourneyStepSkipped) Part() (Event, any) { p := partReason(&e.Reason); return e, p }

// Part implements Personal.
func (e JourneyStepRepeated) Part() (Event, any) { p := partReason(&e.Reason); return e, p }

// Part implements Personal: why staff chose a ticket out of order. That they
// did stays in the tier.
func (e TicketCalled) Part() (Event, any) {
	p := partReason(&e.Why.Reason)
	if p == nil {
		return e, nil
	}
	return e, map[string]any{"why": p}
}

func (r *rating) part() any {
	if len(r.Reasons) == 0 {
		return nil
	}
	p := struct {
		Reasons []string `json:"reasons"`
	}{r.Reasons}
	r.Reasons = nil
	return p
}

// Part implements Personal.
func (e RatingGiven) Part() (Event, any) { p := e.part(); return e, p }

// Part implements Personal.
func (e RatingLate) Part() (Event, any) { p := e.part(); return e, p }

// Part implements Personal.
func (e RatingDuplicate) Part() (Event, any) { p := e.part(); return e, p }

// Part implements Personal.
func (e RatingRefused) Part() (Event, any) { p := e.part(); return e, p }
