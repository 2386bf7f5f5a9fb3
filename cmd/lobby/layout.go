package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"lobby/devices"
	"lobby/display/slip"
	"lobby/queue"
)

// layout says what stands on a ticket's slip, for paper of a printer's width.
func (l *lobby) layout(p Printer) func(t queue.Ticket, at time.Time) devices.Slip {
	dots := p.dots()
	d := l.file.description()
	return func(t queue.Ticket, at time.Time) devices.Slip {
		leg := t.Leg()
		service := d.Service(leg.Service)
		c := slip.Content{
			Hall: d.Hall.Name, Number: t.Number, Service: service.Name, Priority: leg.Class != l.file.Classes[0].ID,
			Ahead: t.Promise.Ahead, Forecast: forecastText(t.Promise), Before: l.beforeText(t.Promise), Where: d.Where(leg.Service), QR: l.publicURL() + "/t/" + t.Token,
			Lines: []string{"扫码看进度", "过号请到窗口告诉工作人员"}, PrintedAt: at.In(l.location), Serial: t.Kiosk + "-" + t.Number,
			Phone: d.Hall.Phone, Copy: t.Copies,
		}
		if strings.HasPrefix(t.Lang, "en") {
			c.ServiceSecond = service.Names.In("en", "")
		}
		for _, chain := range d.Chains {
			if chain.ID == service.Chain {
				c.Chain = chain.Name
			}
		}
		if item, ok := l.file.items.Find(t.Item); ok {
			c.Service, c.Documents = item.Name, item.Papers
		}
		return slip.Layout(c, dots)
	}
}

// beforeText is the clock time that the promise names; nothing while there is
// none.
func (l *lobby) beforeText(f queue.Forecast) string {
	if f.Before.IsZero() {
		return ""
	}
	return f.Before.In(l.location).Format("15:04") + " 前（十次有九次）"
}

// forecastText is the promise in words: an interval, or how many windows serve
// while nobody can name one.
func forecastText(f queue.Forecast) string {
	switch {
	case f.High == nil && f.Windows == 0:
		return ""
	case f.High == nil:
		return fmt.Sprintf("%d 个窗口办理", f.Windows)
	case *f.Low == 0:
		return fmt.Sprintf("%d 分钟内", *f.High)
	}
	return fmt.Sprintf("约 %d–%d 分钟", *f.Low, *f.High)
}

// dots is the width of the printer's paper, which its profile's name tells.
func (p Printer) dots() int {
	var o struct {
		Profile string `yaml:"profile"`
	}
	if p.Options.ast != nil {
		_ = yaml.NodeToValue(p.Options.ast, &o) // the driver has checked it
	}
	if strings.HasSuffix(o.Profile, "58") {
		return slip.Paper58
	}
	return slip.Paper80
}

// publicURL is where citizens reach the hall with their phones.
func (l *lobby) publicURL() string {
	if l.file.Public != "" {
		return strings.TrimSuffix(l.file.Public, "/")
	}
	return l.url()
}
