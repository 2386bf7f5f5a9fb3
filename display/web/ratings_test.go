package web_test

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	c "github.com/chromedp/chromedp"
)

// ratingRow is one row of GET /api/v1/ratings.
func ratingRow(id string, served, invited, votes, good, defaulted int) object {
	share := func(n, of int) object {
		low, high := 0.0, 1.0
		if of > 0 {
			low, high = max(0, float64(n)/float64(of)-0.09), min(1, float64(n)/float64(of)+0.05)
		}
		return object{"n": n, "of": of, "low": low, "high": high}
	}
	return object{
		"id": id, "served": served, "invited": share(invited, served), "rated": share(votes, served), "votes": votes, "satisfied": share(good, votes),
		"levels":    object{"5": good - good/5, "4": good / 5, "3": 0, "2": (votes - good) / 2, "1": votes - good - (votes-good)/2},
		"defaulted": defaulted, "excluded": 1, "late": 2, "duplicate": 3, "marked": 4, "channels": object{},
	}
}

// cannedRatings is what citizens said in November; nobody was served before.
func cannedRatings(q url.Values) object {
	by := q.Get("by")
	told := object{
		"from": "2026-11-01", "to": "2026-11-23", "by": by, "hall": ratingRow("", 384, 351, 290, 281, 62), "refused": 5,
		"followups": object{"opened": 9, "ended": 6, "in_time": object{"n": 6, "of": 7, "low": 0.487, "high": 0.974}},
		"questions": []object{
			{"kind": "at_once", "window": "7", "n": 24, "of": 31, "elsewhere": 0.02, "chance": 1e-9},
			{"kind": "one_level", "window": "7", "n": 31, "of": 31, "elsewhere": 0.61, "chance": 1e-7},
			{"kind": "run", "window": "4", "n": 22, "of": 40, "elsewhere": 0.2, "chance": 1e-12},
			{"kind": "not_asked", "window": "3", "n": 33, "of": 33, "elsewhere": 0.05, "chance": 0},
		},
		"rows": []object{},
	}
	if q.Get("from") == "2026-10-01" {
		told["hall"] = ratingRow("", 0, 0, 0, 0, 0)
		return told
	}
	keys := map[string][]string{"staff": {"0412", "0415"}, "channel": {"keypad", "kiosk", "slip"}, "item": {"330111"}}[by]
	if by == "window" {
		for n := 12; n > 0; n-- {
			keys = append(keys, fmt.Sprint(n))
		}
	}
	var rows []object
	for i, key := range keys {
		votes := (i * 7) % 40
		invited := 31 + i
		if key == "3" {
			invited = 0
		}
		rows = append(rows, ratingRow(key, 33+i, invited, votes, votes-votes/9, i%4))
	}
	told["rows"] = rows
	return told
}

func TestForeignPagesRatings(t *testing.T) {
	hall := newFakeHall(t, bigHall(time.Now()))
	p := openTab(t, 1366, 1000)
	for _, lang := range []string{"en", "zh-TW", "zh-CN"} {
		p.open(hall.URL+"/ratings?lang="+lang, ".sums")
		p.until(`document.querySelectorAll('tbody tr').length===12&&document.querySelectorAll('.ask li').length===4`)
		p.clean()
		p.shoot("ratings-" + lang)
	}
	if got := eval[string](p, `document.querySelector('tbody tr').textContent`); got[0] != '1' {
		t.Errorf("the first window is %s", got)
	}
	if got := eval[string](p, `document.querySelector('.unasked').textContent`); got[0] != '3' {
		t.Errorf("the window that invites nobody is %s", got)
	}
	if got := eval[string](p, `document.querySelector('.csv').getAttribute('href')`); got != "/api/v1/ratings?by=window&from=2026-11-01&to=2026-11-23&format=csv" {
		t.Errorf("the table is at %s", got)
	}
	p.do(c.Evaluate[c.Void](`document.querySelectorAll('.ways button')[3].click()`))
	p.until(`document.querySelectorAll('tbody tr').length===3&&document.body.textContent.includes('小票二维码')`)
	p.clean()
	p.do(c.Evaluate[c.Void](`(i=>{i.value='2026-10-01';i.dispatchEvent(new Event('change'))})(document.querySelector('input'))`))
	p.until(`document.querySelector('.none')`)
	p.clean()
}
