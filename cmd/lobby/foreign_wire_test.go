package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lobby/devices"
	"lobby/devices/emulator"
)

// plug makes a pair of pseudo terminals: NAME is Lobby's end, NAME.far the
// device's. The same name can be plugged in again after unplug.
func (h *foreignHall) plug(t testing.TB, name string) {
	t.Helper()
	near, far := h.path(name), h.path(name+".far")
	h.socats[name] = background(t, nil, "socat", "pty,raw,echo=0,link="+near, "pty,raw,echo=0,link="+far)
	until(t, "socat made "+name, patience, func() bool { return exists(near) && exists(far) })
}

// unplug kills socat, which pulls the cable at both ends, and takes away the
// links that it could not remove.
func (h *foreignHall) unplug(t testing.TB, name string) {
	t.Helper()
	stop(h.socats[name])
	for _, link := range []string{h.path(name), h.path(name + ".far")} {
		if err := os.Remove(link); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
}

// exists tells whether a link leads somewhere.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// recorder is the far end of a wire; it keeps what Lobby said on it.
type recorder struct {
	io.ReadWriter
	heard transcript
}

// Read implements io.Reader.
func (r *recorder) Read(p []byte) (int, error) {
	n, err := r.ReadWriter.Read(p)
	_, _ = r.heard.Write(p[:n]) // never fails
	return n, err
}

// serve lets an emulated device speak on the far end of a wire until the test
// or the wire ends.
func (h *foreignHall) serve(t testing.TB, wire string) *recorder {
	t.Helper()
	file, err := os.OpenFile(h.path(wire+".far"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{ReadWriter: file}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = h.far[wire].Serve(ctx, r) // it ends with the wire or the test
	}()
	t.Cleanup(func() {
		cancel()
		file.Close()
		stop(h.socats[wire])
		<-ended
	})
	return r
}

// press presses a key on the call box bus.
func (h *foreignHall) press(t testing.TB, unit string, key devices.Key) {
	t.Helper()
	if err := h.far["boxes"].(emulator.Presser).Press(unit, key, ""); err != nil {
		t.Fatal(err)
	}
}

// seen is what a person sees of the devices at a wire's far end.
func (h *foreignHall) seen(t testing.TB, wire string) string {
	t.Helper()
	data, err := json.Marshal(h.far[wire].View())
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// printed is how many slips have come out.
func (h *foreignHall) printed() int {
	_, next := h.far["printer"].(emulator.Drawer).Pictures()
	return next
}

// scan photographs the newest slip and has zbar read its code.
func (h *foreignHall) scan(t testing.TB) string {
	t.Helper()
	photo, err := os.Create(filepath.Join(t.TempDir(), "slip.png"))
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(h.far["printer"].(emulator.Drawer).PNG(photo, h.printed()-1), photo.Close())
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("zbarimg", "-q", "--raw", photo.Name()).Output()
	if err != nil {
		t.Fatalf("zbarimg reads no code: %v", err)
	}
	return strings.TrimSpace(string(out))
}

// slip: zbar reads the paper's code, iconv the Chinese on its wire, and the
// code leads to the citizen's page.
func (h *foreignHall) slip(t *testing.T) {
	h.until(t, "up", "printer/front")
	res := h.must(t, "slip", "take", map[string]any{"service": "social", "kiosk": "k1"})
	if res["print"] != "printed" || h.printed() != 1 {
		t.Fatalf("the slip is %v, and %d came out", res["print"], h.printed())
	}
	code := h.scan(t)
	if want := h.url + "/t/" + res["token"].(string); code != want {
		t.Errorf("zbar reads %q, want %q", code, want)
	}
	page, err := http.Get(code)
	if err != nil {
		t.Fatal(err)
	}
	page.Body.Close()
	if page.StatusCode != http.StatusOK {
		t.Errorf("the code leads to %s", page.Status)
	}
	for _, text := range []string{"社会保险", "外线大厅"} {
		if !h.printer.heard.has(string(filter(t, text, "iconv", "-f", "UTF-8", "-t", "GB18030"))) {
			t.Errorf("%s is not on the printer's wire as iconv writes it", text)
		}
	}
}

// panel: a button of the kiosk gives a number on paper.
func (h *foreignHall) panel(t *testing.T) {
	h.until(t, "up", "panel/panel-1")
	before := h.printed()
	h.press(t, "panel-1", "1")
	until(t, "the button gives a slip", patience, func() bool { return h.printed() == before+1 })
	if code := h.scan(t); !regexp.MustCompile(`^` + h.url + `/t/[a-z2-7]{26}$`).MatchString(code) {
		t.Errorf("zbar reads %q", code)
	}
}

// call: one press travels to board, voice, call box and feed; the digits are
// registers of pymodbus.
func (h *foreignHall) call(t *testing.T) {
	h.until(t, "up", "callbox/box-1", "callbox/box-2", "board/1", "board/2", "speaker/voice")
	h.press(t, "box-1", devices.KeyNext)
	first := h.calling(t, "1")
	until(t, "the board shows "+first, patience, func() bool { return strings.Contains(h.seen(t, "onbon"), "请"+first+"号到1号窗口") })
	until(t, "the call box shows "+first, patience, func() bool { return strings.Contains(h.seen(t, "boxes"), first) })
	h.press(t, "box-2", devices.KeyNext)
	second := h.calling(t, "2")
	until(t, "the digits show "+second, patience, func() bool { return h.digits.has("\n16 " + registers(second) + " ") })
	h.until(t, "up", "callbox/sign-2")
	sign := `"name":"sign-2","address":33,"shown":"` + second + `","blink":true`
	until(t, "the display on the call boxes' wire shows "+second, patience, func() bool { return strings.Contains(h.seen(t, "boxes"), sign) })
	if figures := h.metrics(t); !strings.Contains(figures, `lobby_callbox_events_total{unit="box-2"} 1`) {
		t.Errorf("the figures of the line do not know the press:\n%s", figures)
	}
	for window, ticket := range map[string]string{"1": first, "2": second} {
		phrase := filter(t, "请"+ticket+"号，到"+window+"号窗口办理", "iconv", "-f", "UTF-8", "-t", "GBK")
		until(t, ticket+" is spoken, written as iconv writes it", patience, func() bool { return h.voice.heard.has(string(phrase)) })
	}
}

// calling waits until a window calls and says whom.
func (h *foreignHall) calling(t testing.TB, window string) (ticket string) {
	t.Helper()
	until(t, "window "+window+" calls", patience, func() bool {
		for _, w := range h.state(t).Windows {
			if w.ID == window && w.State == "calling" {
				ticket = w.Ticket
			}
		}
		return ticket != ""
	})
	return ticket
}
