package feed

import (
	"encoding/json"
	"slices"
	"strings"

	"lobby/display"
	"lobby/display/access"
	"lobby/queue"
)

// hello opens every connection.
type hello struct {
	Type      string `json:"type"`
	Hall      string `json:"hall"`
	Build     string `json:"build"`
	Epoch     string `json:"epoch"`
	Heartbeat int    `json:"heartbeat"` // seconds
}

// snapshotMessage is the whole state at a sequence number.
type snapshotMessage struct {
	Type  string        `json:"type"`
	Seq   uint64        `json:"seq"`
	State display.State `json:"state"`
}

// patchMessage is a part of the state, for clients with the topic view.
type patchMessage struct {
	Type  string        `json:"type"`
	Seq   uint64        `json:"seq"`
	State display.Patch `json:"state"`
}

// recordMessage is one record.
type recordMessage struct {
	Type  string      `json:"type"`
	Seq   uint64      `json:"seq"`
	At    string      `json:"at"`
	Event string      `json:"event"`
	Data  queue.Event `json:"data"`
}

// timeFormat is RFC 3339 with milliseconds.
const timeFormat = "2006-01-02T15:04:05.000Z07:00"

// skip stands for records outside the client's topics.
type skip struct {
	Type string `json:"type"`
	To   uint64 `json:"to"`
}

// message is one with nothing but a sequence number.
type message struct {
	Type string `json:"type"`
	Seq  uint64 `json:"seq"`
}

// answerMessage answers a command on the same socket.
type answerMessage struct {
	Type string `json:"type"`
	queue.Answer
}

// request is what a client sends.
type request struct {
	Type    string          `json:"type"`
	ID      string          `json:"id"`
	Command json.RawMessage `json:"command"`
}

// screenBeat is what the page of a screen sends every few seconds.
type screenBeat struct {
	Type   string `json:"type"`
	Screen string `json:"screen"` // wall:main, kiosk:k1
}

// topics is what a client wants to hear of.
type topics struct {
	key  string // canonical, for sharing
	want []string
	view bool // patches too

	hears func(event string) bool // nil hears all
}

// parseTopics reads "queue,alerts"; nothing means every topic.
func parseTopics(list string) topics {
	var t topics
	for _, name := range strings.Split(list, ",") {
		switch name {
		case "":
		case "view":
			t.view = true
		default:
			t.want = append(t.want, name)
		}
	}
	slices.Sort(t.want)
	t.key = strings.Join(t.want, ",")
	return t
}

func (t topics) has(topic string) bool { return len(t.want) == 0 || slices.Contains(t.want, topic) }

// as narrows the topics to what a role hears of.
func (t topics) as(r access.Role) topics {
	t.key += " as " + string(r)
	t.hears = r.Hears
	return t
}

// about tells whether a client hears of an event.
func (t topics) about(e queue.Event) bool {
	return t.has(e.Topic()) && (t.hears == nil || t.hears(e.Name()))
}

// outgoing is a message with the sequence number up to which it tells; 0 for
// those that are not about records.
type outgoing struct {
	seq   uint64
	patch bool // about the state, not about records
	body  any
}

// public takes out what is the citizen's alone: whoever asked for a ticket has
// its token in the answer.
func public(e queue.Event) queue.Event {
	if issued, ok := e.(queue.TicketIssued); ok {
		issued.Token, issued.Person, issued.Booking = "", "", ""
		return issued
	}
	return e
}

// messages turns records into messages, with skips in place of what the client
// did not ask for, so that its sequence numbers have no gap.
func (t topics) messages(rs []queue.Record) []outgoing {
	var ms []outgoing
	skipped := uint64(0)
	for _, r := range rs {
		if !t.about(r.Event) {
			skipped = r.Seq
			continue
		}
		if skipped > 0 {
			ms = append(ms, outgoing{seq: skipped, body: skip{Type: "skip", To: skipped}})
			skipped = 0
		}
		ms = append(ms, outgoing{seq: r.Seq, body: recordMessage{Type: "record", Seq: r.Seq, At: r.At.Format(timeFormat), Event: r.Event.Name(), Data: public(r.Event)}})
	}
	if skipped > 0 {
		ms = append(ms, outgoing{seq: skipped, body: skip{Type: "skip", To: skipped}})
	}
	return ms
}
