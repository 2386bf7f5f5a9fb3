package api

import (
	"io"
	"net/http"
	"time"
)

// Figures works out what a day came to.
type Figures interface {
	// Figures is the report of one business day, "2006-01-02". A day that never
	// was has a report without rows.
	Figures(day string) (Report, error)
}

// Report marshals to the JSON of the report, and writes it as a table.
type Report interface {
	WriteCSV(w io.Writer) error
}

func (a *API) figures(w http.ResponseWriter, r *http.Request) {
	day := r.URL.Query().Get("day")
	if day == "" {
		day = a.Now().In(a.zone()).Format(time.DateOnly)
	}
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		problem(w, http.StatusBadRequest, "bad_day", "日期应写成 2006-01-02："+day)
		return
	}
	report, err := a.Figures.Figures(day)
	if err != nil {
		a.Log.Error("figures cannot be worked out", "day", day, "error", err)
		problem(w, http.StatusServiceUnavailable, "trail_unreadable", "现在读不到记录，请稍后再试")
		return
	}
	writeReport(w, r, report, "figures-"+day)
}

// writeReport answers with a report as JSON, or as a table to keep.
func writeReport(w http.ResponseWriter, r *http.Request, report Report, name string) {
	if r.URL.Query().Get("format") != "csv" {
		writeJSON(w, http.StatusOK, report)
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	_ = report.WriteCSV(w) // an error means that the browser went away
}
