package forecast

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
)

// Plots draws the report as SVG, by name: how every group is covered, how the
// quantiles hold, and what the ways of forecasting lose.
func (r Report) Plots() map[string]string {
	return map[string]string{"coverage": r.plotCoverage(), "quantiles": r.plotQuantiles(), "loss": r.plotLoss()}
}

// The measures of a plot, in pixels.
const (
	plotWidth = 760
	plotLeft  = 260 // room for names
	plotRight = 120 // room for figures
	rowHeight = 22
	plotTop   = 64
)

// drawing is an SVG in the making.
type drawing struct{ strings.Builder }

// most are the groups that a plot has room for, the largest first.
const most = 30

func begin(title, note string, rows int) *drawing {
	d := &drawing{}
	height := plotTop + rows*rowHeight + 40
	fmt.Fprintf(d, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" font-family="sans-serif" font-size="13">`+"\n", plotWidth, height, plotWidth, height)
	fmt.Fprintf(d, `<rect width="100%%" height="100%%" fill="#fff"/>`+"\n")
	d.text(16, 24, "start", "#111", title)
	d.text(16, 42, "start", "#555", note)
	return d
}

func (d *drawing) end() string {
	d.WriteString("</svg>\n")
	return d.String()
}

func (d *drawing) text(x, y float64, anchor, colour, text string) {
	fmt.Fprintf(d, `<text x="%.1f" y="%.1f" text-anchor="%s" fill="%s">%s</text>`+"\n", x, y, anchor, colour, html.EscapeString(text))
}

func (d *drawing) line(x1, y1, x2, y2 float64, colour string, width float64) {
	fmt.Fprintf(d, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s" stroke-width="%.1f"/>`+"\n", x1, y1, x2, y2, colour, width)
}

func (d *drawing) box(x, y, w, h float64, colour string) {
	fmt.Fprintf(d, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`+"\n", x, y, max(0, w), h, colour)
}

func (d *drawing) dot(x, y float64, colour string) {
	fmt.Fprintf(d, `<circle cx="%.1f" cy="%.1f" r="4" fill="%s"/>`+"\n", x, y, colour)
}

// axis maps from..to onto the width between names and figures.
type axis struct{ from, to float64 }

func (a axis) at(v float64) float64 {
	v = min(max(v, a.from), a.to)
	return plotLeft + (v-a.from)/(a.to-a.from)*(plotWidth-plotLeft-plotRight)
}

func (d *drawing) ticks(a axis, rows int, label func(float64) string, at ...float64) {
	bottom := float64(plotTop + rows*rowHeight)
	for _, v := range at {
		d.line(a.at(v), plotTop-4, a.at(v), bottom, "#ddd", 1)
		d.text(a.at(v), bottom+18, "middle", "#555", label(v))
	}
}

func percent(v float64) string { return fmt.Sprintf("%.0f %%", 100*v) }

// row is the middle of the n-th row.
func row(n int) float64 { return plotTop + (float64(n)+0.5)*rowHeight }

// plotCoverage shows the share of each group with the interval in which chance
// alone would leave it 19 times in 20.
func (r Report) plotCoverage() string {
	groups := r.Groups[:min(most, len(r.Groups))]
	all := append([]Group{{"all", r.Promises, r.Coverage80}}, groups...)
	d := begin("Waits inside their 80 % interval, by group", "bars: where chance leaves a true 80 % 19 times in 20; grey: 74–86 %", len(all))
	a := axis{0.5, 1}
	d.box(a.at(0.74), plotTop-4, a.at(0.86)-a.at(0.74), float64(len(all)*rowHeight+4), "#f0f0f0")
	d.ticks(a, len(all), percent, 0.5, 0.6, 0.7, 0.8, 0.9, 1)
	for i, g := range all {
		half := 1.96 * math.Sqrt(0.8*0.2/float64(max(1, g.N)))
		d.text(plotLeft-10, row(i)+4, "end", "#111", g.Name)
		d.line(a.at(0.8-half), row(i), a.at(0.8+half), row(i), "#9bc", 6)
		d.dot(a.at(g.Coverage80), row(i), "#0a5a5e")
		d.text(plotWidth-10, row(i)+4, "end", "#555", fmt.Sprintf("%.0f %%, n %d", 100*g.Coverage80, g.N))
	}
	return d.end()
}

// ways are all ways of forecasting, ours first.
func (r Report) ways() (names []string, methods []Method) {
	names, methods = []string{"lobby"}, []Method{r.Method}
	for _, name := range rivals {
		names, methods = append(names, name), append(methods, r.Baselines[name])
	}
	return names, methods
}

// plotQuantiles shows how many waits were below each promised quantile.
func (r Report) plotQuantiles() string {
	names, methods := r.ways()
	rows := len(names) * len(levels)
	d := begin("Waits below the promised quantiles", "line: as promised; dot: as it was", rows)
	a := axis{0, 1}
	d.ticks(a, rows, percent, 0, 0.1, 0.5, 0.9, 1)
	for i, name := range names {
		for j, level := range levels {
			y := row(i*len(levels) + j)
			d.text(plotLeft-10, y+4, "end", "#111", fmt.Sprintf("%s, quantile %.1f", name, level))
			d.line(a.at(level), y-8, a.at(level), y+8, "#9bc", 3)
			if j < len(methods[i].Below) {
				d.dot(a.at(methods[i].Below[j]), y, "#0a5a5e")
				d.text(plotWidth-10, y+4, "end", "#555", fmt.Sprintf("%.1f %%", 100*methods[i].Below[j]))
			}
		}
	}
	return d.end()
}

// plotLoss compares what the ways of forecasting lose; less is better.
func (r Report) plotLoss() string {
	names, methods := r.ways()
	d := begin("Mean pinball loss of the three quantiles, in minutes", "less is better; the width of the interval stands at the right", len(names))
	highest := slices.MaxFunc(methods, func(a, b Method) int {
		if a.LossMinutes < b.LossMinutes {
			return -1
		}
		return 1
	}).LossMinutes
	a := axis{0, max(0.1, highest)}
	d.ticks(a, len(names), func(v float64) string { return fmt.Sprintf("%.1f", v) }, 0, a.to/2, a.to)
	for i, name := range names {
		d.text(plotLeft-10, row(i)+4, "end", "#111", name)
		d.box(plotLeft, row(i)-7, a.at(methods[i].LossMinutes)-plotLeft, 14, "#0a5a5e")
		d.text(plotWidth-10, row(i)+4, "end", "#555", fmt.Sprintf("%.2f, %.0f min", methods[i].LossMinutes, methods[i].WidthMinutes))
	}
	return d.end()
}
