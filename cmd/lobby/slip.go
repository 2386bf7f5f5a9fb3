package main

import (
	"errors"
	"fmt"
	"image/png"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lobby/devices/emulator/paper"
	"lobby/devices/printer/picture"
	"lobby/queue"
)

// slipOptions are the flags of the slip command.
type slipOptions struct {
	printer, service, class, lang, font, out string
	copies                                   int
}

// slipCommand draws a slip as it would lie in a citizen's hand, for whoever
// writes a template.
func slipCommand() *cobra.Command {
	var o slipOptions
	c := &cobra.Command{Use: "slip --config FILE", Short: "Draw a slip of a hall as a picture, without printing it", Args: cobra.NoArgs}
	config := configFlag(c)
	f := c.Flags()
	f.StringVar(&o.printer, "printer", "", "printer whose paper and template are used (default: the first)")
	f.StringVar(&o.service, "service", "", "service of the ticket (default: the first)")
	f.StringVar(&o.class, "class", "", "class of the citizen (default: the first)")
	f.StringVar(&o.lang, "lang", "zh-CN", "language of the ticket: zh-CN, zh-TW or en")
	f.StringVar(&o.font, "font", paper.FindFont(), "font file with Chinese characters")
	f.StringVar(&o.out, "out", "slip.png", "PNG file to write, - for the standard output")
	f.IntVar(&o.copies, "copy", 0, "number of the copy, 0 for the first slip")
	c.RunE = func(c *cobra.Command, _ []string) error {
		file, err := load(*config)
		if err != nil {
			return usageError{err}
		}
		return drawSlip(file, o, c.OutOrStdout())
	}
	return c
}

func drawSlip(file *hallFile, o slipOptions, stdout io.Writer) error {
	if o.font == "" {
		return usageError{errors.New("no font with Chinese characters found; install fonts-noto-cjk or name a file with --font")}
	}
	location, err := time.LoadLocation(file.Hall.Timezone)
	if err != nil {
		return err
	}
	p, t, err := file.sample(o)
	if err != nil {
		return usageError{err}
	}
	public := strings.TrimSuffix(file.Public, "/")
	if public == "" {
		public = "https://hall.example"
	}
	layout := slips{file, location, public}.layout(p)
	img, loss, err := picture.Draw(layout(t, time.Now()), p.dots(), o.font)
	if err != nil {
		return err
	}
	if !loss.Empty() {
		fmt.Fprintln(os.Stderr, &loss)
	}
	if o.out == "-" {
		return png.Encode(stdout, img)
	}
	f, err := os.Create(o.out)
	if err != nil {
		return err
	}
	return errors.Join(png.Encode(f, img), f.Close())
}

// sample is a ticket that might be taken in the hall, and its printer.
func (h *hallFile) sample(o slipOptions) (Printer, queue.Ticket, error) {
	if o.printer == "" && len(h.Printers) > 0 {
		o.printer = sorted(h.Printers)[0]
	}
	p, ok := h.Printers[o.printer]
	if !ok {
		return Printer{}, queue.Ticket{}, fmt.Errorf("no printer %q; there are %s", o.printer, strings.Join(sorted(h.Printers), ", "))
	}
	low, high := 5, 10
	t := queue.Ticket{Token: "7F3CQ9KD", Kiosk: "k1", Lang: o.lang, Copies: o.copies}
	t.Promise = queue.Forecast{Ahead: 7, Low: &low, High: &high, Before: time.Now().Add(10 * time.Minute)}
	leg := &queue.Leg{Service: o.service, Class: o.class}
	if leg.Service == "" {
		leg.Service = h.Services[0].ID
	}
	if leg.Class == "" {
		leg.Class = h.Classes[0].ID
	}
	s := h.description().Service(leg.Service)
	if s.ID == "" {
		return p, t, fmt.Errorf("no service %q", leg.Service)
	}
	t.Number, t.Legs = s.Prefix+"045", []*queue.Leg{leg}
	t.Item = h.items.First(s.ID).Code
	return p, t, nil
}
