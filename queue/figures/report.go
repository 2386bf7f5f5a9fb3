package figures

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// Report is what the books came to.
type Report struct {
	From    string  `json:"from"` // business days that are in it
	To      string  `json:"to"`
	Records uint64  `json:"records"` // number of the last record
	Balance Balance `json:"balance"`
	Rows    []Row   `json:"rows"`
}

// Row is one group. Each of its legs is done, transferred, cancelled, expired,
// void, absent or open.
type Row struct {
	By          string `json:"by"`
	Key         string `json:"key"`
	Numbers     int    `json:"numbers"` // that were given
	Legs        int    `json:"legs"`
	Calls       int    `json:"calls"`
	Done        int    `json:"done"`
	NoShows     int    `json:"no_shows"` // calls that were given up
	Transferred int    `json:"transferred"`
	Cancelled   int    `json:"cancelled"`
	Expired     int    `json:"expired"`
	Void        int    `json:"void"`
	Absent      int    `json:"absent"` // did not come to the last call
	Open        int    `json:"open"`
	Wait        Spread `json:"wait"`    // from the beginning of the leg to its first call
	Service     Spread `json:"service"` // of legs that are done
	Rated       int    `json:"rated"`
	Satisfied   int    `json:"satisfied"` // rated 3 or better
}

// Spread says how durations lie.
type Spread struct {
	N       int     `json:"n"`
	Mean    Seconds `json:"mean"`
	Half    Seconds `json:"p50"` // half of them are no longer
	Most    Seconds `json:"p90"` // nine of ten are no longer
	Longest Seconds `json:"max"`
}

// Seconds are whole milliseconds, written as seconds.
type Seconds int64

// String writes seconds with three decimals.
func (s Seconds) String() string { return fmt.Sprintf("%d.%03d", s/1000, s%1000) }

// MarshalJSON writes a JSON number.
func (s Seconds) MarshalJSON() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalJSON reads what MarshalJSON writes.
func (s *Seconds) UnmarshalJSON(data []byte) error {
	v, err := strconv.ParseFloat(string(data), 64)
	*s = Seconds(v*1000 + 0.5)
	return err
}

func (r Row) compare(o Row) int {
	return cmp.Or(cmp.Compare(slices.Index(ways, by(r.By)), slices.Index(ways, by(o.By))), cmp.Compare(len(r.Key), len(o.Key)), cmp.Compare(r.Key, o.Key))
}

// header names the columns of WriteCSV.
var header = []string{
	"by", "key", "numbers", "legs", "calls", "done", "no_shows", "transferred", "cancelled", "expired", "void", "absent", "open",
	"waits", "wait_mean", "wait_p50", "wait_p90", "wait_max", "services", "service_mean", "service_p50", "service_p90", "service_max", "rated", "satisfied",
}

// WriteCSV writes the rows as a table whose durations are seconds.
func (r Report) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	lines := [][]string{header}
	for _, row := range r.Rows {
		line := []string{row.By, row.Key}
		for _, n := range []int{row.Numbers, row.Legs, row.Calls, row.Done, row.NoShows, row.Transferred, row.Cancelled, row.Expired, row.Void, row.Absent, row.Open} {
			line = append(line, strconv.Itoa(n))
		}
		for _, s := range []Spread{row.Wait, row.Service} {
			line = append(line, strconv.Itoa(s.N), s.Mean.String(), s.Half.String(), s.Most.String(), s.Longest.String())
		}
		lines = append(lines, append(line, strconv.Itoa(row.Rated), strconv.Itoa(row.Satisfied)))
	}
	return out.WriteAll(lines)
}
