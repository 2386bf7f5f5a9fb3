package main

import (
	"time"

	"lobby/devices"
	"lobby/queue"
)

// layout draws a ticket's slip.
func (h *hallFile) layout(t queue.Ticket, at time.Time, ahead int) devices.Slip {
	return devices.Slip{ID: t.Number, Blocks: []devices.Block{{Text: t.Number, Scale: 4, Align: devices.Center}, {QR: t.Token}}}
}
