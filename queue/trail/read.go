package trail

import (
	"errors"
	"fmt"

	"github.com/ncruces/go-sqlite3"

	"lobby/queue"
)

// Since returns up to limit records after a sequence number, in order.
func (t *Trail) Since(seq uint64, limit int) ([]queue.Record, error) {
	return t.records(selectRecords+" WHERE seq>? ORDER BY seq LIMIT ?", func(s *sqlite3.Stmt) error {
		return errors.Join(s.BindInt64(1, int64(seq)), s.BindInt(2, limit))
	})
}

// Ticket returns the records of one ticket, in order.
func (t *Trail) Ticket(day, number string) ([]queue.Record, error) {
	return t.records(selectRecords+" WHERE day=? AND ticket=? ORDER BY seq", func(s *sqlite3.Stmt) error {
		return errors.Join(s.BindText(1, day), s.BindText(2, number))
	})
}

func (t *Trail) records(sql string, bind func(*sqlite3.Stmt) error) ([]queue.Record, error) {
	t.readMu.Lock()
	defer t.readMu.Unlock()
	if t.read == nil {
		return nil, ErrBroken
	}
	var rs []queue.Record
	err := query(t.read, sql, bind, func(s *sqlite3.Stmt) error {
		r, err := scanRow(s).record()
		rs = append(rs, r)
		return err
	})
	return rs, err
}

// query prepares, binds and steps one statement.
func query(c *sqlite3.Conn, sql string, bind, each func(*sqlite3.Stmt) error) error {
	st, _, err := c.Prepare(sql)
	if err != nil {
		return fmt.Errorf("trail: %w", err)
	}
	defer st.Close()
	if bind != nil {
		if err := bind(st); err != nil {
			return fmt.Errorf("trail: %w", err)
		}
	}
	for st.Step() {
		if each == nil {
			continue
		}
		if err := each(st); err != nil {
			return err
		}
	}
	if err := st.Err(); err != nil {
		return fmt.Errorf("trail: %w", err)
	}
	return nil
}
