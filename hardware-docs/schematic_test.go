package docs_test

import (
	"cmp"
	"flag"
	"fmt"
	"html"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const schematic = "boards/callbox.svg"

var update = flag.Bool("update", false, "draw the schematic anew")

// Sizes in the drawing.
const (
	pitch  = 20  // between two pins
	body   = 110 // width of a part
	reach  = 95  // of a pin's wire and its net's name
	column = body + 2*reach
)

// drawing is a schematic in the manner of net labels: parts stand apart, and
// pins whose wires bear one name are joined.
type drawing struct {
	strings.Builder
	nets map[string]string // by pin, "U1.2"
}

func (d *drawing) text(x, y int, anchor, class, s string) {
	fmt.Fprintf(d, "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" class=\"%s\">%s</text>\n", x, y, anchor, class, html.EscapeString(s))
}

// box draws a part with pins on both sides and returns its height.
func (d *drawing) box(x, y int, name, what string, left, right []string) int {
	height := pitch * (max(len(left), len(right)) + 1)
	fmt.Fprintf(d, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n", x+reach, y+pitch, body, height-pitch/2)
	d.text(x+reach+body/2, y+pitch-5, "middle", "part", name+"  "+what)
	for i, pin := range left {
		d.pin(x+reach, y+pitch*(i+2)-4, -1, name, pin)
	}
	for i, pin := range right {
		d.pin(x+reach+body, y+pitch*(i+2)-4, 1, name, pin)
	}
	return height + 2*pitch
}

// pin draws one pin, to the left (-1) or right (1) of its part.
func (d *drawing) pin(x, y, side int, part, pin string) {
	inside, outside := "start", "end"
	if side > 0 {
		inside, outside = "end", "start"
	}
	fmt.Fprintf(d, "<path d=\"M%d %dh%d\"/>\n", x, y-4, side*14)
	d.text(x-side*5, y, inside, "pin", pin)
	d.text(x+side*18, y, outside, "net", d.nets[part+"."+pin])
}

// short is the first words of what a part is.
func short(what string) string {
	what, _, _ = strings.Cut(what, ",")
	what, _, _ = strings.Cut(what, ";")
	what, _, _ = strings.Cut(what, " with ")
	words := strings.Fields(what)
	return strings.Join(words[:min(len(words), 2)], " ")
}

var partName = regexp.MustCompile(`^([A-Z]+)(\d+)$`)

// inOrder sorts U before M and so on, and C2 before C10.
func inOrder(names []string) []string {
	const kinds = "U M J SW Y D F R C JP BZ S"
	rank := func(name string) (int, int) {
		m := partName.FindStringSubmatch(name)
		n, _ := strconv.Atoi(m[2])
		return slices.Index(strings.Fields(kinds), m[1]), n
	}
	return slices.SortedFunc(slices.Values(names), func(a, b string) int {
		ka, na := rank(a)
		kb, nb := rank(b)
		return cmp.Or(cmp.Compare(ka, kb), cmp.Compare(na, nb))
	})
}

// draw puts the parts into columns, the chip into the first.
func draw(nets []net, parts map[string]part) string {
	d := &drawing{nets: map[string]string{}}
	for _, n := range nets {
		for _, p := range n.pins {
			d.nets[p] = n.name
		}
	}
	x, y, bottom := 0, 0, 0
	for _, name := range inOrder(slices.Collect(maps.Keys(parts))) {
		p := parts[name]
		half := (len(p.pins) + 1) / 2
		left, right := p.pins[:half], slices.Clone(p.pins[half:])
		if name == "U1" {
			slices.Reverse(right) // legs are counted around a chip
		}
		if height := pitch * (half + 3); y > 0 && y+height > 640 {
			x, y = x+column+10, 0
		}
		y += d.box(x, y, name, short(p.what), left, right)
		bottom = max(bottom, y)
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="11">
<style>rect{fill:#fffbe8;stroke:#333}path{stroke:#333}.part{font-weight:bold}.net{fill:#0a5a9c}</style>
<rect width="100%%" height="100%%" style="fill:#fff;stroke:none"/>
%s</svg>
`, x+column, bottom, d.String())
}

// The picture is drawn from the page's connections and parts.
func TestSchematicIsTheNetlist(t *testing.T) {
	want := draw(netlist(t), parts(t))
	if *update {
		if err := os.WriteFile(schematic, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := read(t, schematic); got != want {
		t.Errorf("%s is not what the page says; draw it anew with go test ./hardware-docs -update", schematic)
	}
}
