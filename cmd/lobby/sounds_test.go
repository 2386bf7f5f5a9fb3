package main

import (
	"path/filepath"
	"strings"
	"testing"

	c "github.com/chromedp/chromedp"
)

// soundWallHall is a hall whose only loudspeaker is its wall's.
const soundWallHall = `
hall: {id: h, name: 大厅, timezone: Asia/Shanghai}
listen: 127.0.0.1:0
data: DIR
chains: [{id: C, name: 民生}]
classes: [{id: normal, name: 普通, rate: 1}]
services: [{id: s, chain: C, name: 咨询, prefix: A}]
windows: [{id: "1", name: 一号, floor: 1, services: [s]}, {id: "2", name: 二号, floor: 1, services: [s]}]
kiosks: [{id: k1, name: 取号机, floor: 1}]
walls: [{id: main, name: 大屏, floor: 1}]
speakers:
  page: {model: clips, wire: "page:main"}
`

// A wall without a loudspeaker beside it says its calls itself. While the
// browser plays nothing before a touch, the page asks for one, the manager is
// told, and the call is said after it.
func TestForeignBrowserWallSaysItsCalls(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	dir := t.TempDir()
	p := startLobby(t, "run", "--config", mustWrite(t, filepath.Join(dir, "hall.yaml"), strings.ReplaceAll(soundWallHall, "DIR", dir)))
	b.open(p.url+"/wall/main", 1920, 1080)
	b.sees("the wall", `return !!document.querySelector('.resting, header')`)
	b.does(`window.sounds=[];const play=HTMLAudioElement.prototype.play;HTMLAudioElement.prototype.play=function(){
		if(window.refuse) return Promise.reject(new DOMException('touch first','NotAllowedError'));
		this.addEventListener('ended',()=>sounds.push(this.duration)); return play.call(this)}`)
	p.post(t, "/api/v1/commands", `{"id":"day-1","type":"day_open"}`)
	p.post(t, "/api/v1/commands", `{"id":"win-1","type":"window_open","window":"1","staff":"0412"}`)
	p.post(t, "/api/v1/commands", `{"id":"win-2","type":"window_open","window":"2","staff":"0413"}`)
	for _, id := range []string{"take-1", "take-2", "take-3"} {
		p.post(t, "/api/v1/commands", `{"id":"`+id+`","type":"take","service":"s"}`)
	}
	p.post(t, "/api/v1/commands", `{"id":"call-1","type":"call_next","window":"1"}`)
	b.sees("one call is heard to its end", `return sounds.length===1 && sounds[0]>2`)
	b.does(`window.refuse=true`)
	p.post(t, "/api/v1/commands", `{"id":"call-2","type":"call_next","window":"2"}`)
	b.sees("the page asks for a touch", `return !!document.querySelector('.unmute')`)
	b.shoot("wall-unmute")
	b.sees("the manager is told", `return fetch('/api/v1/devices').then(r=>r.json()).then(d=>d.devices.some(x=>x.id==='speaker/page'&&x.state!=='up'&&/tap the screen/.test(x.why)))`)
	b.does(`window.refuse=false;document.querySelector('.unmute').click()`)
	b.sees("the call is said after the touch", `return sounds.length===2`)
	b.sees("nothing asks any more", `return !document.querySelector('.unmute')`)
	b.sees("all is well again", `return fetch('/api/v1/devices').then(r=>r.json()).then(d=>d.devices.some(x=>x.id==='speaker/page'&&x.state==='up'))`)
	if got, err := c.Run(b.ctx, c.Evaluate[int](`sounds.length`)); err != nil || got != 2 {
		t.Errorf("%d sounds, %v", got, err)
	}
}
