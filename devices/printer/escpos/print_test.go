package escpos

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lobby/devices"
	"lobby/devices/printer/printertest"
)

func TestGoodSlipIsPrinted(t *testing.T) {
	for _, o := range []string{
		`{}`, `{"profile":"generic58"}`, `{"profile":"old80"}`, `{"profile":"epson-t88"}`,
		`{"confirm":"ids"}`, `{"confirm":"echo"}`,
	} {
		synctest.Test(t, func(t *testing.T) {
			d := newDesk(t, o)
			defer d.close()
			for n := range 3 {
				outcome, took, err := d.print("M045")
				if outcome != devices.Printed || err != nil {
					t.Fatalf("%s slip %d: %s, %v", o, n, outcome, err)
				}
				if took > time.Second {
					t.Errorf("%s took %v", o, took)
				}
			}
			v := d.view()
			if v.Printed != 3 || len(v.Hanging) != 0 {
				t.Fatalf("%s: printed %d, hanging %q", o, v.Printed, v.Hanging)
			}
			if !slices.Contains(v.Slips[0].Lines, "政务服务大厅") || !slices.Contains(v.Slips[0].Lines, "A015") {
				t.Errorf("%s: lines %q", o, v.Slips[0].Lines)
			}
		})
	}
}

// Nothing of a slip goes to a printer that says it cannot print.
func TestTroubleBeforeSendsNothing(t *testing.T) {
	for fault, want := range map[string]error{
		"paper_out": ErrPaperOut, "cover_open": ErrCover, "garbage": ErrNonsense, "stalled": ErrStalled,
	} {
		synctest.Test(t, func(t *testing.T) {
			d := newDesk(t, `{}`)
			defer d.close()
			d.fault(fault, true)
			outcome, took, err := d.print("M045")
			if outcome != devices.Failed || !errors.Is(err, want) {
				t.Errorf("%s: %s, %v", fault, outcome, err)
			}
			if took > 4*time.Second {
				t.Errorf("%s took %v", fault, took)
			}
			if v := d.view(); v.Printed != 0 || len(v.Hanging) != 0 {
				t.Errorf("%s: %+v", fault, v)
			}
			d.fault(fault, false)
			if outcome, _, err := d.print("M045"); fault != "garbage" && (outcome != devices.Printed || err != nil) {
				t.Errorf("after %s: %s, %v", fault, outcome, err)
			}
		})
	}
}

// Trouble in the middle is never Printed and never Failed, and the writer is
// free within three seconds.
func TestTroubleInTheMiddleIsUnconfirmed(t *testing.T) {
	for fault, want := range map[string]error{
		"paper_out": ErrPaperOut, "cover_open": ErrCover, "cutter_jam": ErrFault,
		"stalled": ErrStalled, "busy": ErrStalled, "garbage": ErrNonsense,
		"silent": ErrSilent, "no_echo": ErrSilent,
	} {
		for _, o := range []string{`{}`, `{"profile":"epson-t88"}`} {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t, o)
				defer d.close()
				if outcome, _, err := d.print("M044"); outcome != devices.Printed {
					t.Fatalf("before %s: %s, %v", fault, outcome, err)
				}
				sent := 0
				d.cable.Tap = func(b []byte) {
					if sent += len(b); sent > 300 {
						d.fault(fault, true)
					}
				}
				long := ticket("M045")
				long.Blocks = append(long.Blocks, devices.Block{Image: printertest.Checkers(560, 400)})
				start := time.Now()
				outcome, err := d.driver.Print(context.Background(), long)
				took := time.Since(start)
				if outcome != devices.Unconfirmed || !errors.Is(err, want) {
					t.Errorf("%s %s: %s, %v", o, fault, outcome, err)
				}
				if took > 10*time.Second {
					t.Errorf("%s %s took %v", o, fault, took)
				}
				if v := d.view(); v.Printed > 2 {
					t.Errorf("%s %s: %d slips", o, fault, v.Printed)
				}
			})
		}
	}
}

