package queue_test

import (
	"strings"
	"testing"

	"lobby/queue"
)

// local is a standard of a hall's own, whose only reasons are named here.
func local(version string, codes ...string) queue.Standard {
	names := map[string]string{"zh-TW": "字", "en": "words"}
	d := queue.Standard{Version: version}
	for level := 5; level > 0; level-- {
		d.Levels = append(d.Levels, queue.RatingLevel{Level: level, Name: "字", Names: names})
	}
	for _, code := range codes {
		d.Levels[4].Reasons = append(d.Levels[4].Reasons, queue.RatingReason{Code: code, Name: "字", Names: names})
	}
	return d
}

func TestTheNationalStandardIsOneThatAHallCouldGive(t *testing.T) {
	c := testConfig()
	c.Standard = queue.NationalStandard()
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
	for _, l := range c.Standard.Levels {
		if len(l.Reasons) != 8 {
			t.Errorf("level %d has %d reasons", l.Level, len(l.Reasons))
		}
	}
}

func TestAReasonOutsideOfTheStandardDoesNotCount(t *testing.T) {
	s := newStage(t)
	s.must(t, queue.WindowOpen{Window: "1"})
	done, token := s.servedHere(t)
	for code, level := range map[string]int{"slow": 1, "207": 1, "513": 2} {
		press := queue.Rate{Token: token, Level: level, Reasons: []string{code}, Lang: "en"}
		out := s.must(t, press)
		got := out.Result.(queue.RateResult)
		if got.R != queue.RateRefused || got.Why != "unknown_reason" || !strings.Contains(got.Say, "national-2020 has no reason "+code) {
			t.Errorf("%s at level %d: %+v", code, level, got)
		}
		refused, ok := out.Events[0].(queue.RatingRefused)
		if !ok || refused.Standard != done.Standard || refused.Reasons[0] != code || refused.LegID != done.LegID {
			t.Errorf("%s: recorded as %+v", code, out.Events[0])
		}
	}
	out := s.must(t, queue.Rate{Token: token, Level: 1, Reasons: []string{"110", "115"}})
	given, ok := out.Events[0].(queue.RatingGiven)
	if !ok || given.Standard != "national-2020" {
		t.Errorf("a rating with reasons of the standard: %+v", out.Events[0])
	}
}

// A hall changes its standard while a citizen has the old list in hand.
func TestAnotherStandardLeavesOlderServicesTheirs(t *testing.T) {
	s := newStage(t)
	s.must(t, queue.WindowOpen{Window: "1"})
	rated, ratedToken := s.servedHere(t)
	_, openToken := s.servedHere(t)
	first := s.must(t, queue.Rate{Token: ratedToken, Level: 1, Reasons: []string{"110"}}).Events[0].(queue.RatingGiven)

	c := testConfig()
	c.Standard = local("fuyang-2027", "queue")
	s.must(t, queue.Activate{Config: c, Hash: "2027"})
	loaded, err := queue.Load(mustSave(t, s.state)) // and the program starts anew
	if err != nil {
		t.Fatal(err)
	}
	s.state = loaded

	if b, _ := s.state.BallotByToken(ratedToken); b.Standard != rated.Standard || b.Level != 1 || first.Standard != rated.Standard {
		t.Errorf("the old rating became %+v", b)
	}
	if b, _ := s.state.BallotByToken(openToken); s.state.StandardOf(b).Version != "national-2020" {
		t.Errorf("an open ballot is shown the list of %s", s.state.StandardOf(b).Version)
	}
	if got := s.verdict(t, queue.Rate{Token: openToken, Level: 1, Reasons: []string{"queue"}}); got.Why != "unknown_reason" {
		t.Errorf("a reason of the new standard for an old service: %+v", got)
	}
	if got := s.verdict(t, queue.Rate{Token: openToken, Level: 1, Reasons: []string{"110"}}); got.R != queue.RateOK {
		t.Errorf("a reason of the old standard for an old service: %+v", got)
	}
	_, token := s.servedHere(t)
	if got := s.verdict(t, queue.Rate{Token: token, Level: 1, Reasons: []string{"110"}}); got.Why != "unknown_reason" {
		t.Errorf("a reason of the old standard for a new service: %+v", got)
	}
	if got := s.verdict(t, queue.Rate{Token: token, Level: 1, Reasons: []string{"queue"}}); got.R != queue.RateOK {
		t.Errorf("a reason of the new standard: %+v", got)
	}

	c.Standard = local("fuyang-2027", "queue", "light")
	s.refused(t, queue.Activate{Config: c, Hash: "more"}, queue.CodeStandardChanged)
	c.Standard.Version = "fuyang-2028"
	s.must(t, queue.Activate{Config: c, Hash: "more"})
}

func TestAStandardIsHeldAgainstItsLimits(t *testing.T) {
	for want, spoil := range map[string]func(d *queue.Standard){
		"the version":  func(d *queue.Standard) { d.Version = "fuyang 2027" },
		"not 5, 4, 3":  func(d *queue.Standard) { d.Levels = d.Levels[1:] },
		"used twice":   func(d *queue.Standard) { d.Levels[4].Reasons[1].Code = "queue" },
		"in en has 0":  func(d *queue.Standard) { d.Levels[0].Names = map[string]string{"zh-TW": "字"} },
		"9 reasons":    func(d *queue.Standard) { *d = local("v", "1", "2", "3", "4", "5", "6", "7", "8", "9") },
		"zh-CN has 61": func(d *queue.Standard) { d.Levels[4].Reasons[0].Name = strings.Repeat("x", 61) },
	} {
		c := testConfig()
		c.Standard = local("fuyang-2027", "queue", "light")
		spoil(&c.Standard)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}
