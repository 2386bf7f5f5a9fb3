package web_test

import (
	"fmt"
	"testing"
	"time"

	c "github.com/chromedp/chromedp"
)

// cannedFigures is what one day came to; other days have no rows.
func cannedFigures(day string) object {
	if day != "2026-11-23" {
		return object{"rows": nil, "balance": object{}}
	}
	spread := func(mean int) object {
		return object{"n": 9, "mean": mean, "p50": mean, "p90": 2 * mean, "max": 3 * mean}
	}
	row := func(by, key string, n int) object {
		return object{"by": by, "key": key, "legs": n, "done": n - 1, "no_shows": 1, "wait": spread(60 * n), "service": spread(500), "rated": n, "satisfied": n - 1}
	}
	rows := []object{row("hall", "", 384)}
	for hour := 8; hour < 17; hour++ {
		rows = append(rows, row("hour", fmt.Sprintf("%02d", hour), 20+hour*7%40))
	}
	for n := range 12 {
		rows = append(rows, row("window", fmt.Sprint(n+1), 9+n), row("staff", fmt.Sprintf("04%02d", n), 5+n))
	}
	for _, s := range []string{"estate", "fund", "social", "police"} {
		rows = append(rows, row("service", s, 30+len(s)))
	}
	return object{"balance": object{"received": 384, "done": 371, "no_show": 6, "open": 7}, "rows": rows}
}

func TestForeignPagesFiguresOfADay(t *testing.T) {
	hall := newFakeHall(t, bigHall(time.Now()))
	p := openTab(t, 1366, 900)
	p.open(hall.URL+"/figures", ".sums")
	p.until(`document.querySelectorAll('.plot rect').length===9&&document.body.textContent.includes('住房公积金提取')`)
	p.clean()
	p.shoot("figures")
	if got := eval[string](p, `document.querySelector('.csv').getAttribute('href')`); got != "/api/v1/figures?day=2026-11-23&format=csv" {
		t.Errorf("the table is at %s", got)
	}
	p.do(c.Evaluate[c.Void](`(i=>{i.value='2026-11-22';i.dispatchEvent(new Event('change'))})(document.querySelector('input'))`))
	p.until(`document.querySelector('.none')`)
	p.clean()
}

// Who should be there and is not stands out; the plan of a window without one
// is the hall's opening hours.
func TestForeignPagesStaffBesideThePlan(t *testing.T) {
	state := bigHall(time.Now())
	windows := state["windows"].([]object)
	for _, w := range windows {
		w["state"], w["staff"] = "idle", "0412"
	}
	hall := newFakeHall(t, state)
	state["hall"].(object)["opens"], state["hall"].(object)["closes"] = "00:00", "24:00"
	windows[3]["state"], windows[3]["staff"] = "closed", ""                       // planned all day, nobody there
	windows[5]["state"], windows[5]["roster"] = "closed", []string{}              // the same
	windows[7]["roster"] = []string{"00:00-00:01"}                                // open, and long past its shift
	windows[9]["state"], windows[9]["roster"] = "closed", []string{"00:00-00:01"} // closed as planned
	p := openTab(t, 1366, 900)
	p.open(hall.URL+"/staff", "tbody tr")
	p.until(`document.querySelectorAll('tbody tr').length===80&&document.body.textContent.includes('8.3')`)
	p.clean()
	p.shoot("staff")
	p.do(c.Evaluate[c.Void](`[...document.querySelectorAll('.floors button')].pop().click()`))
	p.until(`document.querySelectorAll('tbody tr').length===3`)
	if got := eval[string](p, `[...document.querySelectorAll('tbody tr')].map(r=>r.className+r.querySelector('b').textContent).join(' ')`); got != "missing4 missing6 extra8" {
		t.Errorf("what differs is %s", got)
	}
	hall.patch(object{"open": false})
	p.until(`document.querySelectorAll('tr.missing').length===0`)
	p.clean()
}
