package queue_test

import (
	"testing"
	"time"

	"lobby/queue"
)

func TestTheGapIsSinceTheLastCall(t *testing.T) {
	s := newStage(t)
	s.must(t, queue.WindowOpen{Window: "1"})
	s.take(t, "social", "")
	s.must(t, queue.CallNext{Window: "1"})
	s.at = s.at.Add(time.Minute)
	s.must(t, queue.Recall{Window: "1"})
	s.at = s.at.Add(9 * time.Second)
	s.refused(t, queue.Recall{Window: "1"}, queue.CodeRecallTooSoon)
	s.at = s.at.Add(time.Second)
	s.must(t, queue.Recall{Window: "1"})
}

func TestNobodyIsLeftAtAWindow(t *testing.T) {
	s := newStage(t)
	number := s.serve(t, "social", "1")
	for _, c := range []queue.Command{queue.WindowClose{Window: "1"}, queue.WindowPause{Window: "1"}, queue.DayClose{}} {
		s.refused(t, c, queue.CodeWindowBusy)
	}
	s.refused(t, queue.Cancel{Ticket: number}, queue.CodeWrongState)
	s.refused(t, queue.WindowOpen{Window: "1"}, queue.CodeWindowOpen)
	s.must(t, queue.Finish{Window: "1"})
	s.refused(t, queue.Finish{Window: "1"}, queue.CodeNobodyHere)
	s.must(t, queue.WindowClose{Window: "1"})
	s.refused(t, queue.CallNext{Window: "1"}, queue.CodeWindowClosed)
	s.refused(t, queue.WindowOpen{Window: "99"}, queue.CodeNoWindow)
}

func TestAnAbsentCitizenIsCalledByName(t *testing.T) {
	s := newStage(t)
	s.must(t, queue.WindowOpen{Window: "1"})
	s.must(t, queue.WindowOpen{Window: "2"})
	number := s.take(t, "social", "")
	s.must(t, queue.CallNext{Window: "1"})
	s.must(t, queue.NoShow{Window: "1"})
	if n := s.state.View().Figures.NoShow; n != 1 {
		t.Errorf("%d did not come, want 1", n)
	}
	s.must(t, queue.Call{Window: "2", Ticket: number, Reason: "came after all"})
	if v := s.state.View(); v.Figures.NoShow != 0 || v.Windows[1].Ticket != number {
		t.Errorf("%d did not come, window 2 has %q", v.Figures.NoShow, v.Windows[1].Ticket)
	}
}

func TestOnlyTheLatestSlipIsReportedOn(t *testing.T) {
	s := newStage(t)
	number := s.must(t, queue.Take{Service: "social", Kiosk: "k1"}).Result.(queue.TakeResult).Ticket
	s.must(t, queue.PrintResult{Ticket: number, Outcome: queue.PrintFailed})
	s.must(t, queue.Reprint{Ticket: number})
	s.refused(t, queue.PrintResult{Ticket: number, Copy: 0, Outcome: queue.PrintDone}, queue.CodeWrongState)
	s.refused(t, queue.Reprint{Ticket: number}, queue.CodeWrongState)
	s.refused(t, queue.Keep{Ticket: number}, queue.CodeWrongState)
	for n := 1; n <= 3; n++ {
		s.must(t, queue.PrintResult{Ticket: number, Copy: n, Outcome: queue.PrintUnconfirmed})
		if n < 3 {
			s.must(t, queue.Reprint{Ticket: number})
		}
	}
	s.refused(t, queue.Reprint{Ticket: number}, queue.CodeReprintLimit)
	paperless := s.take(t, "social", "")
	s.refused(t, queue.Reprint{Ticket: paperless}, queue.CodeNoPrinter)
}

func TestAWarningIsTakenOnBySomebody(t *testing.T) {
	s := newStage(t)
	s.must(t, queue.DeviceReport{Device: "board/1", Kind: "board", State: "down", Why: "no answer"})
	if out := s.must(t, queue.DeviceReport{Device: "board/1", Kind: "board", State: "down", Why: "no answer"}); len(out.Events) != 0 {
		t.Errorf("the same again gave %v", out.Events)
	}
	s.refused(t, queue.AlertAck{Alert: "device:board/1"}, queue.CodeReasonMissing)
	s.refused(t, queue.AlertAck{Alert: "device:board/2", Cause: "x"}, queue.CodeNoAlert)
	out := s.must(t, queue.AlertAck{Alert: "device:board/1", Cause: "cable"})
	a := s.state.View().Alerts[0]
	if len(out.Events) != 1 || a.Acknowledged == nil || !a.Acknowledged.Equal(s.at) || a.Cause != "cable" {
		t.Errorf("the warning is %+v", a)
	}
	s.must(t, queue.DeviceReport{Device: "board/1", Kind: "board", State: "up"})
	if v := s.state.View(); len(v.Alerts) != 0 || v.Devices[0].State != "up" {
		t.Errorf("afterwards %+v %+v", v.Alerts, v.Devices)
	}
}

func TestADeviceSaysWhenItLastWorked(t *testing.T) {
	s := newStage(t)
	look := func() queue.DeviceView {
		for _, d := range s.state.View().Devices {
			if d.ID == "board/1" {
				return d
			}
		}
		t.Fatal("no device")
		return queue.DeviceView{}
	}
	report := func(state, why string) {
		s.at = s.at.Add(time.Minute)
		s.must(t, queue.DeviceReport{Device: "board/1", Kind: "board", State: state, Why: why})
	}
	report("down", "never seen")
	if d := look(); d.LastGood != nil {
		t.Errorf("one that never worked was good at %s", d.LastGood)
	}
	report("up", "")
	report("degraded", "noise")
	since := look().Since
	report("degraded", "more noise")
	report("down", "no answer")
	if d := look(); d.LastGood == nil || !d.LastGood.Equal(since) || !d.Since.Equal(since.Add(2*time.Minute)) {
		t.Errorf("good until %v, down since %s; it was good until %s", d.LastGood, d.Since, since)
	}
	report("down", "still no answer")
	if d := look(); !d.Since.Equal(since.Add(2*time.Minute)) || d.Why != "still no answer" {
		t.Errorf("another reason is another state: %+v", d)
	}
	report("up", "")
	if d := look(); d.LastGood != nil {
		t.Errorf("one that works was good until %s", d.LastGood)
	}
}
