package queue

import (
	"slices"
	"time"
)

// Calendar says which days are worked: Monday to Friday, but for holidays, and
// the weekend days that make up for them. All are dates, 2006-01-02.
type Calendar struct {
	Holidays []string `json:"holidays,omitempty" yaml:"holidays"`
	Workdays []string `json:"workdays,omitempty" yaml:"workdays"`
}

func (c Calendar) validate(bad complain) {
	for _, date := range slices.Concat(c.Holidays, c.Workdays) {
		if _, err := time.Parse(time.DateOnly, date); err != nil {
			bad("calendar: write the date %q like 2006-01-02", date)
		}
	}
}

// after is the date n working days after a date; an unreadable date, which no
// record has, stays as it is.
func (c Calendar) after(date string, n int) string {
	at, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	for n > 0 {
		at = at.AddDate(0, 0, 1)
		if c.worked(at) {
			n--
		}
	}
	return at.Format(time.DateOnly)
}

func (c Calendar) worked(at time.Time) bool {
	date := at.Format(time.DateOnly)
	switch at.Weekday() {
	case time.Saturday, time.Sunday:
		return slices.Contains(c.Workdays, date)
	}
	return !slices.Contains(c.Holidays, date)
}
