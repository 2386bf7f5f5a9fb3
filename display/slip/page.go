package slip

import (
	"fmt"
	"strconv"
	"strings"

	"lobby/devices"
)

// The sizes of letters in dots where they are drawn; 24 dots are 3 mm.
const (
	sizeNormal = 24
	sizeLarge  = 32
	sizeHuge   = 40
)

// page is a ticket on its way.
type page struct {
	dots   int
	texts  Texts
	large  bool
	blocks []devices.Block
}

// fields draw what a template names.
var fields = map[string]func(p *page, e Element, c Content){
	"hall":           func(p *page, e Element, c Content) { p.line(e, c.Hall) },
	"chain":          func(p *page, e Element, c Content) { p.line(e, c.Chain) },
	"service":        func(p *page, e Element, c Content) { p.line(e, c.Service) },
	"service_second": func(p *page, e Element, c Content) { p.line(e, c.ServiceSecond) },
	"text":           func(p *page, e Element, _ Content) { p.line(e, e.Text) },
	"priority":       (*page).priority,
	"copy":           (*page).copy,
	"offline":        (*page).offline,
	"logo":           (*page).logo,
	"number":         (*page).number,
	"rule":           (*page).rule,
	"ahead":          (*page).ahead,
	"before":         (*page).before,
	"where":          (*page).where,
	"steps":          (*page).steps,
	"documents":      (*page).documents,
	"qr":             (*page).code,
	"time":           (*page).time,
	"valid":          (*page).valid,
}

func (p *page) add(b devices.Block) { p.blocks = append(p.blocks, b) }

// style is how an element's letters look: their size where they are drawn, and
// the nearest magnification of a printer's own type.
func (p *page) style(e Element) devices.Block {
	b := devices.Block{Size: sizeNormal, Bold: e.Bold, Align: devices.Center}
	switch {
	case e.Size == large && p.large:
		b.Size, b.Scale = sizeHuge, 2
	case e.Size == large:
		b.Size, b.Scale = sizeLarge, 2
	case p.large:
		b.Size, b.Scale = sizeLarge, 2
	}
	switch e.Align {
	case "left":
		b.Align = devices.Left
	case "right":
		b.Align = devices.Right
	}
	return b
}

// line is one line of text. In letters of its own a printer sets it in double
// size only where it fits, unless large letters are wanted.
func (p *page) line(e Element, text string) {
	if text == "" {
		return
	}
	b := p.style(e)
	if b.Scale == 2 && !p.large && columns(text)*24 > p.dots {
		b.Scale = 0
	}
	b.Text = text
	p.add(b)
}

// pair is a line with two parts.
func (p *page) pair(e Element, left, right string) {
	b := p.style(e)
	b.Pair, b.Align = [2]string{left, right}, devices.Left
	if !p.large {
		b.Scale = 0
	}
	p.add(b)
}

func (p *page) priority(e Element, c Content) {
	if c.Priority {
		p.mark(e, p.texts.Priority)
	}
}

func (p *page) copy(e Element, c Content) {
	if c.Copy > 0 {
		p.mark(e, fmt.Sprintf(p.texts.Copy, c.Copy))
	}
}

// mark is white on black, with black at both sides of the word.
func (p *page) mark(e Element, text string) {
	b := p.style(e)
	b.Text, b.Reverse = " "+text+" ", true
	p.add(b)
}

func (p *page) offline(e Element, c Content) {
	if c.Offline {
		p.line(e, p.texts.Offline)
	}
}

// number is drawn, because no printer has letters of 16 mm. A number with
// characters that cannot be drawn is printed as large as text goes.
func (p *page) number(_ Element, c Content) {
	img, err := drawNumber(c.Number, p.dots)
	if err != nil {
		p.add(devices.Block{Text: c.Number, Scale: 4, Size: 4 * sizeNormal, Bold: true, Align: devices.Center})
		return
	}
	p.add(devices.Block{Image: img, Align: devices.Center})
}

// rule parts what stands above from what stands below; where nothing stands
// between two rules, one is enough.
func (p *page) rule(Element, Content) {
	if n := len(p.blocks); n == 0 || !p.blocks[n-1].Rule {
		p.add(devices.Block{Rule: true})
	}
}

func (p *page) ahead(e Element, c Content) {
	count := p.texts.Next
	if c.Ahead > 0 {
		count = fmt.Sprintf(p.texts.People, c.Ahead)
	}
	if c.Forecast != "" && (c.Ahead > 0 || c.Before != "") {
		count += " " + c.Forecast
	}
	p.pair(e, p.texts.Ahead, count)
}

func (p *page) before(e Element, c Content) {
	if c.Before != "" {
		p.pair(e, p.texts.Before, c.Before)
	}
}

func (p *page) where(e Element, c Content) {
	if c.Where != "" {
		p.pair(e, p.texts.GoTo, c.Where)
	}
}

// steps lists what the one number leads through.
func (p *page) steps(e Element, c Content) {
	for i, step := range c.Steps {
		p.line(e, strconv.Itoa(i+1)+". "+step)
	}
}

func (p *page) documents(e Element, c Content) {
	if len(c.Documents) > 0 {
		p.line(e, p.texts.Bring+strings.Join(c.Documents, p.texts.Separator))
	}
}

// code is the QR code with its lines, which stand beside it where the slip is
// drawn, and below it where the printer sets its own type.
func (p *page) code(e Element, c Content) {
	if c.QR == "" {
		return
	}
	b := p.style(e)
	b.QR, b.Beside, b.Scale = c.QR, c.Lines, 0
	if len(b.Beside) == 0 {
		b.Beside = p.texts.Scan
	}
	p.add(b)
}

func (p *page) time(e Element, c Content) {
	layout := "2006-01-02 15:04:05"
	if p.dots < Paper80 {
		layout = "01-02 15:04:05"
	}
	b := p.style(e)
	b.Pair, b.Align, b.Scale = [2]string{c.PrintedAt.Format(layout), c.Serial}, devices.Left, 0
	p.add(b)
}

func (p *page) valid(e Element, c Content) {
	last := p.texts.Valid
	if c.Phone != "" && p.dots >= Paper80 {
		last += " · " + fmt.Sprintf(p.texts.Phone, c.Phone)
	}
	p.line(e, last)
}

// columns is the width in characters of font A, twelve dots each.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r >= 0x80 {
			n++
		}
	}
	return n
}
