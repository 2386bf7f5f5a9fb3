package main

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// trailClip is what the API says of a ticket's footage.
type trailClip struct {
	Camera, Window, State string
	From, To              time.Time
	KeptUntil             time.Time `json:"kept_until"`
	Films                 []struct {
		From, To time.Time
		Gaps     []struct{ From, To time.Time }
	}
}

func (p *program) clips(t testing.TB, day, number string) []trailClip {
	t.Helper()
	var v struct{ Clips []trailClip }
	p.get(t, "/api/v1/tickets/"+day+"/"+number, &v)
	return v.Clips
}

// visit leads a number through window 1 and returns its day and number.
func (p *program) visit(t testing.TB, name string) (day, number string) {
	t.Helper()
	taken := p.must(t, name+"-take", "take", map[string]any{"service": "social", "kiosk": "k1"})
	p.must(t, name+"-call", "call_next", map[string]any{"window": "1"})
	p.must(t, name+"-arrive", "arrive", map[string]any{"window": "1"})
	p.must(t, name+"-finish", "finish", map[string]any{"window": "1"})
	return taken["day"].(string), taken["ticket"].(string)
}

// fetchClip saves a clip and says what the headers say.
func (p *program) fetchClip(t testing.TB, c trailClip, look string) (file string, h http.Header) {
	t.Helper()
	q := url.Values{"from": {c.From.Format(time.RFC3339Nano)}, "to": {c.To.Format(time.RFC3339Nano)}, "look": {look}}
	res, err := http.Get(p.url + "/api/v1/cameras/" + c.Camera + "/clip?" + q.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != 200 {
		t.Fatalf("the clip: %s %v %s", res.Status, err, data[:min(len(data), 200)])
	}
	file = filepath.Join(t.TempDir(), "clip.mp4")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file, res.Header
}

func look(p *program, t testing.TB, id, kind string, c trailClip, by string) string {
	t.Helper()
	r := p.must(t, id, kind, map[string]any{"cameras": []string{c.Camera}, "from": c.From, "to": c.To, "by": by, "reason": "test"})
	return r["look"].(string)
}

// TestForeignTrail: a visit is recorded by an emulated camera over real RTSP,
// Chromium plays it on the trail page for a reason, two persons take it away,
// ffmpeg finds nothing wrong with it; a killed hall loses none of it, and a
// closed shutter records nothing.
func TestForeignTrail(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	needs(t, map[string]string{"ffprobe": "ffmpeg"})
	data := t.TempDir()
	p := startLobby(t, "demo", "--small", "--quiet", "--data", data, "--listen", "127.0.0.1:0")
	until(t, "cameras are recorded", 60*time.Second, func() bool {
		open, _ := filepath.Glob(filepath.Join(data, "footage/cam-1/*/*.idx.open"))
		return len(open) > 0
	})
	p.must(t, "open", "window_open", map[string]any{"window": "1", "staff": "0412"})
	day, number := p.visit(t, "first")
	var clip trailClip
	until(t, "the visit is recorded", 60*time.Second, func() bool {
		clips := p.clips(t, day, number)
		if len(clips) != 1 {
			t.Fatalf("clips %+v; window 1 is seen by one camera", clips)
		}
		clip = clips[0]
		return len(clip.Films) == 1 && clip.Films[0].To.Sub(clip.Films[0].From) > 6*time.Second
	})

	b.open(p.url+"/trail/"+day+"/"+number+"?lang=zh-CN", 1920, 1080)
	b.sees("the question why", `return !!document.querySelector('.vid form [name=reason]')`)
	b.does(`const f=document.querySelector('.vid form'); f.by.value='0531'; f.reason.value='工单 1'; f.requestSubmit()`)
	b.sees("the footage", `const v=document.querySelector('.vid video'); return v&&v.videoWidth===640&&v.readyState>=2`)
	b.sees("masks over the faces", `return document.querySelectorAll('.vid .mask').length===4`)
	b.sees("the region of window 1", `return document.querySelector('.vid .box span')?.textContent.includes('`+number+`')`)
	b.does(`window.was=document.querySelector('.vid video').currentTime; document.querySelector('.ctl .p').click()`)
	b.sees("the picture moves", `return document.querySelector('.vid video').currentTime>window.was+1`)
	b.sees("the look on the list", `return document.querySelector('.aud li')?.textContent.includes('工单 1')`)
	b.quiet()

	export := look(p, t, "export", "footage_export", clip, "0531")
	if a := p.command(t, "same", "footage_confirm", map[string]any{"look": export, "by": "0531"}); a.OK || a.Refusal.Code != "second_person" {
		t.Errorf("the same person confirmed the export: %+v", a)
	}
	p.must(t, "confirm", "footage_confirm", map[string]any{"look": export, "by": "0800"})
	file, _ := p.fetchClip(t, clip, export)
	before := judgeClip(t, file)
	p.must(t, "keep", "footage_keep", map[string]any{"day": day, "ticket": number, "by": "0531", "reason": "test"})
	until(t, "the footage is kept", 30*time.Second, func() bool { return time.Until(p.clips(t, day, number)[0].KeptUntil) > 80*24*time.Hour })

	p.kill()
	q := startLobby(t, "demo", "--small", "--quiet", "--data", data, "--listen", "127.0.0.1:0")
	var again string
	until(t, "the footage is open again", 60*time.Second, func() bool {
		clips := q.clips(t, day, number)
		return len(clips) == 1 && len(clips[0].Films) == 1
	})
	again, _ = q.fetchClip(t, clip, export) // the export holds over the restart
	if after := judgeClip(t, again); after != before {
		t.Errorf("after a kill %d pictures are left of %d", after, before)
	}
	if kept := q.clips(t, day, number)[0].KeptUntil; time.Until(kept) < 80*24*time.Hour {
		t.Errorf("after a kill it is kept until %s", kept)
	}
	checkShutter(t, q)
}

// checkShutter closes a camera: nobody sees it, and nothing is recorded.
func checkShutter(t *testing.T, p *program) {
	t.Helper()
	films := func() []struct{ From, To time.Time } {
		var v struct {
			Films []struct{ From, To time.Time }
		}
		now := time.Now()
		p.get(t, "/api/v1/cameras/cam-2/footage?from="+now.Add(-3*time.Hour).UTC().Format(time.RFC3339)+"&to="+now.UTC().Format(time.RFC3339), &v)
		return v.Films
	}
	until(t, "camera 2 is recorded again", 60*time.Second, func() bool { f := films(); return len(f) > 0 && time.Since(f[len(f)-1].To) < 3*time.Second })
	p.must(t, "shut", "camera_shutter", map[string]any{"camera": "cam-2", "closed": true, "by": "0531", "reason": "test"})
	var s struct {
		State struct {
			Cameras []struct {
				ID, State string
				Shutter   *struct{ By string }
			}
		}
	}
	p.get(t, "/api/v1/state", &s)
	for _, c := range s.State.Cameras {
		if (c.ID == "cam-2") != (c.State == "shutter") {
			t.Errorf("camera %s is %s", c.ID, c.State)
		}
	}
	conn, res, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(p.url, "http")+"/api/v1/cameras/cam-2/live", nil)
	if err == nil {
		conn.Close()
		t.Fatal("a closed camera is shown")
	}
	if res == nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusServiceUnavailable || !strings.Contains(string(body), "closed for privacy") {
		t.Errorf("a closed camera answers %s %s", res.Status, body)
	}
	last := films()[len(films())-1].To
	until(t, "others go on", 30*time.Second, func() bool { return time.Since(last) > 4*time.Second })
	if now := films(); now[len(now)-1].To.Sub(last) > time.Second {
		t.Errorf("a closed camera is recorded until %s", now[len(now)-1].To)
	}
}

// judgeClip has ffprobe decode a clip, without a complaint, and counts its
// pictures; their number fits its length.
func judgeClip(t testing.TB, file string) int {
	t.Helper()
	cmd := exec.Command("ffprobe", "-v", "warning", "-count_frames", "-show_entries", "stream=nb_read_frames:format=duration", "-of", "csv=p=0", file)
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	words := strings.Fields(string(out))
	if err != nil || complaints.Len() > 0 || len(words) != 2 {
		t.Fatalf("ffprobe: %v %q\n%s", err, out, complaints.String())
	}
	n, errN := strconv.Atoi(words[0])
	long, errL := strconv.ParseFloat(words[1], 64)
	if errN != nil || errL != nil || n < 20 || long < float64(n)/12.5-0.5 || long > float64(n)/12.5+0.5 {
		t.Errorf("ffprobe finds %s pictures in %s s; the camera shows 12.5 a second", words[0], words[1])
	}
	return n
}
