package queue_test

import (
	"cmp"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lobby/queue"
)

// servedHere serves one citizen at window 1 and returns the end of the service and
// the token on the slip.
func (s *stage) servedHere(t *testing.T) (queue.TicketDone, string) {
	t.Helper()
	taken := s.must(t, queue.Take{Service: "social"}).Result.(queue.TakeResult)
	s.at = s.at.Add(time.Minute)
	s.must(t, queue.CallNext{Window: "1"})
	s.must(t, queue.Arrive{Window: "1"})
	s.at = s.at.Add(5 * time.Minute)
	out := s.must(t, queue.Finish{Window: "1"})
	return out.Events[len(out.Events)-1].(queue.TicketDone), taken.Token
}

func (s *stage) verdict(t *testing.T, c queue.Rate) queue.RateResult {
	t.Helper()
	return s.must(t, c).Result.(queue.RateResult)
}

// nextDay closes the day and opens another; it is nine o'clock there.
func (s *stage) nextDay(t *testing.T, day string) {
	t.Helper()
	s.must(t, queue.DayClose{})
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		t.Fatal(err)
	}
	s.at = at.Add(time.Hour)
	s.must(t, queue.DayOpen{Day: day})
}

func TestOneLegHasOneRatingThroughAllChannels(t *testing.T) {
	s := newStage(t)
	s.must(t, queue.WindowOpen{Window: "1", Staff: "0412"})
	done, token := s.servedHere(t)
	first := []queue.Rate{
		{Device: "kp-1", Prompt: done.Prompt, Level: 5}, {Token: token, Level: 4}, {Token: token, Kiosk: "k1", Level: 4}, {Ticket: done.Ticket, Level: 3},
	}
	for i, channel := range []string{queue.ChannelKeypad, queue.ChannelSlip, queue.ChannelKiosk, queue.ChannelPage} {
		other, err := queue.Load(mustSave(t, s.state))
		if err != nil {
			t.Fatal(err)
		}
		v := &stage{state: other, at: s.at}
		out := v.must(t, first[i])
		given, ok := out.Events[0].(queue.RatingGiven)
		if !ok || given.Channel != channel || given.Staff != "0412" {
			t.Errorf("%+v: %+v, want a rating through %s", first[i], out.Events, channel)
		}
		for _, again := range first {
			if got := v.verdict(t, again); got.R != queue.RateDup {
				t.Errorf("after %s, %+v: %+v, want a duplicate", channel, again, got)
			}
		}
		if got := v.state.View().Figures.Ratings; !reflect.DeepEqual(got, map[int]int{given.Level: 1}) {
			t.Errorf("after %s: %v", channel, got)
		}
	}
}

