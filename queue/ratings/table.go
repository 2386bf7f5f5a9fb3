package ratings

import (
	"encoding/csv"
	"io"
	"strconv"
)

// The ways in which services are put together.
const (
	ByWindow  = "window"
	ByStaff   = "staff"
	ByItem    = "item"
	ByChannel = "channel" // of the rating: only what was rated is in it
)

// Table is the ratings put together in one way, with the sums of the hall.
type Table struct {
	From      string     `json:"from"`
	To        string     `json:"to"`
	By        string     `json:"by"`
	Hall      Row        `json:"hall"`
	Rows      []Row      `json:"rows"`
	Refused   int        `json:"refused"` // presses that belong to no service
	Followups Followups  `json:"followups"`
	Questions []Question `json:"questions"`
}

// ways find the key of a service; one without it is in no row.
var ways = map[string]func(*service) string{
	ByWindow:  func(s *service) string { return s.window },
	ByStaff:   func(s *service) string { return s.staff }, // empty where nobody had signed in
	ByItem:    func(s *service) string { return s.item },
	ByChannel: func(s *service) string { return s.channel },
}

// IsWay tells whether Table knows a way.
func IsWay(by string) bool { return ways[by] != nil }

// Table works out the ratings in one way; another way than the constants' has
// no rows.
func (t *Tally) Table(by string) Table {
	r := t.Report()
	table := Table{From: t.from, To: t.to, By: by, Hall: r.Hall, Rows: []Row{}, Refused: r.Refused, Followups: r.Followups, Questions: r.Questions}
	if of := ways[by]; of != nil {
		table.Rows = rows(t.within(), of)
	}
	return table
}

var header = []string{
	"by", "key", "served", "invited", "votes", "satisfied", "satisfied_low", "satisfied_high",
	"level_5", "level_4", "level_3", "level_2", "level_1", "fewer_keys", "defaulted", "excluded", "late", "duplicate",
}

// WriteCSV writes the hall and the rows as a table. The bounds are shares from
// 0 to 1 and empty where nobody voted.
func (t Table) WriteCSV(w io.Writer) error {
	lines := [][]string{header, t.Hall.line("hall")}
	for _, r := range t.Rows {
		lines = append(lines, r.line(t.By))
	}
	return csv.NewWriter(w).WriteAll(lines)
}

func (r Row) line(by string) []string {
	line := []string{by, r.ID}
	number := func(ns ...int) {
		for _, n := range ns {
			line = append(line, strconv.Itoa(n))
		}
	}
	number(r.Served, r.Invited.N, r.Votes, r.Satisfied.N)
	for _, bound := range []float64{r.Satisfied.Low, r.Satisfied.High} {
		text := ""
		if r.Votes > 0 {
			text = strconv.FormatFloat(bound, 'f', 4, 64)
		}
		line = append(line, text)
	}
	number(r.Levels[5], r.Levels[4], r.Levels[3], r.Levels[2], r.Levels[1], r.Marked, r.Defaulted, r.Excluded, r.Late, r.Duplicate)
	return line
}
