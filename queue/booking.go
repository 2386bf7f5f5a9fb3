package queue

import "time"

// minBookingCode is how many characters a booking's code has at least.
const minBookingCode = 4

// Book enters an appointment that was made elsewhere. With its code the
// citizen checks in.
type Book struct {
	Code    string    `json:"code"`
	Service string    `json:"service"`
	Slot    time.Time `json:"slot"`
	Class   string    `json:"class,omitempty"`
	Person  string    `json:"person,omitempty"` // keyed hash of the citizen's identity
}

func (c Book) decide(s *State, _ Input) (Outcome, error) {
	class, r := s.class(c.Class)
	if _, ok := s.index.services[c.Service]; r == nil && !ok {
		r = refuse(CodeNoService, c.Service)
	}
	if r == nil && (len(c.Code) < minBookingCode || c.Slot.IsZero()) {
		r = refuse("bad_command.code")
	}
	if _, ok := s.bookings[c.Code]; r == nil && ok {
		r = refuse(CodeBooked, c.Code)
	}
	if r != nil {
		return Outcome{}, r
	}
	c.Class, c.Slot = class, c.Slot.UTC().Truncate(time.Millisecond)
	return events1(nil, AppointmentBooked{Booking(c)})
}

// Booking is an appointment nobody has checked in for yet, or of the day.
type Booking struct {
	Code    string    `json:"code"`
	Service string    `json:"service"`
	Slot    time.Time `json:"slot"`
	Class   string    `json:"class"`
	Person  string    `json:"person,omitempty"`
}

// AppointmentBooked: somebody is expected at a time.
type AppointmentBooked struct{ Booking }

// Name implements Event.
func (AppointmentBooked) Name() string { return "appointment.booked" }

// Topic implements Event.
func (AppointmentBooked) Topic() string { return TopicQueue }

func (e AppointmentBooked) apply(s *State, _ Record) { s.bookings[e.Code] = e.Booking }

// Unbook takes an appointment back before the check-in.
type Unbook struct {
	Code   string `json:"code"`
	Reason string `json:"reason,omitempty"`
}

func (c Unbook) decide(s *State, _ Input) (Outcome, error) {
	if _, ok := s.bookings[c.Code]; !ok || s.checkedIn[c.Code] != "" {
		return Outcome{}, refuse(CodeNoBooking, c.Code)
	}
	return events1(nil, AppointmentCancelled(c))
}

// AppointmentCancelled: nobody is expected any more.
type AppointmentCancelled struct {
	Code   string `json:"code"`
	Reason string `json:"reason,omitempty"`
}

// Name implements Event.
func (AppointmentCancelled) Name() string { return "appointment.cancelled" }

// Topic implements Event.
func (AppointmentCancelled) Topic() string { return TopicQueue }

func (e AppointmentCancelled) apply(s *State, _ Record) { delete(s.bookings, e.Code) }

// CheckIn takes the number of an appointment. Whoever is later than the grace
// waits with the others.
type CheckIn struct {
	Code  string `json:"code"`
	Kiosk string `json:"kiosk,omitempty"`
	Lang  string `json:"lang,omitempty"`
}

func (c CheckIn) decide(s *State, in Input) (Outcome, error) {
	b, r := s.expected(c.Code)
	kiosk := s.index.kiosks[c.Kiosk]
	if r == nil && c.Kiosk != "" && kiosk.ID == "" {
		r = refuse(CodeNoKiosk, c.Kiosk)
	}
	if l := s.waitingFor(b.Person, b.Service); r == nil && l != nil {
		r = refuse(CodeAlreadyWaiting, l.Ticket)
	}
	if r != nil {
		return Outcome{}, r
	}
	return s.giveNumber(TicketIssued{
		Service: b.Service, Class: b.Class, Kiosk: c.Kiosk, Printer: s.printer(kiosk), Lang: c.Lang, Person: b.Person, Booking: b.Code,
		Slot: b.Slot, Late: in.At.After(b.Slot.Add(time.Duration(s.config.Rules.SlotGrace))), Override: "appointment",
	}, in)
}

// expected finds the appointment of a code, for today.
func (s *State) expected(code string) (Booking, *Refusal) {
	if r := s.moving(); r != nil {
		return Booking{}, r
	}
	b, ok := s.bookings[code]
	if !ok {
		return b, refuse(CodeNoBooking, code)
	}
	if day := b.Slot.Add(s.offset).Format(time.DateOnly); day != s.day {
		return b, refuse(CodeBookingDay, code, day)
	}
	if number := s.checkedIn[code]; number != "" {
		return b, refuse(CodeAlreadyWaiting, number)
	}
	if _, ok := s.index.services[b.Service]; !ok {
		return b, refuse(CodeNoService, b.Service)
	}
	return b, nil
}

// ExpectedPerson is the code of the earliest appointment of today that a person,
// known by the keyed hash, has not checked in for; empty for none.
func (s *State) ExpectedPerson(hash string) string {
	var first Booking
	for code, b := range s.bookings {
		today := b.Slot.Add(s.offset).Format(time.DateOnly) == s.day
		if hash == "" || b.Person != hash || !today || s.checkedIn[code] != "" {
			continue
		}
		if first.Code == "" || b.Slot.Before(first.Slot) || b.Slot.Equal(first.Slot) && code < first.Code {
			first = b
		}
	}
	return first.Code
}

// forgetBookings drops appointments of days before the present one.
func (s *State) forgetBookings() {
	for code, b := range s.bookings {
		if b.Slot.Add(s.offset).Format(time.DateOnly) < s.day {
			delete(s.bookings, code)
		}
	}
}
