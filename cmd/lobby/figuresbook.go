package main

import (
	"lobby/display/api"
	"lobby/queue/figures"
	"lobby/queue/ratings"
)

// figuresBook is the day that was asked for last.
type figuresBook struct{ book[*figures.Books] }

// Figures implements api.Figures.
func (f *figuresBook) Figures(day string) (report api.Report, err error) {
	err = f.read(day, day, func(b *figures.Books) { report = b.Report() })
	return report, err
}

// ratingsBook is the days that were asked for last.
type ratingsBook struct{ book[*ratings.Tally] }

// Ratings implements api.Ratings.
func (r *ratingsBook) Ratings(from, to, by string) (report api.Report, err error) {
	err = r.read(from, to, func(t *ratings.Tally) { report = t.Table(by) })
	return report, err
}
