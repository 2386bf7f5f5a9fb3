// Package verify checks an export of a trail with nothing but the file and the
// hall's public key: the records, the tree over them, the signatures of the
// checkpoints, and that an older checkpoint somebody kept belongs to the same
// history. It says the first record that is wrong.
package verify

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"lobby/queue"
	"lobby/queue/trail/checkpoint"
	"lobby/queue/trail/export"
	"lobby/queue/trail/leaf"
)

// Options say what a file is held against.
type Options struct {
	Keys     *checkpoint.Keys         // those trusted at first; the file's own handing over changes them
	Older    string                   // checkpoint that somebody kept, as a note or on a line; empty for none
	Check    func(queue.Record) error // the rules of the queue, for every record of a whole file; nil for none
	Progress func(bytes int64)        // told now and then how many more bytes were read; nil for nobody
}

// Report is what was found right.
type Report struct {
	Hall        string
	Size        uint64 // records of the trail, as far as the file tells of it
	Records     uint64 // records in the file itself
	Checkpoints int
	Replayed    bool // Check has seen every record
}

// Wrong is the first record that is wrong, or, where only the tree can tell,
// the stretch that it is in.
type Wrong struct {
	First, Last uint64
	Why         error
}

// Error implements error.
func (w *Wrong) Error() string {
	if w.First == w.Last {
		return fmt.Sprintf("record %d: %v", w.First, w.Why)
	}
	return fmt.Sprintf("record %d or one of the %d after it: %v", w.First, w.Last-w.First, w.Why)
}

// Unwrap gives the reason.
func (w *Wrong) Unwrap() error { return w.Why }

// File checks a file of a size. Its error is a *Wrong wherever a record can be
// named.
func File(f io.ReaderAt, size int64, o Options) (Report, error) {
	claims, end, err := export.Notes(f, size)
	if err != nil {
		return Report{}, err
	}
	o.Older = checkpoint.OfLine(o.Older)
	c := &check{Options: o, claims: claims, marks: claims, notes: map[string]bool{}}
	for _, claim := range claims {
		c.notes[claim.Note] = true
	}
	if err := c.expect(o.Older); err != nil {
		return Report{}, err
	}
	err = export.Each(io.NewSectionReader(f, 0, end), c.add)
	if err == nil {
		err = c.release(leaf.Personal{})
	}
	if err == nil {
		err = c.finish()
	}
	return c.report, err
}

// check is the state of one verification.
type check struct {
	Options
	claims []export.Claim  // at the end of the file
	marks  []export.Claim  // whose root is still to be met, by size
	notes  map[string]bool // the claims' notes
	tree   checkpoint.Tree
	last   leaf.Leaf // the record before
	held   *held     // the record before, while Check has not seen it
	past   uint64    // size of the last mark that was met
	report Report
}

// held is a record whose personal part may follow.
type held struct {
	leaf   leaf.Leaf
	record queue.Record
}

// expect adds the older checkpoint to the roots that have to be met.
func (c *check) expect(older string) error {
	if older == "" {
		return nil
	}
	text, _, _ := strings.Cut(older, "\n\n")
	p, err := checkpoint.Parse(text + "\n")
	if err != nil {
		return fmt.Errorf("the checkpoint to compare with: %w", err)
	}
	whole := c.claims[len(c.claims)-1]
	switch {
	case p.Hall != whole.Hall:
		return fmt.Errorf("the checkpoint to compare with is of the hall %q, the file of %q", p.Hall, whole.Hall)
	case p.Size > whole.Size:
		return &Wrong{whole.Size + 1, p.Size, fmt.Errorf("missing: the checkpoint to compare with knows %d records, the file only %d", p.Size, whole.Size)}
	case p.Size == 0:
		return fmt.Errorf("the checkpoint to compare with is of an empty trail and proves nothing")
	}
	at := slices.IndexFunc(c.claims, func(claim export.Claim) bool { return claim.Size > p.Size })
	if at < 0 {
		at = len(c.claims)
	}
	c.marks = slices.Insert(slices.Clone(c.claims), at, export.Claim{Checkpoint: p, Note: older})
	return nil
}

// add takes the next line.
func (c *check) add(line export.Parsed) error {
	if c.Progress != nil {
		c.Progress(int64(line.Length) + 1)
	}
	next := c.tree.Size() + 1
	if line.Err != nil {
		return &Wrong{next, next, line.Err}
	}
	if err := c.item(line.Item, line.Record, next); err != nil {
		return err
	}
	return c.meet()
}

