package api

import (
	"context"
	"encoding/json"
	"errors"
	"time"
	"unicode/utf8"

	"lobby/display/access"
	"lobby/queue"
	"lobby/queue/hall"
)

// codeNotDurable is the refusal of a command that the disk did not take.
const codeNotDurable = "not_durable"

// printPatience bounds how long the answer to a take waits for its slip.
const printPatience = 15 * time.Second

// Commander carries out commands that come as JSON, from HTTP or the feed.
type Commander struct {
	Hall    Hall
	Items   *Items
	Holders Holders // nil where no kiosk reads cards
}

// Holders know whose card was read at a kiosk, by its keyed hash.
type Holders interface {
	// Holder is who stands there now; empty for nobody known.
	Holder(kiosk string, now time.Time) string
	// Gone says that the number was taken: the next one is somebody else's.
	Gone(kiosk string)
}

// head is what every command has.
type head struct {
	ID     string `json:"id"`
	Type   string `json:"type"`
	Window string `json:"window"`
	Kiosk  string `json:"kiosk"`
	Lang   string `json:"lang"` // of the sentence in a refusal
}

// wellFormed refuses what is no command at all.
func wellFormed(data []byte) *queue.Refusal {
	var h head
	if !utf8.Valid(data) { // two ids would be read as one
		return &queue.Refusal{Code: queue.CodeBadCommand, Say: "命令不是有效的 UTF-8"}
	}
	if err := json.Unmarshal(data, &h); err != nil {
		return &queue.Refusal{Code: queue.CodeBadCommand, Say: "命令不是有效的 JSON 对象：" + err.Error()}
	}
	if h.ID == "" {
		return &queue.Refusal{Code: queue.CodeBadCommand, Say: "命令缺少 id：每个命令都要有自己唯一的 id，重发时用同一个"}
	}
	return nil
}

// Command decodes and carries out one command. When the answer has to wait
// for paper, later gives the final one; the answer itself is durable already.
func (c *Commander) Command(ctx context.Context, from string, data []byte) (queue.Answer, func(context.Context) queue.Answer) {
	var h head
	if r := wellFormed(data); r != nil {
		_ = json.Unmarshal(data, &h) // the id, if there is one
		return queue.Answer{ID: h.ID, Refusal: r}, nil
	}
	_ = json.Unmarshal(data, &h) // wellFormed has read it before
	if r := access.Command(ctx, data); r != nil {
		return queue.Answer{ID: h.ID, Refusal: r}, nil
	}
	command, err := queue.DecodeCommand(data)
	if take, ok := command.(queue.Take); ok && err == nil {
		command, err = c.withService(c.withHolder(take))
	}
	var refusal *queue.Refusal
	if errors.As(err, &refusal) {
		return queue.Answer{ID: h.ID, Refusal: refusal.In(h.Lang)}, nil
	}
	answer, err := c.Hall.Do(ctx, hall.Request{ID: h.ID, Actor: h.actor(ctx, from), Command: command})
	if err != nil {
		return queue.Answer{ID: h.ID, Refusal: &queue.Refusal{Code: codeNotDurable, Say: "命令没有写入磁盘，请用同一个 id 再试"}}, nil
	}
	answer.Refusal = answer.Refusal.In(h.Lang)
	if take, ok := command.(queue.Take); ok && answer.OK {
		if c.Holders != nil {
			c.Holders.Gone(take.Kiosk)
		}
		return answer, func(ctx context.Context) queue.Answer { return c.withPrint(ctx, answer) }
	}
	return answer, nil
}

// actor says who commands, as far as it is known.
func (h head) actor(ctx context.Context, from string) string {
	i, signed := access.From(ctx)
	switch {
	case signed:
		return i.Actor()
	case h.Window != "":
		return "window:" + h.Window
	case h.Kiosk != "":
		return "kiosk:" + h.Kiosk
	}
	return from
}

// withHolder makes the number that of whose card was read at the kiosk. What a
// page says of a person is nothing that a card said.
func (c *Commander) withHolder(t queue.Take) queue.Take {
	if c.Holders != nil && t.Kiosk != "" && t.Person == "" {
		t.Person = c.Holders.Holder(t.Kiosk, time.Now())
	}
	return t
}

// withService finds the queue of an item.
func (c *Commander) withService(t queue.Take) (queue.Command, error) {
	if t.Item == "" || t.Service != "" {
		return t, nil
	}
	item, ok := c.Items.Find(t.Item)
	if !ok {
		return nil, &queue.Refusal{Code: "unknown_item", Say: "没有编号为 " + t.Item + " 的事项"}
	}
	t.Service = item.Service
	return t, nil
}

// withPrint waits until the slip's outcome is known and puts it into the
// answer.
func (c *Commander) withPrint(ctx context.Context, a queue.Answer) queue.Answer {
	var res queue.TakeResult
	if json.Unmarshal(a.Result, &res) != nil || res.Print != queue.Printing {
		return a
	}
	ctx, cancel := context.WithTimeout(ctx, printPatience)
	defer cancel()
	res.Print = c.printOutcome(ctx, res)
	if data, err := json.Marshal(res); err == nil {
		a.Result = data
	}
	return a
}

// printOutcome follows one ticket's slip; what is not known in time is
// unconfirmed.
func (c *Commander) printOutcome(ctx context.Context, res queue.TakeResult) queue.Print {
	w, err := c.Hall.Watch(ctx, 64)
	if err != nil {
		return queue.PrintUnconfirmed
	}
	for {
		var print queue.Print
		err := c.Hall.Read(ctx, func(s *queue.State) {
			if t, ok := s.Ticket(res.Ticket); ok && t.Day == res.Day {
				print = t.Print
			}
		})
		if err != nil || print == "" {
			return queue.PrintUnconfirmed
		}
		if print != queue.Printing {
			return print
		}
		if !waitFor(ctx, w.Records, res.Ticket) {
			return queue.PrintUnconfirmed
		}
	}
}

// waitFor waits until a record about the ticket comes by.
func waitFor(ctx context.Context, records <-chan []queue.Record, ticket string) bool {
	for {
		select {
		case <-ctx.Done():
			return false
		case rs, ok := <-records:
			if !ok {
				return false
			}
			for _, r := range rs {
				if s, ok := r.Event.(queue.Subject); ok && s.TicketNumber() == ticket {
					return true
				}
			}
		}
	}
}
