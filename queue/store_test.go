package queue_test

import (
	"errors"
	"testing"
	"time"

	"lobby/queue"
)

func TestAFullDiskStopsNewNumbersAndNothingElse(t *testing.T) {
	s := newStage(t)
	s.must(t, queue.WindowOpen{Window: "1"})
	s.take(t, "social", "")
	s.must(t, queue.DeviceReport{Device: queue.DiskDevice, Kind: "disk", State: "down", Why: "磁盘已满"})
	var r *queue.Refusal
	if _, err := s.do(queue.Take{Service: "social"}); !errors.As(err, &r) || r.Code != queue.CodeDiskFull {
		t.Errorf("a number on a full disk: %v", err)
	}
	s.must(t, queue.CallNext{Window: "1"})
	s.must(t, queue.Arrive{Window: "1"})
	s.must(t, queue.Finish{Window: "1"})
	s.must(t, queue.DeviceReport{Device: queue.DiskDevice, Kind: "disk", State: "degraded", Why: "磁盘已用 91%"})
	s.take(t, "social", "")
}

// A warning about a device that grows is raised again, so that whoever has
// seen the smaller one sees the greater.
func TestAWarningThatGrowsIsRaisedAgain(t *testing.T) {
	s := newStage(t)
	for _, level := range []string{"teal", "amber", "red", "amber"} {
		s.must(t, queue.DeviceReport{Device: queue.DiskDevice, Kind: "disk", State: "degraded", Why: level, Level: level})
		for _, a := range s.state.View().Alerts {
			if a.Level != level || a.Say != queue.DiskDevice+"："+level || a.Acknowledged != nil {
				t.Errorf("at %s there is %+v", level, a)
			}
		}
		s.must(t, queue.AlertAck{Alert: "device:" + queue.DiskDevice, Cause: "seen"})
	}
	s.must(t, queue.DeviceReport{Device: queue.DiskDevice, Kind: "disk", State: "degraded", Why: "another reason"})
	if a := s.state.View().Alerts; len(a) != 1 || a[0].Acknowledged == nil {
		t.Errorf("another reason of the same weight is %+v", a)
	}
}

// A backup is restored on some day: numbers go on beyond all that may be on
// paper, also when that day is opened again, and begin at 1 on the next.
func TestNumbersOfARestoredTrailComeFromABlockOfTheirOwn(t *testing.T) {
	s := newStage(t)
	day, _ := s.state.Day()
	s.take(t, "social", "")
	s.must(t, queue.RestoreTrail{Old: "a", New: "b", Until: next(t, day), Block: 500})
	if got := s.take(t, "social", ""); got != "M502" {
		t.Errorf("the first number after the restore is %s", got)
	}
	s.must(t, queue.RestoreTrail{Old: "b", New: "c", Until: next(t, day), Block: 500})
	if got := s.take(t, "social", ""); len(got) != 5 {
		t.Errorf("the first number after the second restore is %s", got)
	}
	for _, c := range []struct{ day, want string }{{next(t, day), "M2000"}, {next(t, next(t, day)), "M001"}} {
		s.must(t, queue.DayClose{})
		s.must(t, queue.DayOpen{Day: c.day})
		data, err := s.state.Save()
		if err != nil {
			t.Fatal(err)
		}
		if s.state, err = queue.Load(data); err != nil {
			t.Fatal(err)
		}
		if got := s.take(t, "social", ""); got != c.want {
			t.Errorf("the first number of %s is %s, want %s", c.day, got, c.want)
		}
	}
}

func next(t *testing.T, day string) string {
	t.Helper()
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		t.Fatal(err)
	}
	return at.AddDate(0, 0, 1).Format(time.DateOnly)
}
