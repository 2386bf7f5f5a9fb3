package main

import (
	"strings"
	"testing"
	"time"

	c "github.com/chromedp/chromedp"
)

// The kiosk's page shows where the ticket of a slip stands as soon as the slip
// is held before the scanner, and says what is wrong with other codes.
func TestKioskPageFollowsItsScanner(t *testing.T) {
	t.Parallel()
	p := startProgram(t, shipped(t), "demo", "--bench", "--quiet", "--listen", "127.0.0.1:0", "--data", t.TempDir())
	taken := p.must(t, "scan-1", "take", map[string]any{"service": "social", "kiosk": "k1"})
	b := newBrowser(t)
	b.open(p.url+"/kiosk/k1", 1080, 1400)
	b.sees("the kiosk", `return document.querySelector('.chain:not([disabled])')!==null`)
	hold := func(code string) {
		t.Helper()
		p.post(t, "/api/v1/emulators/scanner/k1/press", `{"unit":"k1","key":"scan","digits":"`+code+`"}`)
	}
	until(t, "the page follows and refuses", 30*time.Second, func() bool {
		hold("WIFI:S:hall;;") // again, for what was before the page began is not its business
		said, err := c.Run(b.ctx, c.Evaluate[any](`Boolean(document.querySelector('.toast')?.textContent.includes('不是本大厅'))`))
		return err == nil && said == true
	})
	b.shoot("scanner-refused")
	b.does(`document.querySelector('.toast button').click()`)
	hold("https://hall.example/t/" + taken["token"].(string))
	where, _ := b.sees("where the ticket stands", `return document.querySelector('.where')?.textContent`).(string)
	if !strings.Contains(where, "前面") {
		t.Errorf("the slip of %s shows %q", taken["ticket"], where)
	}
	b.shoot("scanner-progress")
	b.quiet()
}