func mustSave(t *testing.T, s *queue.State) []byte {
	t.Helper()
	data, err := s.Save()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestASlipIsRatedAtHomeWithinAWeek(t *testing.T) {
	s := newStage(t)
	s.must(t, queue.WindowOpen{Window: "1"})
	done, token := s.servedHere(t)
	_, other := s.servedHere(t)
	s.nextDay(t, "2026-11-25")
	out := s.must(t, queue.Rate{Token: token, Level: 4})
	given, ok := out.Events[0].(queue.RatingGiven)
	if !ok || given.Served != "2026-11-23" || given.TicketNumber() != "2026-11-23/"+done.Ticket {
		t.Fatalf("%+v, want a rating of the day before", out.Events)
	}
	if got := s.state.View().Figures.Ratings; len(got) != 0 {
		t.Errorf("a rating of another day stands in this day's figures: %v", got)
	}
	due, ok := s.state.Due()
	if want := done.Until.Add(-20 * time.Second).Add(7*24*time.Hour + 6*time.Minute); !ok || !due.Equal(want) {
		t.Fatalf("due %v %v, want %v, a week after the second service", due, ok, want)
	}
	s.at = due
	out = s.must(t, queue.Tick{})
	if len(out.Events) != 1 || out.Events[0].Name() != "rating.defaulted" {
		t.Fatalf("a week later: %+v", out.Events)
	}
	if got := s.verdict(t, queue.Rate{Token: other, Level: 5}); got.R != queue.RateLate || got.Why != "period_over" || got.Say == "" {
		t.Errorf("after the week: %+v", got)
	}
	if due, ok := s.state.Due(); ok {
		t.Errorf("nothing is left, and still something is due at %v", due)
	}
}

// A keypad that had no network over night sends what was pressed in time.
func TestAKeypadsPressOfYesterdayCounts(t *testing.T) {
	s := newStage(t)
	s.must(t, queue.WindowOpen{Window: "1"})
	done, _ := s.servedHere(t)
	s.nextDay(t, "2026-11-24")
	press := queue.Rate{Device: "kp-1", Prompt: done.Prompt, Level: 4, Pressed: done.Until.Add(-time.Second)}
	if got := s.verdict(t, press); got.R != queue.RateOK {
		t.Errorf("pressed in time, sent a day later: %+v", got)
	}
	if got := s.verdict(t, press); got.R != queue.RateDup {
		t.Errorf("sent again: %+v", got)
	}
	press.Device = "kp-2"
	if got := s.verdict(t, press); got.R != queue.RateRefused {
		t.Errorf("from another window's keypad: %+v", got)
	}
}

func TestStaffAskOnceMore(t *testing.T) {
	s := newStage(t)
	s.must(t, queue.WindowOpen{Window: "1"})
	s.refused(t, queue.Invite{Window: "1"}, queue.CodeNothingToRate)
	done, _ := s.servedHere(t)
	s.must(t, queue.Asked{Prompt: done.Prompt, Device: "kp-1"})
	s.at = done.Until.Add(time.Minute)
	if got := s.verdict(t, queue.Rate{Device: "kp-1", Prompt: done.Prompt, Level: 5}); got.R != queue.RateLate {
		t.Fatalf("a minute after the keys went dark: %+v", got)
	}
	out := s.must(t, queue.Invite{Window: "1"})
	invited := out.Events[0].(queue.RatingInvited)
	if invited.By != queue.InvitedByStaff || !invited.Until.Equal(s.at.Add(20*time.Second)) {
		t.Errorf("%+v", invited)
	}
	if got := s.verdict(t, queue.Rate{Device: "kp-1", Prompt: invited.Prompt, Level: 5}); got.R != queue.RateOK {
		t.Errorf("asked once more: %+v", got)
	}
	s.refused(t, queue.Invite{Window: "1"}, queue.CodeNothingToRate)
}

func TestABadRatingIsPutRightInWorkingDays(t *testing.T) {
	s := newStage(t)
	c := testConfig()
	c.Calendar = queue.Calendar{Holidays: []string{"2026-11-24"}, Workdays: []string{"2026-11-28"}}
	s.must(t, queue.Activate{Config: c, Hash: "with a calendar"})
	s.must(t, queue.WindowOpen{Window: "1", Staff: "0412"})
	done, token := s.servedHere(t)
	s.must(t, queue.Rate{Token: token, Level: 1})
	fs := s.state.Followups()
	// Tuesday is a holiday and one Saturday is worked, which makes up for it.
	if len(fs) != 1 || fs[0].Due != "2026-12-14" || fs[0].Ticket != done.Ticket || fs[0].Late("2026-12-14") || !fs[0].Late("2026-12-15") {
		t.Fatalf("%+v", fs)
	}
	id := fs[0].ID
	s.refused(t, queue.FollowupNote{Followup: "x", Kind: queue.StepVerified, By: "9", Note: "n"}, queue.CodeNoFollowup)
	s.refused(t, queue.FollowupNote{Followup: id, Kind: queue.StepVerified, Note: "n"}, queue.CodeBadgeMissing)
	s.refused(t, queue.FollowupNote{Followup: id, Kind: "danced", By: "9", Note: "n"}, queue.CodeBadCommand)
	s.refused(t, queue.FollowupNote{Followup: id, Kind: queue.StepVerified, By: "9"}, queue.CodeReasonMissing)
	for _, kind := range []string{queue.StepVerified, queue.StepCalledBack, queue.StepCorrected, queue.StepReplied} {
		if kind != queue.StepVerified {
			s.refused(t, queue.FollowupClose{Followup: id, By: "9"}, queue.CodeStepMissing)
		}
		s.must(t, queue.FollowupNote{Followup: id, Kind: kind, By: "9", Note: "done"})
	}
	s.must(t, queue.FollowupClose{Followup: id, By: "9"})
	s.refused(t, queue.FollowupNote{Followup: id, Kind: queue.StepReplied, By: "9", Note: "more"}, queue.CodeFollowupOver)
	if got := s.state.View().Figures.Ratings; !reflect.DeepEqual(got, map[int]int{1: 1}) {
		t.Errorf("a rating put right still counts; ratings %v", got)
	}
}

func TestExcludingARatingTakesTwoPersonsNotTheOneRated(t *testing.T) {
	s := newStage(t)
	s.must(t, queue.WindowOpen{Window: "1", Staff: "0412"})
	_, token := s.servedHere(t)
	s.must(t, queue.Rate{Token: token, Level: 2})
	id := s.state.Followups()[0].ID
	s.must(t, queue.FollowupAppeal{Followup: id, By: "0412", Note: "meant the other window"})
	if got := s.state.Followups()[0].State; got != queue.FollowupAppealed {
		t.Errorf("state %s", got)
	}
	s.refused(t, queue.FollowupExclude{Followup: id, By: "0412", Note: "please"}, queue.CodeSecondPerson)
	s.must(t, queue.FollowupExclude{Followup: id, By: "9", Note: "the recording shows it"})
	s.refused(t, queue.FollowupExclude{Followup: id, By: "9", Note: "again"}, queue.CodeSecondPerson)
	if got := s.state.View().Figures.Ratings[2]; got != 1 {
		t.Errorf("one person has excluded a rating: %d", got)
	}
	s.must(t, queue.FollowupExclude{Followup: id, By: "7", Note: "seen it too"})
	if got := s.state.View().Figures.Ratings[2]; got != 0 {
		t.Errorf("excluded by two and still counted: %d", got)
	}
}

// Whatever is pressed, sent again, forged or late, on whichever day: no leg
// has more than one rating, and none is both rated and defaulted.
func TestNoLegIsRatedTwice(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := newStage(rt)
		day := nine
		var prompts, tokens []string
		counted := map[string]int{}
		_, _ = s.do(queue.WindowOpen{Window: "1", Staff: "0412"})
		for range rapid.IntRange(1, 120).Draw(rt, "steps") {
			s.at = s.at.Add(time.Duration(rapid.IntRange(0, 7200).Draw(rt, "seconds")) * time.Second)
			c := someRating(rt, prompts, tokens, s.at)
			if open, ok := c.(queue.DayOpen); ok {
				_, _ = s.do(queue.DayClose{})
				day = day.AddDate(0, 0, rapid.IntRange(1, 4).Draw(rt, "days"))
				open.Day, c = day.Format(time.DateOnly), open
				if day.After(s.at) {
					s.at = day
				}
			}
			out, _ := s.do(c)
			for _, e := range out.Events {
				switch e := e.(type) {
				case queue.DayOpened:
					_, _ = s.do(queue.WindowOpen{Window: "1", Staff: "0412"})
				case queue.TicketIssued:
					tokens = append(tokens, e.Token)
				case queue.TicketDone:
					prompts = append(prompts, e.Prompt)
				case queue.RatingGiven:
					counted[dayOf(e.Served, s)+"/"+e.LegID]++
				case queue.RatingDefaulted:
					counted[dayOf(e.Served, s)+"/"+e.LegID]++
				}
			}
		}
		for leg, n := range counted {
			if n > 1 {
				rt.Fatalf("%s was counted %d times", leg, n)
			}
		}
	})
}

