package api

import (
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// askedFor is a report that says what was asked for.
type askedFor string

func (a askedFor) WriteCSV(w io.Writer) error {
	_, err := io.WriteString(w, string(a))
	return err
}

type echo struct{}

func (echo) Ratings(from, to, by string) (Report, error) {
	return askedFor(from + " " + to + " " + by), nil
}

func TestRatingsAreAskedForByDaysAndWay(t *testing.T) {
	a := New(Options{Ratings: echo{}, Now: func() time.Time { return time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC) }}, nil)
	for query, want := range map[string]string{
		"":                          `"2026-11-01 2026-11-26 window"`,
		"?by=item&from=2026-10-01":  `"2026-10-01 2026-11-26 item"`,
		"?by=channel&to=2026-11-02": `"2026-11-01 2026-11-02 channel"`,
		"?by=staff&format=csv":      "2026-11-01 2026-11-26 staff",
		"?by=ticket":                "bad_by",
		"?from=yesterday":           "bad_day",
		"?to=2026-02-30":            "bad_day",
	} {
		w := httptest.NewRecorder()
		a.ratings(w, httptest.NewRequest("GET", "/api/v1/ratings"+query, nil))
		if !strings.Contains(w.Body.String(), want) || (w.Code != 200) != strings.HasPrefix(want, "bad_") {
			t.Errorf("%s: %d %s, want %s", query, w.Code, w.Body, want)
		}
	}
}
