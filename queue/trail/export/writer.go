// Package export is the trail as a file for others: JSON lines, one record a
// line, and after an empty line the checkpoints as signed notes. What is left
// out of a file is there as hashes, so that the signed root can be worked out
// all the same. The format is described in hardware-docs/trail-format.md.
package export

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"lobby/queue"
	"lobby/queue/trail/checkpoint"
	"lobby/queue/trail/leaf"
)

// Options are what a file is written with.
type Options struct {
	Hall   string      // id, the origin of checkpoints
	Epoch  string      // of records given to Write
	Signer note.Signer // signs the checkpoint over the whole file
	Salts  io.Reader   // random bytes for what is personal in records given to Write
}

// Writer writes one file. The same records with the same options give the
// same bytes.
type Writer struct {
	Options
	out     *bufio.Writer
	tree    checkpoint.Tree
	notes   []string
	partial bool
	buf     []byte
}

// NewWriter begins a file. Close has to be called for it to be whole.
func NewWriter(w io.Writer, o Options) *Writer {
	return &Writer{Options: o, out: bufio.NewWriterSize(w, 1<<16)}
}

// Size is how many records the file tells of so far.
func (w *Writer) Size() uint64 { return w.tree.Size() }

// Root is the root over what the file tells of so far.
func (w *Writer) Root() tlog.Hash { return w.tree.Root() }

// Write writes a record that has not been in a trail.
func (w *Writer) Write(r queue.Record) error {
	l, _, err := leaf.New(r, w.Epoch, w.Salts)
	if err != nil {
		return err
	}
	return w.Leaf(l)
}

// Leaf writes a record. Records come in sequence.
func (w *Writer) Leaf(l leaf.Leaf) error {
	if l.Seq != w.tree.Size()+1 {
		return fmt.Errorf("export: record %d follows record %d", l.Seq, w.tree.Size())
	}
	w.buf = append(l.AppendLine(w.buf[:0]), '\n')
	w.tree.Add(l.Hash())
	if err := w.collect(l); err != nil {
		return err
	}
	_, err := w.out.Write(w.buf)
	return err
}

// collect keeps the checkpoint that a record holds for the end of the file.
func (w *Writer) collect(l leaf.Leaf) error {
	if l.Event != (queue.CheckpointSigned{}).Name() || w.partial {
		return nil
	}
	var e queue.CheckpointSigned
	if err := json.Unmarshal(l.Data, &e); err != nil {
		return fmt.Errorf("export: record %d: %w", l.Seq, err)
	}
	w.notes = append(w.notes, e.Note)
	return nil
}

// Personal writes what is personal in the record before it.
func (w *Writer) Personal(p leaf.Personal) error {
	_, err := fmt.Fprintf(w.out, "{\"personal\":%d,\"salt\":%q,\"clear\":%s}\n", w.tree.Size(), base64.StdEncoding.EncodeToString(p.Salt[:]), p.Clear)
	return err
}

// Omit stands for the next 1<<level records by the root over them. They must
// begin where a complete subtree begins.
func (w *Writer) Omit(level int, root tlog.Hash) error {
	first := w.tree.Size() + 1
	if err := w.tree.AddSubtree(level, root); err != nil {
		return err
	}
	w.partial = true
	_, err := fmt.Fprintf(w.out, "{\"omitted\":[%d,%d],\"hash\":%q}\n", first, w.tree.Size(), root)
	return err
}

// Close ends the file with its checkpoints, the last over all of it.
func (w *Writer) Close() error {
	if w.tree.Size() == 0 {
		return fmt.Errorf("export: there are no records")
	}
	c := checkpoint.Checkpoint{Hall: w.Hall, Size: w.tree.Size(), Root: w.tree.Root()}
	last, err := c.Sign(w.Signer)
	if err != nil {
		return err
	}
	for _, n := range append(w.notes, last) {
		if _, err := w.out.WriteString("\n" + n); err != nil {
			return err
		}
	}
	return w.out.Flush()
}
