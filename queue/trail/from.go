package trail

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/ncruces/go-sqlite3"

	"lobby/queue"
)

// From hands on what a fold over the records needs that is only about a
// business day and those after it: the configuration in force when the month
// of that day began, and then every record since, in order. A day's opening
// forgets the days before it, so that the fold comes to the same as over all
// records, and the files of earlier months are not read but for that
// configuration.
func (r *Reader) From(day string, each func(queue.Record) error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.conn == nil {
		return ErrBroken
	}
	return r.consistently(r.conn, func(parts []Part, own uint64) error {
		first, err := r.monthBegins(parts, day[:min(len(day), len("2006-01"))])
		if err != nil || first == 0 {
			return err
		}
		if err := r.configBefore(parts, first, each); err != nil {
			return err
		}
		return r.scanFiles(r.conn, parts, own, first-1, decoded(each))
	})
}

// monthBegins is the first record of a month or of those after it, at the
// latest of the month of the last record; 0 for no records.
func (r *Reader) monthBegins(parts []Part, month string) (first uint64, err error) {
	err = query(r.conn, "SELECT day FROM records ORDER BY seq DESC LIMIT 1", nil, func(s *sqlite3.Stmt) error {
		last := s.ColumnText(0)
		month = min(month, last[:min(len(last), len("2006-01"))])
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, p := range parts {
		if p.Name >= month && !p.Gone {
			return p.First, nil
		}
	}
	err = query(r.conn, "SELECT min(seq) FROM records WHERE day>=?", func(s *sqlite3.Stmt) error { return s.BindText(1, month) },
		func(s *sqlite3.Stmt) error { first = uint64(s.ColumnInt64(0)); return nil })
	return first, err
}

// Rotated is the last note by which one key of the trail has handed over to
// another; empty when none has lately. Whoever asks has just come from a change
// of keys that was cut short, so that older months are not looked through.
func (r *Reader) Rotated() (note string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.conn == nil {
		return "", ErrBroken
	}
	sql := selectRecords + " WHERE event='" + (queue.KeyRotated{}).Name() + "' ORDER BY seq DESC LIMIT 1"
	found := decoded(func(c queue.Record) error {
		if e, ok := c.Event.(queue.KeyRotated); ok {
			note = e.Note
		}
		return nil
	})
	err = r.consistently(r.conn, func(parts []Part, _ uint64) error {
		if err := query(r.conn, sql, nil, found); err != nil || note != "" || len(parts) == 0 || parts[len(parts)-1].Gone {
			return err
		}
		return r.queryPart(parts[len(parts)-1], sql, nil, found)
	})
	return note, err
}

// configBefore hands on the last configuration that was activated before a
// record, if that is still kept.
func (r *Reader) configBefore(parts []Part, before uint64, each func(queue.Record) error) error {
	sql := fmt.Sprintf("%s WHERE seq<%d AND event='%s' ORDER BY seq DESC LIMIT 1", selectRecords, before, queue.ConfigActivated{}.Name())
	found := decoded(func(c queue.Record) error { return cmp.Or(each(c), errEnough) })
	err := query(r.conn, sql, nil, found)
	for _, p := range slices.Backward(parts) {
		if err == nil && p.First < before && !p.Gone {
			err = r.queryPart(p, sql, nil, found)
		}
	}
	if errors.Is(err, errEnough) {
		err = nil
	}
	return err
}
