package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	c "github.com/chromedp/chromedp"
)

// opensCamera opens a camera in full view, waits for its first picture and
// closes it again. It answers with the milliseconds from the click to the
// picture, and with how many of them the picture was behind the newest one.
const opensCamera = `(async id=>{
	const tick=()=>new Promise(requestAnimationFrame);
	const began=performance.now();
	document.querySelector('.cams hall-camera[camera="'+id+'"]').dispatchEvent(new MouseEvent('dblclick',{bubbles:true}));
	let v; while(!(v=document.querySelector('dialog.full hall-camera')?.shadowRoot?.querySelector('video'))) await tick();
	const shown=await new Promise(done=>v.requestVideoFrameCallback((now,frame)=>done({took:performance.now()-began,behind:1000*(v.buffered.end(v.buffered.length-1)-frame.mediaTime)})));
	await new Promise(done=>setTimeout(done,500));
	const behind=1000*(v.buffered.end(v.buffered.length-1)-v.currentTime);
	const frames=v.getVideoPlaybackQuality().totalVideoFrames;
	document.querySelector('dialog.full .no').click();
	while(document.querySelector('dialog.full')) await tick();
	return [shown.took,behind,frames,shown.behind];
})`

// A picture is there as soon as somebody asks for it, for the hall has kept
// it from the last key picture on; and it is the newest one.
func TestForeignBrowserPictureComesAtOnce(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	p := startLobby(t, "demo", "--small", "--quiet", "--listen", "127.0.0.1:0")
	b.open(p.url+"/manager", 1920, 1080)
	b.sees("the cameras play", `return document.querySelectorAll('hall-camera[data-phase=live]').length===4`)
	var took, behind, first []float64
	for i := range 5 {
		got, err := c.Run(b.ctx, c.Evaluate[[]float64](opensCamera+`('cam-`+string(rune('1'+i%4))+`')`, c.EvalAwaitPromise))
		if err != nil {
			t.Fatal(err)
		}
		took, behind, first = append(took, got[0]), append(behind, got[1]), append(first, got[3])
		if got[2] < 3 {
			t.Errorf("%v pictures in half a second", got[2])
		}
	}
	slices.Sort(took)
	slices.Sort(behind)
	slices.Sort(first)
	t.Logf("first picture after the click: median %.0f ms, longest %.0f ms; it is %.0f ms behind the newest (longest %.0f ms), half a second later %.0f ms (longest %.0f ms)", took[2], took[4], first[2], first[4], behind[2], behind[4])
	b.does(`document.querySelector('.cams hall-camera').dispatchEvent(new MouseEvent('dblclick',{bubbles:true}))`)
	const video = `const v=document.querySelector('dialog.full hall-camera')?.shadowRoot.querySelector('video');`
	b.sees("the full view", video+`return (window.was=v?.currentTime)>0`)
	b.sees("it moves", video+`return v.currentTime>window.was+1`)
	b.shoot("full")
	b.quiet()
}

// soundHall is a hall with one camera, played by GStreamer, that has sound in
// G.711, as most cameras with a microphone do.
const soundHall = `
hall: {id: h, name: 大厅, timezone: Asia/Shanghai}
listen: 127.0.0.1:0
data: DIR
chains: [{id: C, name: 民生}]
services: [{id: s, chain: C, name: 咨询, prefix: A}]
windows: [{id: "1", name: 一号, floor: 1, services: [s], camera: cam-1}]
cameras:
  cam-1: {name: 一号窗口, floor: 1, windows: ["1"], source: "rtsp://127.0.0.1:PORT/camera"}
`

// In full view a camera is watched and heard by WebRTC: Chromium decodes its
// pictures and its G.711, without any server but the hall.
func TestForeignBrowserWatchesByWebRTC(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	dir, port := t.TempDir(), freeTCP(t)
	background(t, nil, python, "../../devices/camera/testdata/gst_camera.py", port,
		"videotestsrc is-live=true pattern=ball ! video/x-raw,width=640,height=360,framerate=25/1 ! x264enc tune=zerolatency key-int-max=50 ! "+
			"video/x-h264,profile=main ! rtph264pay name=pay0 pt=96 audiotestsrc is-live=true ! audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay name=pay1 pt=8")
	mustListen(t, "GStreamer", port)
	p := startLobby(t, "run", "--config", mustWrite(t, filepath.Join(dir, "hall.yaml"), strings.NewReplacer("DIR", dir, "PORT", port).Replace(soundHall)))
	b.open(p.url+"/manager", 1280, 720)
	b.sees("the camera plays", `return !!document.querySelector('hall-camera[data-phase=live]')`)
	b.does(`document.querySelector('hall-camera').dispatchEvent(new MouseEvent('dblclick',{bubbles:true}))`)
	b.sees("the full view", `const b=document.querySelector('dialog.full [aria-pressed]'); if(b) b.click(); return !!b`)
	const feed = `const h=document.querySelector('dialog.full hall-camera'), v=h?.shadowRoot.querySelector('video');`
	b.sees("pictures by WebRTC", feed+`return v?.srcObject && (window.shown=v.getVideoPlaybackQuality().totalVideoFrames)>5 && (window.was=v.currentTime)>0`)
	b.sees("more of them", feed+`return v.getVideoPlaybackQuality().totalVideoFrames>shown+25 && v.currentTime>was+1`)
	b.sees("sound", feed+`return h.dataset.sound==='on' && !v.muted`)
	const figures = `(async()=>{const s=[...(await document.querySelector('dialog.full hall-camera').feed.pc.getStats()).values()];
		const of=k=>s.find(x=>x.type==='inbound-rtp'&&x.kind===k); return [of('video').framesDecoded,of('video').keyFramesDecoded,of('audio').packetsReceived,of('audio').totalAudioEnergy,of('video').pliCount||0,1000*of('video').jitterBufferDelay/of('video').jitterBufferEmittedCount]})()`
	got, err := c.Run(b.ctx, c.Evaluate[[]float64](figures, c.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("pictures decoded %.0f, key pictures %.0f, packets of sound %.0f, energy %.4f, asked for a key picture %.0f times, %.0f ms in the jitter buffer", got[0], got[1], got[2], got[3], got[4], got[5])
	if got[0] < 30 || got[1] < 1 || got[2] < 30 || got[3] == 0 {
		t.Error("Chromium did not decode pictures and sound")
	}
	b.shoot("webrtc")
	// A second press goes back to what always works.
	b.does(`document.querySelector('dialog.full [aria-pressed]').click()`)
	b.sees("pictures as always", feed+`return !v.srcObject && v.src && h.dataset.phase==='live' && v.currentTime>0`)
}

// shoot keeps a picture of the page if LOBBY_SHOTS names a folder.
func (b *browser) shoot(name string) {
	b.t.Helper()
	dir := os.Getenv("LOBBY_SHOTS")
	if dir == "" {
		return
	}
	png, err := c.Run(b.ctx, c.CaptureScreenshot())
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}
