package display_test

import (
	"testing"
	"time"

	"lobby/display"
	"lobby/queue"
)

// What is said of a device is told in the other languages while something is
// wrong with it, in the list of devices and in the warning.
func TestWhatIsSaidOfDevicesIsToldInEveryLanguage(t *testing.T) {
	for _, c := range []struct{ name, why, english, traditional string }{
		{"打印机 p1（一楼取号机）", "缺纸，请装纸", "Printer p1 (一楼取号机): Out of paper; put paper in", "印表機 p1（一楼取号机）：缺紙，請裝紙"},
		{"12 号窗口屏", "窗口屏晚了 7 秒，请检查总线", "Board of window 12: The board is 7 seconds late; check its bus", "12 號窗口屏：窗口屏晚了 7 秒，請檢查匯流排"},
		{"3 号窗口显示屏 d2", "没有连接：tcp: 10.0.0.9:502 does not answer: (refused)", "Display d2 of window 3: Not connected: tcp: 10.0.0.9:502 does not answer: (refused)", "3 號窗口顯示屏 d2：沒有連接：tcp: 10.0.0.9:502 does not answer: (refused)"},
		{"南门", "摄像机画面中断（rtsp: 404）", "南门: The camera's picture is gone (rtsp: 404)", "南门：攝影機畫面中斷（rtsp: 404）"},
	} {
		d := display.Description{Devices: []display.Device{{ID: "x/1", Kind: "x", Name: c.name}, {ID: "x/2", Kind: "x", Name: c.name}}}
		s := d.Compose(queue.View{
			Devices: []queue.DeviceView{{ID: "x/1", Kind: "x", State: "down", Why: c.why, Effect: "请用电脑叫号"}, {ID: "x/2", Kind: "x", State: "up"}},
			Alerts:  []queue.AlertView{{ID: "device:x/1", Say: c.name + "：" + c.why}, {ID: "wait:1", Say: "a：b"}},
		}, time.Now())
		if says := s.Alerts[0].Says; says["en"] != c.english || says["zh-TW"] != c.traditional || s.Alerts[0].Say != c.name+"："+c.why {
			t.Errorf("the warning says\n%q\n%q\nwant\n%q\n%q", says["en"], says["zh-TW"], c.english, c.traditional)
		}
		down := s.Devices[0]
		if down.Names["en"]+": "+down.Whys["en"] != c.english || down.Effects["en"] != "Call from the computer" || down.Effects["zh-TW"] != "請用電腦叫號" {
			t.Errorf("the device says %+v", down)
		}
		if up := s.Devices[1]; up.Names != nil || up.Whys != nil || s.Alerts[1].Says != nil {
			t.Errorf("translated without need: %+v, %+v", up, s.Alerts[1])
		}
	}
}