// After trouble, the next slip is whole, and the one before is not repeated.
func TestNextSlipIsWholeAfterTrouble(t *testing.T) {
	for _, fault := range []string{"paper_out", "cover_open", "cutter_jam", "stalled", "busy", "silent", "no_echo"} {
		synctest.Test(t, func(t *testing.T) {
			d := newDesk(t, `{}`)
			defer d.close()
			sent := 0
			d.cable.Tap = func(b []byte) {
				if sent += len(b); sent > maxBand+700 {
					d.fault(fault, true)
				}
			}
			if outcome, _, err := d.print("M045"); outcome != devices.Unconfirmed {
				t.Fatalf("%s: %s, %v", fault, outcome, err)
			}
			d.cable.Tap = nil
			d.fault(fault, false)
			synctest.Wait()
			if outcome, _, err := d.print("M046"); outcome != devices.Printed || err != nil {
				t.Fatalf("after %s: %s, %v", fault, outcome, err)
			}
			if v := d.view(); len(v.Slips) > 2 || !whole(v.Slips[len(v.Slips)-1].Lines) {
				t.Errorf("after %s: %+v", fault, v)
			}
		})
	}
}

// A printer that never said a word is written to, and the truth is told.
func TestSilentPrinterIsUnconfirmed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, `{}`)
		defer d.close()
		d.fault("silent", true)
		outcome, took, err := d.print("M045")
		if outcome != devices.Unconfirmed || !errors.Is(err, ErrSilent) || took > 10*time.Second {
			t.Errorf("%s, %v after %v", outcome, err, took)
		}
	})
	// One that spoke before is switched off; nothing is sent to it.
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, `{}`)
		defer d.close()
		d.print("M044")
		d.fault("silent", true)
		outcome, took, err := d.print("M045")
		if outcome != devices.Failed || !errors.Is(err, ErrSilent) || took > 10*time.Second {
			t.Errorf("%s, %v after %v", outcome, err, took)
		}
		if v := d.view(); v.Printed != 1 {
			t.Errorf("%d slips", v.Printed)
		}
	})
}

func TestWaysThatCannotConfirm(t *testing.T) {
	for _, o := range []string{`{"confirm":"poll"}`, `{"confirm":"none"}`} {
		synctest.Test(t, func(t *testing.T) {
			d := newDesk(t, o)
			defer d.close()
			for range 2 {
				if outcome, took, err := d.print("M045"); outcome != devices.Unconfirmed || err != nil || took > 10*time.Second {
					t.Errorf("%s: %s, %v after %v", o, outcome, err, took)
				}
			}
			synctest.Wait()
			if v := d.view(); v.Printed != 2 {
				t.Errorf("%s: %d slips", o, v.Printed)
			}
		})
	}
}

// whole says whether the last slip of the paper is there from its first line to
// its last; the torn beginning of another one may hang before it.
func whole(lines []string) bool {
	want := []string{"政务服务大厅", "社会保险 业务", "A015"}
	from := -1
	for i, l := range lines {
		if l == want[0] {
			from = i
		}
	}
	return from >= 0 && len(lines)-from == 8 && slices.Equal(lines[from:from+3], want) &&
		lines[len(lines)-1] == "当日有效"
}

// The answer that is still due for an earlier slip does not confirm the next.
func TestLateAnswerConfirmsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, `{}`)
		defer d.close()
		d.print("M044")
		d.printer.Speed(100)
		d.printer.Buffer(1 << 16) // takes all of the next slip before the answer
		ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
		defer cancel()
		if outcome, err := d.driver.Print(ctx, ticket("M045")); outcome != devices.Unconfirmed {
			t.Fatalf("%s, %v", outcome, err)
		}
		if v := d.view(); v.Printed != 1 {
			t.Fatalf("%d slips: the printer is too fast for this test", v.Printed)
		}
		outcome, _, err := d.print("M046")
		if v := d.view(); outcome != devices.Printed || v.Printed != 3 {
			t.Errorf("%s, %v when %d of 3 slips were out", outcome, err, v.Printed)
		}
	})
}

// An answer is worth nothing when trouble was reported before it.
func TestTroubleOutweighsTheAnswer(t *testing.T) {
	var p Printer
	for _, c := range []struct {
		heard heard
		want  error
	}{
		{heard{singles: []byte{0}}, nil},
		{heard{singles: []byte{0x03}}, nil},
		{heard{singles: []byte{0x0f}}, ErrPaperOut},
		{heard{singles: []byte{0}, ill: ErrCover}, ErrCover},
	} {
		if err := p.echoed(&line{heard: c.heard}); !errors.Is(err, c.want) {
			t.Errorf("%v, want %v", err, c.want)
		}
	}
}

