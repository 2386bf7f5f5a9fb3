package main

import (
	"context"
	"strings"
	"sync"

	"lobby/devices"
	"lobby/display"
	"lobby/queue"
	"lobby/queue/hall"
)

// health carries what devices say about themselves to the hall. Reports never
// wait: of several about one device only the newest is told.
type health struct {
	names map[string]string // of devices, for people

	mu      sync.Mutex
	pending map[string]queue.DeviceReport
	wake    chan struct{} // one token: something is pending
}

func newHealth(devices []display.Device) *health {
	names := map[string]string{queue.DiskDevice: "数据磁盘"}
	for _, d := range devices {
		names[d.ID] = d.Name
	}
	return &health{names: names, pending: map[string]queue.DeviceReport{}, wake: make(chan struct{}, 1)}
}

// effects say what the hall loses while a device of a kind is away.
var effects = map[string]string{
	"printer":     "取号机不出小票，号码显示在屏幕上",
	"board":       "窗口屏不显示，请看大屏、听广播",
	"callbox":     "请用电脑叫号",
	"panel":       "按键取号不可用，请用触摸屏",
	"speaker":     "没有语音叫号，请看大屏",
	"scanner":     "扫码不可用，请在屏幕上输号码，或到导办台",
	"output":      "窗口的灯或铃不动作，请看窗口屏、听广播",
	"paper":       "纸快用完时没有提前提醒，请常看纸卷",
	"reader":      "读卡器不可用，请直接取号，预约请输预约码",
	"keypad":      "不能在窗口评价，请扫小票评价",
	"camera":      "看不到画面",
	"recorder":    "这台摄像机现在不录像",
	"disk":        "不再发新号，已有号码照常办理，请马上清理磁盘",
	"certificate": "浏览器会拒绝新打开的网页，已打开的照常",
	"broker":      "评价器不可用，评价先存在评价器里",
	"screen":      "这块屏幕没有画面，请听广播、看其他屏幕",
}

// report tells the state of the device "kind/name".
func (h *health) report(id string, s devices.State, why string) {
	if s == devices.Unknown {
		return
	}
	kind, _ := cutID(id)
	h.tell(queue.DeviceReport{Device: id, State: string(s), Why: saying(kind, s, why)})
}

// tell is report with what a device knows of itself; its name and what is lost
// without it are added.
func (h *health) tell(r queue.DeviceReport) {
	r.Name = h.names[r.Device]
	r.Kind, _ = cutID(r.Device)
	if r.State == string(devices.Down) || r.State != string(devices.Up) && r.Device != queue.DiskDevice { // a disk that is not full takes nothing away
		r.Effect = effects[r.Kind]
	}
	h.mu.Lock()
	h.pending[r.Device] = r
	h.mu.Unlock()
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// sayings are what the duty desk reads first; the driver's own words follow in
// brackets for whoever repairs it.
var sayings = map[string]string{
	"callbox/degraded": "呼叫器应答不稳，请检查总线接线和终端电阻",
	"callbox/down":     "呼叫器没有应答",
	"panel/degraded":   "取号按键应答不稳，请检查总线接线和终端电阻",
	"panel/down":       "取号按键没有应答",
	"keypad/down":      "评价器离线",
	"keypad/degraded":  "评价器异常",
	"camera/down":      "摄像机画面中断",
	"camera/degraded":  "摄像机画面停滞",
	"broker/down":      "评价消息服务中断",
	"screen/down":      "屏幕 30 秒没有回应，请看浏览器是否还开着",
}

func saying(kind string, s devices.State, why string) string {
	say := sayings[kind+"/"+string(s)]
	switch {
	case say == "" || s == devices.Up:
		return why
	case why == "":
		return say
	}
	return say + "（" + why + "）"
}

// of makes the report function of one family.
func (h *health) of(kind string) devices.Report {
	return func(unit string, s devices.State, why string) { h.report(kind+"/"+unit, s, why) }
}

// wire makes the report function of wires: while a wire is away, everything
// on it is.
func (h *health) wire(ids ...string) func(up bool, why error) {
	return func(up bool, why error) {
		if up {
			return // the driver knows better
		}
		for _, id := range ids {
			h.report(id, devices.Down, "没有连接："+why.Error())
		}
	}
}

// run tells the hall until the context ends.
func (h *health) run(ctx context.Context, to *hall.Hall) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-h.wake:
		}
		h.mu.Lock()
		now := h.pending
		h.pending = map[string]queue.DeviceReport{}
		h.mu.Unlock()
		for _, id := range sorted(now) {
			if _, err := to.Do(ctx, hall.Request{Actor: "lobby", Command: now[id]}); err != nil {
				break // the next report tells it again
			}
		}
	}
}

// cutID splits "kind/name".
func cutID(id string) (kind, name string) {
	kind, name, _ = strings.Cut(id, "/")
	return kind, name
}
