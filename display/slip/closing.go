package slip

import (
	"strconv"
	"time"

	"lobby/devices"
)

// Closing is what the day's closing slip says. Whoever files it can tell later
// whether the day's records were changed.
type Closing struct {
	Hall       string
	Day        string
	Figures    [][2]string // what is counted, and how many
	Records    uint64      // of the trail so far
	Checkpoint string      // signed, as one line
	Again      bool        // one may have come out before the program ended
	PrintedAt  time.Time   // in the hall's time zone
}

// Layout places the closing slip on paper of the given width in dots. It is
// for the hall's own people, so it speaks Chinese and knows no template.
func (c Closing) Layout(dots int) devices.Slip {
	p := page{dots: dots}
	p.line(Element{Size: large, Bold: true}, c.Hall)
	p.line(Element{Size: large}, "日结单 "+c.Day)
	if c.Again {
		p.mark(Element{}, "程序重启后补打")
	}
	p.rule(Element{}, Content{})
	for _, f := range c.Figures {
		p.pair(Element{}, f[0], f[1])
	}
	p.pair(Element{}, "记录总数", strconv.FormatUint(c.Records, 10))
	p.rule(Element{}, Content{})
	p.add(devices.Block{QR: c.Checkpoint, Align: devices.Center, Size: sizeNormal, Beside: []string{"签名检查点", "请归档保存", "可核对此前记录没有被改动"}})
	p.rule(Element{}, Content{})
	p.add(devices.Block{Pair: [2]string{"打印时间", c.PrintedAt.Format("2006-01-02 15:04:05")}, Size: sizeNormal})
	return devices.Slip{ID: c.Day + "/closing", Blocks: p.blocks}
}
