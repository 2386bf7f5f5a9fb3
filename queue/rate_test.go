package queue_test

import (
	"testing"
	"time"

	"lobby/queue"
)

// Every press has its verdict, its reason and its record, and only one of them
// counts.
func TestEveryPressHasItsVerdict(t *testing.T) {
	const pressed = 3 * time.Second
	for name, c := range map[string]struct {
		press  func(d queue.TicketDone, token string) queue.Rate
		after  time.Duration // since the end of the service
		r, why string
		record string
	}{
		"at once":              {keyOf("kp-1"), pressed, queue.RateOK, "", "rating.given"},
		"buffered for a day":   {sentLate(pressed), 23 * time.Hour, queue.RateOK, "", "rating.given"},
		"after the prompt":     {keyOf("kp-1"), time.Minute, queue.RateLate, "prompt_closed", "rating.late"},
		"after the period":     {sentLate(pressed), 8 * 24 * time.Hour, queue.RateLate, "period_over", "rating.late"},
		"of another window":    {keyOf("kp-2"), pressed, queue.RateRefused, "other_window", "rating.refused"},
		"of an unknown keypad": {keyOf("kp-9"), pressed, queue.RateRefused, "other_window", "rating.refused"},
		"without a prompt": {func(queue.TicketDone, string) queue.Rate { return queue.Rate{Device: "kp-1", Level: 4} },
			pressed, queue.RateRefused, "no_prompt", "rating.refused"},
		"of a prompt nobody gave": {func(queue.TicketDone, string) queue.Rate {
			return queue.Rate{Device: "kp-1", Prompt: "forged", Level: 4}
		},
			pressed, queue.RateRefused, "unknown_prompt", "rating.refused"},
		"of a ticket nobody served": {func(queue.TicketDone, string) queue.Rate { return queue.Rate{Ticket: "M999", Level: 4} },
			pressed, queue.RateRefused, "not_served", "rating.refused"},
		"of a token nobody has": {func(queue.TicketDone, string) queue.Rate { return queue.Rate{Token: "guessed", Level: 4} },
			pressed, queue.RateRefused, "not_served", "rating.refused"},
		"with another list's reason": {func(_ queue.TicketDone, token string) queue.Rate {
			return queue.Rate{Token: token, Level: 4, Reasons: []string{"none"}}
		}, pressed, queue.RateRefused, "unknown_reason", "rating.refused"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.must(t, queue.WindowOpen{Window: "1"})
			done, token := s.servedHere(t)
			s.at = s.at.Add(c.after)
			if c.after > 7*24*time.Hour {
				s.must(t, queue.Tick{})
			}
			out := s.must(t, c.press(done, token))
			got := out.Result.(queue.RateResult)
			if got.R != c.r || got.Why != c.why || (got.Say != "") != (c.why != "") {
				t.Errorf("verdict %+v, want %s %s with a sentence", got, c.r, c.why)
			}
			if len(out.Events) != 1 || out.Events[0].Name() != c.record {
				t.Errorf("recorded as %+v, want %s", out.Events, c.record)
			}
			if counted := len(s.state.View().Figures.Ratings) == 1; counted != (c.r == queue.RateOK) {
				t.Errorf("counted: %v", counted)
			}
		})
	}
}

// keyOf is a press on a keypad that showed the prompt, sent at once.
func keyOf(device string) func(queue.TicketDone, string) queue.Rate {
	return func(d queue.TicketDone, _ string) queue.Rate {
		return queue.Rate{Device: device, Prompt: d.Prompt, Level: 4}
	}
}

// sentLate is a press in time whose keypad had no network.
func sentLate(after time.Duration) func(queue.TicketDone, string) queue.Rate {
	return func(d queue.TicketDone, _ string) queue.Rate {
		c := keyOf("kp-1")(d, "")
		c.Pressed = d.Until.Add(after - 20*time.Second)
		return c
	}
}
