package api

import (
	"cmp"
	"net/http"
	"slices"
	"time"
)

// Ratings works out what citizens said.
type Ratings interface {
	// Ratings is the report of the services of business days, from and to
	// included and each "2006-01-02", put together in one of RatingWays.
	Ratings(from, to, by string) (Report, error)
}

// RatingWays are how ratings are put together; the first is the default.
var RatingWays = []string{"window", "staff", "item", "channel"}

// ratings is for those who judge and not for those who are judged, and holds
// sums: a single rating is in the story of its ticket.
func (a *API) ratings(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	now := a.Now().In(a.zone())
	from := cmp.Or(q.Get("from"), now.Format("2006-01")+"-01")
	to := cmp.Or(q.Get("to"), now.Format(time.DateOnly))
	by := cmp.Or(q.Get("by"), RatingWays[0])
	for _, day := range []string{from, to} {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			problem(w, http.StatusBadRequest, "bad_day", "日期应写成 2006-01-02："+day)
			return
		}
	}
	if !slices.Contains(RatingWays, by) {
		problem(w, http.StatusBadRequest, "bad_by", "by 应是 window、staff、item、channel 之一："+by)
		return
	}
	report, err := a.Ratings.Ratings(from, to, by)
	if err != nil {
		a.Log.Error("ratings cannot be worked out", "from", from, "to", to, "error", err)
		problem(w, http.StatusServiceUnavailable, "trail_unreadable", "现在读不到记录，请稍后再试")
		return
	}
	writeReport(w, r, report, "ratings-"+from+"-"+to+"-"+by)
}