// After XOFF no more than what was on its way goes out, and after XON the rest.
func TestFlowControlIsHeeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, `{}`)
		defer d.close()
		d.print("M044")
		sent, at := 0, 0
		d.cable.Tap = func(b []byte) {
			if sent += len(b); sent > 600 && at == 0 {
				at = sent
				d.fault("busy", true)
				synctest.Wait()
				time.AfterFunc(2*time.Second, func() {
					if sent > at+2*blockSize {
						t.Errorf("%d bytes after XOFF", sent-at)
					}
					d.fault("busy", false)
				})
			}
		}
		outcome, took, err := d.print("M045")
		if outcome != devices.Printed || err != nil || took < 2*time.Second || at == 0 {
			t.Errorf("%s, %v after %v", outcome, err, took)
		}
	})
}

func TestOptions(t *testing.T) {
	for _, o := range []string{
		`{"profile":"other"}`, `{"confirm":"yes"}`, `{"density":3}`, `{"font":"/nowhere.ttf"}`, `{"font":"print_test.go"}`,
	} {
		if _, err := Open(nil, options(o)); err == nil {
			t.Errorf("%s was accepted", o)
		}
	}
}

// zbar reads the code off the paper, drawn by the printer or sent as a picture.
func TestForeignZbarReadsTheSlip(t *testing.T) {
	if testing.Short() {
		t.Skip("foreign peers are left out of short runs")
	}
	if _, err := exec.LookPath("zbarimg"); err != nil {
		t.Fatal("zbarimg is missing; install the Debian package zbar-tools")
	}
	for name := range Profiles() {
		d := newDesk(t, `{"profile":"`+name+`"}`)
		outcome, _, err := d.print("M045")
		d.close()
		if outcome != devices.Printed || err != nil {
			t.Fatalf("%s: %s, %v", name, outcome, err)
		}
		path := filepath.Join(t.TempDir(), "slip.png")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.printer.PNG(f, 0); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		got, err := exec.Command("zbarimg", "-q", "--raw", path).Output()
		if want := "https://hall.example.gov.cn/t/A015?k=7F3C"; err != nil || strings.TrimSpace(string(got)) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestCancelledContextEndsTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, `{}`)
		defer d.close()
		d.print("M044")
		sent := 0
		d.cable.Tap = func(b []byte) {
			if sent += len(b); sent > 300 {
				d.fault("stalled", true)
			}
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		start := time.Now()
		outcome, err := d.driver.Print(ctx, ticket("M045"))
		if outcome != devices.Unconfirmed || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s, %v", outcome, err)
		}
		if took := time.Since(start); took > 1100*time.Millisecond {
			t.Errorf("took %v", took)
		}
	})
}

func TestPaperTellsTheState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, `{}`)
		defer d.close()
		for _, c := range []struct {
			fault string
			want  devices.Paper
		}{
			{"", devices.Paper{}},
			{"paper_near_end", devices.Paper{NearEnd: true}},
			{"cover_open", devices.Paper{Cover: true}},
			{"paper_out", devices.Paper{NearEnd: true, Out: true}},
		} {
			if c.fault != "" {
				d.fault(c.fault, true)
			}
			got, err := d.driver.Paper(context.Background())
			if err != nil || got != c.want {
				t.Errorf("%s: %+v, %v", c.fault, got, err)
			}
			if c.fault != "" {
				d.fault(c.fault, false)
			}
		}
		d.fault("silent", true)
		if _, err := d.driver.Paper(context.Background()); !errors.Is(err, ErrSilent) {
			t.Errorf("silent: %v", err)
		}
	})
}

// The roll ends in the middle of a slip, and is changed.
func TestRollEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, `{}`)
		defer d.close()
		d.printer.Load(30)
		outcome, _, err := d.print("M045")
		if outcome != devices.Unconfirmed || !errors.Is(err, ErrPaperOut) {
			t.Fatalf("%s, %v", outcome, err)
		}
		if outcome, _, err := d.print("M045"); outcome != devices.Failed || !errors.Is(err, ErrPaperOut) {
			t.Fatalf("still out: %s, %v", outcome, err)
		}
		d.printer.Load(0)
		if outcome, _, err := d.print("M046"); outcome != devices.Printed || err != nil {
			t.Fatalf("changed: %s, %v", outcome, err)
		}
	})
}
