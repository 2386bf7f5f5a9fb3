package main

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lobby/display/api"
	"lobby/queue"
	"lobby/queue/figures"
	"lobby/queue/hall"
	"lobby/queue/hall/halltest"
	"lobby/queue/ratings"
)

// pastRecords is a trail in memory that can be read while the hall runs.
type pastRecords struct {
	halltest.Memory
	mu sync.Mutex
}

func (p *pastRecords) Append(pieces iter.Seq[queue.Batch]) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.Memory.Append(pieces)
}

func (p *pastRecords) Each(seq uint64, each func(queue.Record) error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.Replay(nil, func(r queue.Record) error {
		if r.Seq <= seq {
			return nil
		}
		return each(r)
	})
}

// From may begin before the day.
func (p *pastRecords) From(_ string, each func(queue.Record) error) error { return p.Each(0, each) }

// week is the small hall without its devices under a fake clock, with its pages'
// addresses.
type week struct {
	t     *testing.T
	lobby *lobby
	trail *pastRecords
	web   http.Handler
	n     int
}

func newWeek(t *testing.T) *week {
	t.Helper()
	file := edited(t)
	location, err := time.LoadLocation(file.Hall.Timezone)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	w := &week{t: t, trail: &pastRecords{}, lobby: &lobby{file: file, log: log, location: location}}
	nonces := 0
	w.lobby.hall, err = hall.Open(hall.Options{
		Trail: w.trail, Now: time.Now, Location: location, Log: log,
		Nonce: func() string { nonces++; return fmt.Sprintf("nonce-%020d", nonces) },
	})
	if err != nil {
		t.Fatal(err)
	}
	w.lobby.group = newGroup(t.Context())
	w.lobby.stopHall = w.lobby.runHall(context.Background())
	if err := w.lobby.activate(); err != nil {
		t.Fatal(err)
	}
	w.web = api.New(api.Options{
		Hall: w.lobby.hall, Description: file.description(), Items: file.items, Log: log, Now: time.Now,
		Feed: http.NotFoundHandler(), Pages: http.NotFoundHandler(), Metrics: http.NotFoundHandler(),
		Figures: &figuresBook{book[*figures.Books]{records: w.trail, begin: figures.New}},
		Ratings: &ratingsBook{book[*ratings.Tally]{records: w.trail, begin: ratings.New}},
	}, &api.Commander{Hall: w.lobby.hall, Items: file.items}).Handler()
	return w
}

// do carries out a command that must succeed.
func (w *week) do(c queue.Command) queue.Answer {
	w.t.Helper()
	w.n++
	a, err := w.lobby.hall.Do(w.t.Context(), hall.Request{ID: fmt.Sprint("c-", w.n), Actor: "test", Command: c})
	if err != nil || !a.OK {
		w.t.Fatalf("%#v: %+v, %v", c, a, err)
	}
	return a
}

// get is the answer of an address.
func (w *week) get(path string) string {
	w.t.Helper()
	r := httptest.NewRecorder()
	w.web.ServeHTTP(r, httptest.NewRequest("GET", "http://127.0.0.1"+path, nil))
	if r.Code != http.StatusOK {
		w.t.Fatalf("%s: %d %s", path, r.Code, r.Body)
	}
	return r.Body.String()
}

// ratings are the sums of the first day in one way.
func (w *week) ratings(day, by string) (table ratings.Table) {
	w.t.Helper()
	if err := json.Unmarshal([]byte(w.get("/api/v1/ratings?from="+day+"&to="+day+"&by="+by)), &table); err != nil {
		w.t.Fatal(err)
	}
	return table
}

var recordsRead = regexp.MustCompile(`"records":\d+`)

// figures are those of a day, but for how many records were read for them.
func (w *week) figures(day string) string {
	w.t.Helper()
	return recordsRead.ReplaceAllString(w.get("/api/v1/figures?day="+day), "")
}

