package web_test

import (
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net/http"
	"time"

	"rsc.io/qr"
)

// emulators answers what the page of emulated devices asks: one of each kind,
// in the shapes that the emulators of the hall have.
func (h *fakeHall) emulators(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/v1/emulators", func(w http.ResponseWriter, _ *http.Request) {
		h.mu.Lock()
		defer h.mu.Unlock()
		reply(w, object{"emulators": h.benches()})
	})
	mux.HandleFunc("GET /api/v1/emulators/{kind}/{name}/pictures/{picture}", slipPicture)
	mux.HandleFunc("POST /api/v1/emulators/{kind}/{name}/press", func(w http.ResponseWriter, r *http.Request) {
		var m struct{ Unit, Key, Digits string }
		_ = json.NewDecoder(r.Body).Decode(&m)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.presses = append(h.presses, r.PathValue("kind")+" "+m.Unit+" "+m.Key)
		reply(w, object{})
	})
	mux.HandleFunc("POST /api/v1/emulators/{kind}/{name}/faults", func(w http.ResponseWriter, r *http.Request) {
		var m struct {
			Fault string
			On    bool
		}
		_ = json.NewDecoder(r.Body).Decode(&m)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.faults[m.Fault] = m.On
		reply(w, object{})
	})
}

func (h *fakeHall) benches() []object {
	signs, boxes, pads := []object{}, []object{}, []object{}
	for n := 1; n <= 12; n++ {
		ticket := fmt.Sprintf("M%03d", 30+n)
		signs = append(signs, object{"name": fmt.Sprintf("%d 号窗口", n), "address": n, "text": []string{ticket, "请" + ticket + "号\n到" + fmt.Sprint(n) + "号窗口", "暂停服务"}[n%3], "color": []string{"red", "green", "yellow"}[n%3], "up": n != 9, "frames": n * 31})
		pads = append(pads, object{"name": fmt.Sprint("keypad-", n), "window": fmt.Sprint(n), "online": n != 4, "prompt": []string{"", "", "n1"}[n%3], "ticket": ticket, "thanked": n == 7, "queued": n % 2})
	}
	for n := 1; n <= 4; n++ {
		boxes = append(boxes, object{"name": fmt.Sprint("box-", n), "address": n, "shown": fmt.Sprintf("M%03d", 30+n), "blink": n == 2, "up": n != 3, "queued": n / 3,
			"keys": []string{"next", "recall", "arrive", "finish", "no_show", "pause", "hold", "transfer"}})
	}
	boxes = append(boxes, object{"name": "panel-1", "address": 5, "shown": "----", "up": true, "queued": 0, "keys": []string{"1", "2", "3", "4"}})
	bench := func(id, kind string, view object, faults object) object {
		view["kind"] = kind
		return object{"id": id, "kind": kind, "view": view, "faults": faults}
	}
	slips := bench("printer/front", "printer", object{"name": "front", "paper": "near_end", "cover": "closed", "printed": 45,
		"slips": []object{{"n": 44, "lines": []string{"富阳市行政服务中心", "M045"}, "qr": []string{}}}}, object{"paper_out": h.faults["paper_out"], "cover_open": false, "paper_near_end": true, "cutter_jam": false, "silent": false})
	slips["pictures"] = object{"first": 0, "next": 45}
	now := time.Now()
	return []object{
		slips,
		bench("board/floor1", "board", object{"units": signs}, object{"silent": false, "noise": false, "busy": false}),
		bench("callbox/floor1", "callbox", object{"units": boxes}, object{"silent": false, "crc_noise": false, "reboot": false}),
		bench("speaker/floor1", "speaker", object{"speaking": true, "said": []object{{"text": "请M零三六号，到七号窗口办理。", "at": now.Add(-20 * time.Second)}, {"text": "请M零三七号，到十二号窗口办理。", "at": now}}}, object{"silent": false}),
		bench("keypad/floor1", "keypad", object{"units": pads}, object{"offline": false, "late": false, "forged_mac": false}),
		bench("camera/hall", "camera", object{"units": []object{{"name": "counter", "path": "/counter", "clip": "counter", "viewers": 1, "frames": 3120}, {"name": "door", "path": "/door", "clip": "door", "viewers": 0, "frames": 0}}}, object{"counter/frozen": false, "counter/wrong_password": false}),
	}
}

// slipPicture draws something that has the shape and the darkness of a slip.
func slipPicture(w http.ResponseWriter, _ *http.Request) {
	slip := image.NewGray(image.Rect(0, 0, 576, 900))
	draw.Draw(slip, slip.Bounds(), image.White, image.Point{}, draw.Src)
	black := func(x, y, w, h int) {
		draw.Draw(slip, image.Rect(x, y, x+w, y+h), image.Black, image.Point{}, draw.Src)
	}
	black(120, 30, 336, 30)
	for i := range 4 {
		black(100+i*100, 120, 70, 140)
	}
	for i := range 5 {
		black(20, 320+i*60, 300+i*40, 24)
	}
	code, err := qr.Encode("http://hall.example/t/Zq3-x_9", qr.M)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	for y := range code.Size * 6 {
		for x := range code.Size * 6 {
			if code.Black(x/6, y/6) {
				slip.SetGray(20+x, 660+y, color.Gray{})
			}
		}
	}
	w.Header().Set("Content-Type", "image/png")
	_ = png.Encode(w, slip)
}
