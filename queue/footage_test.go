package queue

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"
)

// lookState is a hall in which commands are decided one after the other.
type lookState struct {
	*State
	t   *testing.T
	seq uint64
}

func (s *lookState) do(c Command) (Outcome, error) {
	s.t.Helper()
	at := time.Date(2026, 11, 26, 9, 0, int(s.seq), 0, time.UTC)
	out, err := s.Decide(Input{At: at, Nonce: fmt.Sprintf("%012d-nonce-of-letters", s.seq)}, c)
	for _, e := range out.Events {
		s.seq++
		s.Apply(Record{Seq: s.seq, At: at, Actor: "test", Event: e})
	}
	return out, err
}

func (s *lookState) refused(c Command, want string) {
	s.t.Helper()
	var r *Refusal
	if out, err := s.do(c); !errors.As(err, &r) || r.Text != want || len(out.Events) > 0 {
		s.t.Errorf("%+v gave %v and the error %v, want %s", c, out.Events, err, want)
	}
}

func newLooks(t *testing.T) *lookState { return &lookState{State: NewState(), t: t} }

var nineOClock = time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)

func TestALookNeedsAPersonAReasonAndABoundedTime(t *testing.T) {
	s := newLooks(t)
	good := FootageView{Day: "2026-11-25", Ticket: "A012", Cameras: []string{"c1"}, From: nineOClock, To: nineOClock.Add(time.Minute), By: "0727", Reason: "工单 12"}
	for want, spoil := range map[string]func(*FootageView){
		"badge_missing":          func(c *FootageView) { c.By = "" },
		"reason_missing.footage": func(c *FootageView) { c.Reason = "" },
		"bad_command.cameras":    func(c *FootageView) { c.Cameras = nil },
		"bad_command.span":       func(c *FootageView) { c.To = c.From.Add(5 * time.Hour) },
		"bad_command.purpose":    func(c *FootageView) { c.Purpose = LookExport },
	} {
		c := good
		spoil(&c)
		s.refused(c, want)
	}
	s.refused(FootageView{Cameras: []string{"c1"}, By: "0727", Reason: "x"}, "bad_command.span")
	if _, err := s.do(FootageView{Purpose: LookUnmask, Cameras: []string{"c1"}, By: "0727", Reason: "x"}); err != nil {
		t.Errorf("a live picture has no time, and yet: %v", err)
	}
	out, err := s.do(good)
	if err != nil || len(out.Events) != 1 {
		t.Fatalf("got %v, %v", out, err)
	}
	l, ok := s.Look(out.Result.(LookResult).Look)
	if !ok || l.By != "0727" || l.Reason != "工单 12" || l.Ticket != "A012" || l.Purpose != LookView || !l.At.After(time.Time{}) {
		t.Errorf("the look is %+v", l)
	}
}

func TestAnExportTakesTwoPersons(t *testing.T) {
	s := newLooks(t)
	out, err := s.do(FootageExport{Cameras: []string{"c1"}, From: nineOClock, To: nineOClock.Add(time.Minute), By: "0727", Reason: "x"})
	if err != nil || out.Events[0].Name() != "footage.asked" {
		t.Fatalf("got %v, %v", out, err)
	}
	id := out.Result.(LookResult).Look
	s.refused(FootageConfirm{Look: id, By: "0727"}, "second_person.export")
	s.refused(FootageConfirm{Look: id}, CodeBadgeMissing)
	s.refused(FootageConfirm{Look: "L9", By: "0800"}, CodeNoLook)
	if l, _ := s.Look(id); l.Second != "" {
		t.Error("it was confirmed by nobody")
	}
	out, err = s.do(FootageConfirm{Look: id, By: "0800"})
	if err != nil || !reflect.DeepEqual(out.Events, []Event{FootageViewed{
		Look: id, Purpose: LookExport, Cameras: []string{"c1"}, From: nineOClock, To: nineOClock.Add(time.Minute), By: "0727", Reason: "x", Second: "0800",
	}}) {
		t.Fatalf("got %+v, %v", out, err)
	}
	if len(s.Looks()) != 1 {
		t.Errorf("one export is %d looks", len(s.Looks()))
	}
	s.refused(FootageConfirm{Look: id, By: "0801"}, CodeLookConfirmed)
}

func TestOnlyTheNewestLooksAreHeld(t *testing.T) {
	s := newLooks(t)
	for range keepLooks + 5 {
		if _, err := s.do(FootageView{Purpose: LookUnmask, Cameras: []string{"c1"}, By: "0727", Reason: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	if looks := s.Looks(); len(looks) != keepLooks || !looks[0].At.Before(looks[keepLooks-1].At) {
		t.Errorf("%d looks are held", len(looks))
	}
	if got := reloaded(t, s.State).Looks(); !reflect.DeepEqual(got, s.Looks()) {
		t.Error("a saved state has other looks")
	}
}

func reloaded(t *testing.T, s *State) *State {
	t.Helper()
	data, err := s.Save()
	if err != nil {
		t.Fatal(err)
	}
	other, err := Load(data)
	if err != nil {
		t.Fatal(err)
	}
	return other
}

func TestAShutterIsClosedAndOpenedWithAReason(t *testing.T) {
	s := newLooks(t)
	s.refused(CameraShutter{Camera: "c1", Closed: true, By: "0727"}, "reason_missing.shutter")
	s.refused(CameraShutter{Camera: "c1", Closed: true, Reason: "x"}, CodeBadgeMissing)
	for _, closed := range []bool{true, true, false, false} {
		if _, err := s.do(CameraShutter{Camera: "c1", Closed: closed, By: "0727", Reason: "x"}); err != nil {
			t.Fatal(err)
		}
		if _, is := reloaded(t, s.State).Shutters()["c1"]; is != closed {
			t.Errorf("the shutter is closed: %v, want %v", is, closed)
		}
	}
	if s.seq != 2 {
		t.Errorf("%d records of two changes", s.seq)
	}
	s.refused(FootageKeep{Day: "2026-11-25", Ticket: "A012", By: "0727"}, "reason_missing.footage")
	s.refused(FootageKeep{Day: "gestern", Ticket: "A012", By: "0727", Reason: "x"}, "bad_command.date")
	s.refused(FootageKeep{Day: "2026-11-25", By: "0727", Reason: "x"}, CodeNoTicket)
}
