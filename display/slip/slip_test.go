package slip

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lobby/devices"
)

var update = flag.Bool("update", false, "write the golden files anew")

// full is a ticket with everything on it.
func full() Content {
	return Content{
		Hall: "富阳市行政服务中心", Chain: "民生服务一条龙", Number: "M045",
		Service: "不动产登记「四证」联办", Ahead: 7, Forecast: "约 25–40 分钟", Before: "10:25 前（十次有九次）",
		Where:     "一层 A 区 9–16 号窗口",
		Documents: []string{"身份证", "购房合同", "完税证明"},
		QR:        "https://hall.example.gov.cn/t/7F3CQ9", Lines: []string{"扫码看进度", "叫到您时会提醒", "过号三个号内到窗口", "可优先办理"},
		PrintedAt: time.Date(2026, 5, 31, 9, 42, 7, 0, time.UTC), Serial: "K1-0045", Phone: "0571-6312 0000",
	}
}

func with(change func(*Content)) Content {
	c := full()
	change(&c)
	return c
}

func TestGolden(t *testing.T) {
	for name, c := range map[string]struct {
		content Content
		dots    int
	}{
		"full80": {full(), Paper80},
		"full58": {full(), Paper58},
		"copy": {with(func(c *Content) {
			c.Priority, c.Copy, c.Offline, c.Ahead, c.Chain = true, 2, true, 0, ""
			c.Forecast, c.Before = "", ""
		}), Paper80},
		"english": {with(func(c *Content) {
			c.ServiceSecond = "Real estate registration"
			c.Texts, c.Lines, c.Copy = In("en-GB"), nil, 1
			c.Forecast, c.Before = "about 25–40 min", "before 10:25 (9 in 10)"
		}), Paper80},
		"large58":     {with(func(c *Content) { c.Large, c.Priority = true, true }), Paper58},
		"traditional": {with(func(c *Content) { c.Texts, c.Lines = In("zh-TW"), nil }), Paper80},
		"bare":        {Content{Number: "甲045", PrintedAt: full().PrintedAt}, Paper58},
	} {
		got := describe(Layout(c.content, c.dots))
		golden(t, name, got)
	}
}

// golden holds a slip against its file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is now\n%s", name, got)
	}
}

// describe writes one block a line.
func describe(s devices.Slip) string {
	var out strings.Builder
	fmt.Fprintln(&out, s.ID)
	for _, b := range s.Blocks {
		what := fmt.Sprintf("%q", b.Text)
		switch {
		case b.Image != nil:
			what = fmt.Sprintf("picture %v", b.Image.Bounds().Size())
		case b.QR != "":
			what = "QR " + b.QR + " beside " + strings.Join(b.Beside, " / ")
		case b.Rule:
			what = "rule"
		case b.Pair != [2]string{}:
			what = fmt.Sprintf("%q | %q", b.Pair[0], b.Pair[1])
		}
		fmt.Fprintf(&out, "%s %s%s%s%s%s\n", [...]string{"left  ", "center", "right "}[b.Align], what,
			mark(b.Size > 0, fmt.Sprintf(" %d dots", b.Size)), mark(b.Scale > 1, fmt.Sprintf(" x%d", b.Scale)), mark(b.Bold, " bold"), mark(b.Reverse, " reverse"))
	}
	return out.String()
}

func mark(on bool, text string) string {
	if on {
		return text
	}
	return ""
}

// Digits are 16 mm high on the wide paper and 11 mm on the narrow one, at eight
// dots a millimetre, and long numbers still fit.
func TestNumberIsReadFromAfar(t *testing.T) {
	for _, c := range []struct{ dots, low, high int }{{Paper80, 124, 134}, {Paper58, 85, 93}} {
		img, err := drawNumber("M045", c.dots)
		if err != nil {
			t.Fatal(err)
		}
		if h := img.Bounds().Dy() - above - below; h < c.low || h > c.high {
			t.Errorf("%d dots: digits %d dots high", c.dots, h)
		}
		black := 0
		for _, p := range img.Pix {
			black += int(p)
		}
		if share := float64(black) / float64(len(img.Pix)); share < 0.2 || share > 0.6 {
			t.Errorf("%d dots: %.0f %% black", c.dots, share*100)
		}
		if img, err := drawNumber("WMWMWM0045", c.dots); err != nil || img.Bounds().Dx() > c.dots-2*margin {
			t.Errorf("%d dots: a long number is %v wide, %v", c.dots, img.Bounds(), err)
		}
	}
}

// A zero on a ticket is open in its middle: no stroke goes through it.
func TestZeroHasNoStroke(t *testing.T) {
	img, err := drawNumber("0", Paper80)
	if err != nil {
		t.Fatal(err)
	}
	b := img.Bounds()
	middle, changes := (b.Max.Y-above-below)/2+above, 0
	for x := 1; x < b.Max.X; x++ {
		if img.ColorIndexAt(x, middle) != img.ColorIndexAt(x-1, middle) {
			changes++
		}
	}
	// From the left stroke to the white and to the right stroke, and the first
	// and last dot may be white.
	if changes > 4 || img.ColorIndexAt(b.Max.X/2, middle) != 0 {
		t.Errorf("%d changes between black and white in the middle", changes)
	}
}

func TestTheClosingSlipHoldsTheCheckpoint(t *testing.T) {
	c := Closing{
		Hall: "富阳市行政服务中心", Day: "2026-11-23", Records: 5134, Checkpoint: "fuyang 5134 root signature", PrintedAt: full().PrintedAt,
		Figures: [][2]string{{"取号", "412"}, {"办结", "398"}},
	}
	golden(t, "closing", describe(c.Layout(Paper80)))
	c.Again = true
	golden(t, "closing-again", describe(c.Layout(Paper80)))
}
