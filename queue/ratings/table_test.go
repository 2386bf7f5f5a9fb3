package ratings_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"lobby/queue"
	"lobby/queue/ratings"
)

func TestATableHasEveryWayAndNoDefaultsAmongItsVotes(t *testing.T) {
	h := newHall(t)
	var issued queue.TicketIssued
	issued.Ticket, issued.Item = "M001", "330111"
	h.record(t, issued)
	h.serve(t, "1", 5, 5*time.Second)
	h.serve(t, "2", 1, 5*time.Second, func(g *queue.RatingGiven) { g.Channel = queue.ChannelKiosk })
	silent := h.serve(t, "2", 0, 0)
	var defaulted queue.RatingDefaulted
	defaulted.LegID = silent
	h.record(t, defaulted)
	want := map[string][]string{
		ratings.ByWindow: {"1", "2"}, ratings.ByStaff: {"s1", "s2"}, ratings.ByItem: {"330111"}, ratings.ByChannel: {"keypad", "kiosk"}, "weather": nil,
	}
	for by, keys := range want {
		table := h.Table(by)
		var got []string
		votes := 0
		for _, r := range table.Rows {
			got = append(got, r.ID)
			votes += r.Votes
		}
		if !slices.Equal(got, keys) || ratings.IsWay(by) != (keys != nil) {
			t.Errorf("by %s: %v, want %v", by, got, keys)
		}
		if by != ratings.ByItem && keys != nil && votes != 2 {
			t.Errorf("by %s: %d votes, want the two that were given", by, votes)
		}
	}
	hall := h.Table(ratings.ByWindow).Hall
	if hall.Rated.N != 2 || hall.Rated.Of != 3 || hall.Satisfied.Of != 2 || hall.Defaulted != 1 {
		t.Errorf("%+v", hall)
	}
	var csv bytes.Buffer
	if err := h.Table(ratings.ByWindow).WriteCSV(&csv); err != nil {
		t.Fatal(err)
	}
	const lines = `by,key,served,invited,votes,satisfied,satisfied_low,satisfied_high,level_5,level_4,level_3,level_2,level_1,fewer_keys,defaulted,excluded,late,duplicate
hall,,3,3,2,1,0.0945,0.9055,1,0,0,0,1,0,1,0,0,0
window,1,1,1,1,1,0.2065,1.0000,1,0,0,0,0,0,0,0,0,0
window,2,2,2,1,0,0.0000,0.7935,0,0,0,0,1,0,1,0,0,0
`
	if csv.String() != lines {
		t.Errorf("got\n%s\nwant\n%s", csv.String(), lines)
	}
}

// Due on the 27th: one ended on the day, one later, one is still open.
func TestFollowupsAreInTimeByTheirLastDay(t *testing.T) {
	h := newHall(t)
	var ids []string
	for range 3 {
		id := "2026-11-23/" + h.serve(t, "1", 1, 5*time.Second)
		h.record(t, queue.FollowupOpened{Followup: id, Day: "2026-11-23", Due: "2026-11-27"})
		ids = append(ids, id)
	}
	h.record(t, queue.DayOpened{Day: "2026-11-27"})
	h.record(t, queue.FollowupNoted{Followup: ids[0], Kind: queue.StepClosed})
	if f := h.Report().Followups; f.Opened != 3 || f.Ended != 1 || f.InTime.N != 1 || f.InTime.Of != 1 {
		t.Errorf("on the last day: %+v", f)
	}
	h.record(t, queue.DayOpened{Day: "2026-11-30"})
	h.record(t, queue.RatingExcluded{Followup: ids[1]})
	if f := h.Report().Followups; f.Ended != 2 || f.InTime.N != 1 || f.InTime.Of != 3 {
		t.Errorf("after it: %+v", f)
	}
}
