package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"lobby/devices"
	"lobby/display"
	"lobby/display/slip"
	"lobby/queue"
)

// slips says what stands on the slips of a hall.
type slips struct {
	file     *hallFile
	location *time.Location
	public   string // where citizens reach the hall with their phones
}

// layout says what stands on a ticket's slip, for paper of a printer's width.
func (l *lobby) layout(p Printer) func(t queue.Ticket, at time.Time) devices.Slip {
	return slips{l.file, l.location, l.publicURL()}.layout(p)
}

func (s slips) layout(p Printer) func(t queue.Ticket, at time.Time) devices.Slip {
	template, dots := s.file.template(p.Slip), p.dots()
	return func(t queue.Ticket, at time.Time) devices.Slip {
		return template.Layout(s.content(t, at), dots)
	}
}

// template finds a printer's template; the check has seen that it is there.
func (c Config) template(name string) slip.Template {
	if t, ok := c.Slips[name]; ok {
		return t
	}
	return slip.Standard()
}

func (s slips) content(t queue.Ticket, at time.Time) slip.Content {
	d, leg := s.file.description(), t.Leg()
	service, texts := d.Service(leg.Service), slip.In(t.Lang)
	c := slip.Content{
		Hall: d.Hall.Name, Number: t.Number, Service: service.Name, Priority: leg.Class != s.file.Classes[0].ID,
		Ahead: t.Promise.Ahead, Forecast: forecastText(texts, t.Promise), Before: s.beforeText(texts, t.Promise), Where: d.Where(leg.Service, t.Lang), QR: s.public + "/t/" + t.Token,
		PrintedAt: at.In(s.location), Serial: t.Kiosk + "-" + t.Number, Phone: d.Hall.Phone, Copy: t.Copies,
		Large: s.file.largeSlip(leg.Class), Texts: texts,
	}
	if strings.HasPrefix(t.Lang, "en") {
		c.ServiceSecond = service.Names.In("en", "")
	}
	for _, chain := range d.Chains {
		if chain.ID == service.Chain {
			c.Chain = chain.Name
		}
	}
	if t.Journey != nil {
		c.Service, c.ServiceSecond, c.Steps = t.Journey.Chain.Name, "", courseOf(t.Journey)
	}
	if item, ok := s.file.items.Find(t.Item); ok {
		c.Service, c.Documents = item.Name, item.Papers
	}
	return c
}

// courseOf lists the steps of a journey for its slip.
func courseOf(j *queue.Journey) []string {
	var steps []string
	for _, p := range j.Steps {
		say := p.Name
		if p.Mode == queue.ModePaper {
			say += "（材料流转，不用到场）"
		}
		if p.State == queue.StepDone {
			say += "（已办结）"
		}
		steps = append(steps, say)
	}
	return steps
}

// largeSlip says whether people of a class get a slip in large letters.
func (c Config) largeSlip(class string) bool {
	i := slices.IndexFunc(c.Classes, func(k display.Class) bool { return k.ID == class })
	return i >= 0 && c.Classes[i].LargeSlip
}

// beforeText is the clock time that the promise names; nothing while there is
// none.
func (s slips) beforeText(texts slip.Texts, f queue.Forecast) string {
	if f.Before.IsZero() {
		return ""
	}
	return fmt.Sprintf(texts.Nine, f.Before.In(s.location).Format("15:04"))
}

// forecastText is the promise in words: an interval, or how many windows serve
// while nobody can name one.
func forecastText(texts slip.Texts, f queue.Forecast) string {
	switch {
	case f.High == nil && f.Windows == 0:
		return ""
	case f.High == nil:
		return fmt.Sprintf(texts.Windows, f.Windows)
	case *f.Low == 0:
		return fmt.Sprintf(texts.Within, *f.High)
	}
	return fmt.Sprintf(texts.Between, *f.Low, *f.High)
}

// dots is the width of the printer's paper, which its profile's name tells.
func (p Printer) dots() int {
	var o struct {
		Profile string `yaml:"profile"`
	}
	if p.Options.ast != nil {
		_ = toValue(p.Options.ast, &o) // the driver has checked it
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