// item takes the next item of the file; next is the number that a record has
// to have now.
func (c *check) item(item export.Item, r queue.Record, next uint64) error {
	if p := item.Personal; p != nil {
		if p.Seq != c.last.Seq || !bytes.Equal(p.Commitment(), c.last.Commitment) {
			return &Wrong{next - 1, next - 1, fmt.Errorf("its commitment is not of the personal part that follows it")}
		}
		c.last.Commitment = nil // there is one personal part at most
		return c.release(p.Personal)
	}
	if err := c.release(leaf.Personal{}); err != nil {
		return err
	}
	if o := item.Omitted; o != nil {
		return c.omitted(*o, item.Hash, next)
	}
	if err := c.record(*item.Leaf, r); err != nil {
		return &Wrong{next, next, err}
	}
	c.tree.Add(item.Hash)
	c.report.Records++
	return nil
}

// omitted takes records that were left out.
func (c *check) omitted(o export.Omitted, root tlog.Hash, next uint64) error {
	if o.First != next {
		return &Wrong{next, next, fmt.Errorf("missing: the file goes on with the records %d to %d left out", o.First, o.Last)}
	}
	c.last = leaf.Leaf{}
	c.Keys.Skip()
	if err := c.tree.AddSubtree(o.Level, root); err != nil {
		return &Wrong{next, o.Last, err}
	}
	return nil
}

// release shows Check the record that was held, with what is personal in it.
func (c *check) release(p leaf.Personal) error {
	if c.held == nil {
		return nil
	}
	h := *c.held
	c.held = nil
	var err error
	if p.Clear != nil {
		h.record, err = h.leaf.Record(p)
	}
	if err == nil {
		err = c.Check(h.record)
	}
	if err != nil {
		return &Wrong{h.leaf.Seq, h.leaf.Seq, err}
	}
	return nil
}

// record checks a record by itself and against the one before it.
func (c *check) record(l leaf.Leaf, r queue.Record) error {
	switch last := c.last; {
	case l.Seq != c.tree.Size()+1:
		return fmt.Errorf("missing: the file goes on with record %d", l.Seq)
	case l.At.Before(last.At):
		return fmt.Errorf("it is from %v, before the record before it", l.At)
	case l.Mono < last.Mono:
		return fmt.Errorf("the running time went back from %v to %v", last.Mono, l.Mono)
	case l.Day < last.Day:
		return fmt.Errorf("it is of the day %q, after one of %q", l.Day, last.Day)
	}
	c.last = l
	switch e := r.Event.(type) {
	case queue.KeyRotated:
		if err := c.Keys.Accept(e.Note); err != nil {
			return err
		}
	case queue.CheckpointSigned:
		if c.whole() && !c.notes[e.Note] {
			return fmt.Errorf("its checkpoint is not among those at the end of the file")
		}
	}
	if c.Check != nil && c.whole() {
		c.held = &held{l, r}
	}
	return nil
}

// whole tells whether nothing has been left out so far.
func (c *check) whole() bool { return c.report.Records == c.tree.Size() }

// meet compares the tree with the checkpoints of its present size, which the
// key has signed that signed then.
func (c *check) meet() error {
	for len(c.marks) > 0 && c.marks[0].Size <= c.tree.Size() {
		mark := c.marks[0]
		if mark.Size < c.tree.Size() {
			return fmt.Errorf("the checkpoint of %d records cannot be compared: the records around it are left out; compare it with an export of the whole trail", mark.Size)
		}
		if mark.Root != c.tree.Root() {
			if err := c.signed(mark); err != nil {
				return err
			}
			return &Wrong{c.past + 1, mark.Size, fmt.Errorf("the first %d records are not those that the checkpoint was signed over", mark.Size)}
		}
		if err := c.signed(mark); err != nil {
			return err
		}
		c.past, c.marks = mark.Size, c.marks[1:]
	}
	return nil
}

// finish checks what is only known at the end: that every record is under a
// checkpoint.
func (c *check) finish() error {
	n := c.tree.Size()
	if len(c.marks) > 0 {
		return &Wrong{n + 1, c.marks[0].Size, fmt.Errorf("missing: the file was cut off")}
	}
	if n > c.past {
		return &Wrong{c.past + 1, n, fmt.Errorf("no checkpoint is over them: nobody has signed them")}
	}
	c.report.Hall, c.report.Size, c.report.Checkpoints = c.claims[0].Hall, n, len(c.claims)
	c.report.Replayed = c.Check != nil && c.whole()
	return nil
}

func (c *check) signed(mark export.Claim) error {
	p, err := checkpoint.Open(mark.Note, c.Keys)
	if err != nil {
		return fmt.Errorf("the checkpoint of %d records: %w", mark.Size, err)
	}
	if p.Hall != c.claims[0].Hall {
		return fmt.Errorf("the checkpoint of %d records is of the hall %q, others are of %q", mark.Size, p.Hall, c.claims[0].Hall)
	}
	return nil
}
