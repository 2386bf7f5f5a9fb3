package slip

import (
	"fmt"
	"image"
	"slices"
	"strings"

	"lobby/devices"
)

// Template says what stands on a slip, from top to bottom. It is data: a hall
// that wants another slip writes another list.
type Template []Element

// Element is one thing on a slip. What the content does not have is left out.
type Element struct {
	Show  string `yaml:"show"`  // a name of Fields
	Text  string `yaml:"text"`  // what show: text says
	Size  string `yaml:"size"`  // normal or large; normal where empty
	Align string `yaml:"align"` // left, center or right; center where empty
	Bold  bool   `yaml:"bold"`
	Wide  bool   `yaml:"wide"` // on 80 mm paper only
	File  string `yaml:"file"` // what show: logo shows: a PNG beside the hall file

	Picture image.Image `yaml:"-"` // what stands in File; whoever reads the template reads it
}

// Standard is the slip of DESIGN: hall, number, way, papers, code, time.
func Standard() Template {
	return Template{
		{Show: "hall", Size: large, Bold: true},
		{Show: "chain"},
		{Show: "priority", Size: large},
		{Show: "copy"},
		{Show: "offline", Bold: true},
		{Show: "number"},
		{Show: "service", Size: large, Bold: true},
		{Show: "service_second"},
		{Show: "rule"},
		{Show: "ahead", Size: large, Bold: true},
		{Show: "before", Size: large, Bold: true},
		{Show: "where", Size: large, Bold: true},
		{Show: "rule"},
		{Show: "steps", Align: "left"},
		{Show: "documents", Align: "left", Wide: true},
		{Show: "qr"},
		{Show: "rule"},
		{Show: "time"},
		{Show: "valid"},
	}
}

// The sizes of letters.
const (
	normal = "normal"
	large  = "large"
)

// needed are the elements without which a slip is none: the number itself, and
// the mark that tells a copy from the first slip.
var needed = []string{"number", "copy"}

// Fields returns the names of what a slip can show.
func Fields() []string {
	var names []string
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Validate says what is wrong with a template, and what to write instead.
func (t Template) Validate() error {
	for i, e := range t {
		switch {
		case fields[e.Show] == nil:
			return fmt.Errorf("slip: element %d shows %q; known are %s", i+1, e.Show, strings.Join(Fields(), ", "))
		case (e.Show == "logo") != (e.File != ""):
			return fmt.Errorf("slip: element %d shows %q and has the file %q; a logo needs one, and nothing else has one: {show: logo, file: logo.png}", i+1, e.Show, e.File)
		case e.Size != "" && e.Size != normal && e.Size != large:
			return fmt.Errorf("slip: element %d (%s) has size %q; write normal or large", i+1, e.Show, e.Size)
		case e.Align != "" && e.Align != "left" && e.Align != "center" && e.Align != "right":
			return fmt.Errorf("slip: element %d (%s) is aligned %q; write left, center or right", i+1, e.Show, e.Align)
		}
	}
	for _, name := range needed {
		if !slices.ContainsFunc(t, func(e Element) bool { return e.Show == name && !e.Wide }) {
			return fmt.Errorf("slip: a slip must show %q; add {show: %s}", name, name)
		}
	}
	return nil
}

// Layout places the content on paper of the given width in dots.
func (t Template) Layout(c Content, dots int) devices.Slip {
	p := page{dots: dots, texts: c.Texts.orChinese(), large: c.Large}
	for _, e := range t {
		if f := fields[e.Show]; f != nil && (!e.Wide || dots >= Paper80) {
			f(&p, e, c)
		}
	}
	return devices.Slip{ID: c.PrintedAt.Format("2006-01-02") + "/" + c.Number, Blocks: p.blocks}
}
