package queue

import "testing"

// A slip is owed until it has come out, whatever happens to the program and to
// the figures of the next day.
func TestAClosingSlipIsOwedUntilItHasComeOut(t *testing.T) {
	b := newBench(OrderAccumulating)
	do := func(cs ...Command) {
		t.Helper()
		for _, c := range cs {
			if err := b.do(c); err != nil {
				t.Fatalf("%#v: %v", c, err)
			}
		}
		b.state = reload(t, b.state)
	}
	owed := func(day string, issued int) {
		t.Helper()
		if c, _, ok := b.state.ClosingSlip(); c.Day != day || c.Figures.Issued != issued || ok != (day != "") {
			t.Errorf("owed: %+v", c)
		}
	}
	take := Take{Service: b.state.config.Services[0].ID}
	owed("", 0)
	do(take, take, DayClose{})
	owed("2026-11-23", 2)
	do(DayOpen{Day: "2026-11-24"}, take, ClosingResult{Day: "2026-11-22", Outcome: PrintDone})
	owed("2026-11-23", 2)
	do(ClosingResult{Day: "2026-11-23", Outcome: PrintDone})
	owed("", 0)
	seq := b.state.Seq()
	do(ClosingResult{Day: "2026-11-23", Outcome: PrintDone})
	if b.state.Seq() != seq {
		t.Error("a slip that is not owed came out, and that is a record")
	}
	do(DayClose{}, DayOpen{Day: "2026-11-25"}, DayClose{})
	owed("2026-11-25", 0)
}