// dayOf is the business day of the service that an event is about.
func dayOf(served string, s *stage) string {
	today, _ := s.state.Day()
	return cmp.Or(served, today)
}

func someRating(t *rapid.T, prompts, tokens []string, at time.Time) queue.Command {
	visits := []queue.Command{queue.Take{Service: "social"}, queue.CallNext{Window: "1"}, queue.Arrive{Window: "1"}, queue.Finish{Window: "1"}}
	others := []queue.Command{queue.Tick{}, queue.Invite{Window: "1"}, queue.DayOpen{}, queue.Rate{Ticket: "M001", Level: 3}}
	level := rapid.IntRange(1, 5).Draw(t, "level")
	if len(prompts) > 0 && rapid.Bool().Draw(t, "keypad") {
		pressed := at.Add(-time.Duration(rapid.IntRange(0, 100000).Draw(t, "ago")) * time.Second)
		others = append(others, queue.Rate{Device: "kp-1", Prompt: rapid.SampledFrom(prompts).Draw(t, "prompt"), Level: level, Pressed: pressed})
	}
	if len(tokens) > 0 {
		others = append(others, queue.Rate{Token: rapid.SampledFrom(tokens).Draw(t, "token"), Level: level})
	}
	return rapid.SampledFrom(slices.Concat(visits, others)).Draw(t, "command")
}
