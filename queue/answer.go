package queue

import (
	"encoding/json"
	"iter"
	"slices"
)

// Answer is what the sender of a command gets, now and for every repetition
// of the same id on the same day.
type Answer struct {
	ID      string          `json:"id"`
	OK      bool            `json:"ok"`
	Seq     []uint64        `json:"seq,omitempty"` // of the records the command led to
	Result  json.RawMessage `json:"result,omitempty"`
	Refusal *Refusal        `json:"refusal,omitempty"`
}

// Batch is what becomes durable together, or a piece of it: the records of
// several commands and the answers to them. Day is the business day the answers
// are kept for.
type Batch struct {
	Day     string
	Records []Record
	Answers []Answer
}

// Alone is the batch as its only piece.
func (b Batch) Alone() iter.Seq[Batch] { return slices.Values([]Batch{b}) }