// serve serves one citizen and returns the token on the slip.
func (w *week) serve() string {
	w.t.Helper()
	var taken queue.TakeResult
	window := w.lobby.file.Windows[0]
	if err := json.Unmarshal(w.do(queue.Take{Service: window.Services[0]}).Result, &taken); err != nil {
		w.t.Fatal(err)
	}
	w.do(queue.CallNext{Window: window.ID})
	w.do(queue.Arrive{Window: window.ID})
	time.Sleep(5 * time.Minute)
	w.do(queue.Finish{Window: window.ID})
	return taken.Token
}

// TestWhatNobodyRatesIsInNoFigure: of three citizens one is satisfied, one is
// not and one says nothing. A week later the silence is on record, and nothing
// that anybody can look at has another vote or another share than before.
func TestWhatNobodyRatesIsInNoFigure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWeek(t)
		defer w.lobby.stopHall()
		const day = "2000-01-01" // when a bubble begins
		w.do(queue.DayOpen{Day: day})
		w.do(queue.WindowOpen{Window: w.lobby.file.Windows[0].ID, Staff: "0412"})
		good, bad, silent := w.serve(), w.serve(), w.serve()
		ended := time.Now()
		w.do(queue.Rate{Token: good, Level: 5})
		w.do(queue.Rate{Token: bad, Level: 1, Reasons: []string{"115"}})
		w.do(queue.DayClose{})
		ways := []string{ratings.ByWindow, ratings.ByStaff, ratings.ByItem, ratings.ByChannel}
		before := map[string]ratings.Table{}
		for _, by := range ways {
			before[by] = w.ratings(day, by)
		}
		figuresBefore, followupsBefore := w.figures(day), w.get("/api/v1/followups")

		time.Sleep(7*24*time.Hour - time.Second - time.Since(ended))
		synctest.Wait()
		if got := w.ratings(day, ratings.ByWindow).Hall.Defaulted; got != 0 {
			t.Errorf("%d defaulted before the week is over", got)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()

		for _, by := range ways {
			after := w.ratings(day, by)
			if after.Hall.Defaulted != 1 || before[by].Hall.Defaulted != 0 {
				t.Errorf("by %s: %d defaulted before and %d after", by, before[by].Hall.Defaulted, after.Hall.Defaulted)
			}
			after.Hall.Defaulted = 0
			for i := range after.Rows {
				after.Rows[i].Defaulted = 0
			}
			if got, want := fmt.Sprintf("%+v", after), fmt.Sprintf("%+v", before[by]); got != want {
				t.Errorf("by %s the default changed\n%s\nto\n%s", by, want, got)
			}
		}
		if hall := before[ratings.ByWindow].Hall; hall.Votes != 2 || hall.Satisfied.N != 1 || hall.Satisfied.Of != 2 || hall.Rated.Of != 3 {
			t.Errorf("the votes are %+v", hall)
		}
		if got := w.figures(day); got != figuresBefore {
			t.Errorf("the figures of the day became\n%s\nfrom\n%s", got, figuresBefore)
		}
		if got := w.get("/api/v1/followups"); got != followupsBefore {
			t.Errorf("the work-list became\n%s\nfrom\n%s", got, followupsBefore)
		}
		var phone struct {
			Rating struct {
				Open  bool
				Level int
			}
		}
		if err := json.Unmarshal([]byte(w.get("/api/v1/tickets/by-token/"+silent)), &phone); err != nil || phone.Rating.Open || phone.Rating.Level != 0 {
			t.Errorf("the phone of the silent citizen shows %+v, %v", phone, err)
		}
		var late queue.RateResult
		if err := json.Unmarshal(w.do(queue.Rate{Token: silent, Level: 5}).Result, &late); err != nil || late.R != queue.RateLate || late.Why != "period_over" {
			t.Errorf("a rating after the week: %+v, %v", late, err)
		}
		next := time.Now().In(w.lobby.location).Format(time.DateOnly)
		w.do(queue.DayOpen{Day: next})
		var now struct {
			State struct {
				Figures struct{ Ratings map[string]int }
			}
		}
		if err := json.Unmarshal([]byte(w.get("/api/v1/state")), &now); err != nil || len(now.State.Figures.Ratings) != 0 {
			t.Errorf("the pages of %s count %v, %v", next, now.State.Figures.Ratings, err)
		}
	})
}
