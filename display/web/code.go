package web

import (
	"fmt"
	"io"
	"strings"

	"rsc.io/qr"
)

// writeCode draws a QR code as one path, one unit a module, with the quiet
// zone of four modules that readers need.
func writeCode(w io.Writer, c *qr.Code) {
	const quiet = 4
	var d strings.Builder
	for y := range c.Size {
		for x := range c.Size {
			if c.Black(x, y) {
				fmt.Fprintf(&d, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	side := c.Size + 2*quiet
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges">`+
		`<path fill="#fff" d="M0 0h%dv%dH0z"/><path fill="#000" d="%s"/></svg>`, side, side, side, side, d.String())
}
