// Package slip lays out the queue ticket: what is on it, in which order and how
// large. It knows paper, not printers: the driver turns the blocks into its
// printer's language.
package slip

import (
	"fmt"
	"strings"
	"time"

	"lobby/devices"
)

// The printable widths of the two papers at 203 dots to the inch.
const (
	Paper80 = 576
	Paper58 = 384
)

// Content is what a ticket says. It never holds a name or an identity number.
type Content struct {
	Hall          string // "富阳市行政服务中心"
	Chain         string // the chain of services it belongs to, if any
	Number        string // "M045"
	Service       string
	ServiceSecond string // the service in a second language, if wanted
	Priority      bool
	Ahead         int       // people waiting before this one
	Forecast      string    // "约 25–40 分钟"; empty where nobody can tell
	Before        string    // "10:50 前（十次有九次）"; empty where nobody can tell
	Where         string    // "一层 A 区 9–16 号窗口"
	Documents     []string  // what to bring; 80 mm paper only
	QR            string    // address of the ticket on a phone, with a random token
	Lines         []string  // below the QR code
	PrintedAt     time.Time // in the hall's time zone
	Serial        string    // kiosk and its count, "K1-0045"
	Phone         string
	Copy          int  // 0 is the first slip, n the n-th copy
	Offline       bool // issued without the city's connection
	Texts         Texts
}

// Texts are the words of the ticket itself, from the locale. Fields that are
// empty are taken from Chinese.
type Texts struct {
	Priority  string // on a black bar above the number
	Copy      string // with the number of the copy, %d
	Offline   string
	Ahead     string // left of the count
	People    string // the count of people, %d
	Next      string // instead of the count when nobody is ahead
	Before    string // left of the time before which the number is called
	GoTo      string // left of the place
	Bring     string // before the documents
	Separator string // between documents
	Valid     string
	Phone     string // with the number, %s
}

// Chinese returns the words for mainland China.
func Chinese() Texts {
	return Texts{
		Priority: "优先", Copy: "补打 %d", Offline: "离线",
		Ahead: "前面等候", People: "%d 人", Next: "下一位就是您", Before: "预计叫到", GoTo: "请到",
		Bring: "请备好：", Separator: "、", Valid: "当日有效", Phone: "咨询 %s",
	}
}

// orChinese fills what a locale left out: a slip with a gap is worse than one
// with a Chinese word.
func (t Texts) orChinese() Texts {
	c := Chinese()
	for _, f := range []struct{ have, want *string }{
		{&t.Priority, &c.Priority}, {&t.Copy, &c.Copy}, {&t.Offline, &c.Offline},
		{&t.Ahead, &c.Ahead}, {&t.People, &c.People}, {&t.Next, &c.Next}, {&t.Before, &c.Before}, {&t.GoTo, &c.GoTo},
		{&t.Bring, &c.Bring}, {&t.Separator, &c.Separator}, {&t.Valid, &c.Valid}, {&t.Phone, &c.Phone},
	} {
		if *f.have == "" {
			*f.have = *f.want
		}
	}
	return t
}

// Layout places the content on paper of the given width in dots.
func Layout(c Content, dots int) devices.Slip {
	p := page{dots: dots, texts: c.Texts.orChinese()}
	p.head(c)
	p.number(c.Number)
	p.service(c)
	p.add(devices.Block{Rule: true})
	p.way(c)
	p.documents(c)
	p.phone(c)
	p.foot(c)
	return devices.Slip{ID: c.PrintedAt.Format("2006-01-02") + "/" + c.Number, Blocks: p.blocks}
}

// page is a ticket on its way.
type page struct {
	dots   int
	texts  Texts
	blocks []devices.Block
}

func (p *page) add(b devices.Block) { p.blocks = append(p.blocks, b) }

func (p *page) center(text string, b devices.Block) {
	if text == "" {
		return
	}
	b.Text, b.Align = text, devices.Center
	p.add(b)
}

// large is for the lines that are read from afar: double size where they fit,
// bold where not.
func (p *page) large(text string) {
	b := devices.Block{Bold: true}
	if columns(text)*24 <= p.dots {
		b.Scale = 2
	}
	p.center(text, b)
}

func (p *page) head(c Content) {
	p.large(c.Hall)
	p.center(c.Chain, devices.Block{})
	if c.Priority {
		p.center(" "+p.texts.Priority+" ", devices.Block{Reverse: true, Scale: 2})
	}
	if c.Copy > 0 {
		p.center(" "+fmt.Sprintf(p.texts.Copy, c.Copy)+" ", devices.Block{Reverse: true})
	}
	if c.Offline {
		p.center(p.texts.Offline, devices.Block{Bold: true})
	}
}

// number is drawn, because no printer has letters of 16 mm. A number with
// characters that cannot be drawn is printed as large as text goes.
func (p *page) number(number string) {
	img, err := drawNumber(number, p.dots)
	if err != nil {
		p.center(number, devices.Block{Scale: 4, Bold: true})
		return
	}
	p.add(devices.Block{Image: img, Align: devices.Center})
}

func (p *page) service(c Content) {
	p.large(c.Service)
	p.center(c.ServiceSecond, devices.Block{})
}

// way says how long and whereto.
func (p *page) way(c Content) {
	count := p.texts.Next
	if c.Ahead > 0 {
		count = fmt.Sprintf(p.texts.People, c.Ahead)
	}
	if c.Forecast != "" && (c.Ahead > 0 || c.Before != "") {
		count += " " + c.Forecast
	}
	p.add(devices.Block{Pair: [2]string{p.texts.Ahead, count}, Bold: true})
	if c.Before != "" {
		p.add(devices.Block{Pair: [2]string{p.texts.Before, c.Before}, Bold: true})
	}
	if c.Where != "" {
		p.add(devices.Block{Pair: [2]string{p.texts.GoTo, c.Where}, Bold: true})
	}
	p.add(devices.Block{Rule: true})
}

func (p *page) documents(c Content) {
	if len(c.Documents) > 0 && p.dots >= Paper80 {
		p.add(devices.Block{Text: p.texts.Bring + strings.Join(c.Documents, p.texts.Separator)})
	}
}

// phone is the QR code with its lines below. A code beside text would have to
// be sent as one picture with the text in it: four times the bytes, a Chinese
// font on every machine, and blurred letters where the printer has sharp ones.
func (p *page) phone(c Content) {
	if c.QR == "" {
		return
	}
	p.add(devices.Block{QR: c.QR, Align: devices.Center})
	for i, line := range c.Lines {
		p.center(line, devices.Block{Bold: i == 0})
	}
	p.add(devices.Block{Rule: true})
}

func (p *page) foot(c Content) {
	layout := "2006-01-02 15:04:05"
	if p.dots < Paper80 {
		layout = "01-02 15:04:05"
	}
	p.add(devices.Block{Pair: [2]string{c.PrintedAt.Format(layout), c.Serial}})
	last := p.texts.Valid
	if c.Phone != "" && p.dots >= Paper80 {
		last += " · " + fmt.Sprintf(p.texts.Phone, c.Phone)
	}
	p.center(last, devices.Block{})
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
