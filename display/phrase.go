package display

import (
	"fmt"
	"slices"
	"strings"

	"lobby/queue"
)

// phrase is what is said of devices, in the languages of the hall. The trail
// has it in zh-CN as it was said; the others are for the pages. Each %s stands
// for what is put in, which is a phrase again or stays as it is.
type phrase struct{ cn, tw, en string }

// phrases are tried in their order.
var phrases = []phrase{
	// What devices are called, where the hall file gives them no name.
	{"打印机 %s（%s）", "印表機 %s（%s）", "Printer %s (%s)"},
	{"打印机 %s", "印表機 %s", "Printer %s"},
	{"%s 号窗口屏", "%s 號窗口屏", "Board of window %s"},
	{"%s 号窗口呼叫器", "%s 號窗口呼叫器", "Call box of window %s"},
	{"%s 号窗口显示屏 %s", "%s 號窗口顯示屏 %s", "Display %[2]s of window %[1]s"},
	{"%s 号窗口评价器", "%s 號窗口評價器", "Keypad of window %s"},
	{"%s 号窗口灯 %s", "%s 號窗口燈 %s", "Lamp %[2]s of window %[1]s"},
	{"%s 号窗口铃 %s", "%s 號窗口鈴 %s", "Bell %[2]s of window %[1]s"},
	{"%s 按键 %s", "%s 按鍵 %s", "%s, button %s"},
	{"纸传感器 %s（打印机 %s）", "紙感測器 %s（印表機 %s）", "Paper sensor %s (printer %s)"},
	{"扫码器 %s（%s）", "掃碼器 %s（%s）", "Scanner %s (%s)"},
	{"扫码器 %s", "掃碼器 %s", "Scanner %s"},
	{"读卡器 %s（%s）", "讀卡機 %s（%s）", "Card reader %s (%s)"},
	{"读卡器 %s", "讀卡機 %s", "Card reader %s"},
	{"广播 %s", "廣播 %s", "Loudspeaker %s"},
	{"屏幕 %s", "螢幕 %s", "Screen %s"},
	{"录像 %s", "錄影 %s", "Recording of %s"},
	{"网页证书", "網頁憑證", "Certificate of the pages"},
	{"评价消息服务", "評價訊息服務", "Message service of the keypads"},
	{"数据磁盘", "資料磁碟", "Disk of the records"},

	// What is wrong with them, and what to do.
	{"接的是另一台打印机，请对调连线", "接的是另一台印表機，請對調連線", "Another printer is connected; change the cables over"},
	{"打印机没有应答，请检查电源和连线", "印表機沒有回應，請檢查電源和連線", "The printer does not answer; check its power and cable"},
	{"打印机没有连接", "印表機沒有連接", "The printer is not connected"},
	{"缺纸，请装纸", "缺紙，請裝紙", "Out of paper; put paper in"},
	{"上盖打开，请合上", "上蓋打開，請合上", "The cover is open; close it"},
	{"切刀或机头故障，请断电检查", "切刀或機頭故障，請斷電檢查", "The cutter or head has a fault; switch it off and look"},
	{"纸将用完，请准备换纸", "紙將用完，請準備換紙", "The paper is running out; have a new roll ready"},
	{"窗口屏没有应答", "窗口屏沒有回應", "The board does not answer"},
	{"窗口屏晚了 %s 秒，请检查总线", "窗口屏晚了 %s 秒，請檢查匯流排", "The board is %s seconds late; check its bus"},
	{"语音模块没有应答", "語音模組沒有回應", "The voice module does not answer"},
	{"呼叫器应答不稳，请检查总线接线和终端电阻", "呼叫器回應不穩，請檢查匯流排接線和終端電阻", "The call box answers now and then; check the bus and its termination"},
	{"呼叫器没有应答", "呼叫器沒有回應", "The call box does not answer"},
	{"取号按键应答不稳，请检查总线接线和终端电阻", "取號按鍵回應不穩，請檢查匯流排接線和終端電阻", "The buttons answer now and then; check the bus and its termination"},
	{"取号按键没有应答", "取號按鍵沒有回應", "The buttons do not answer"},
	{"评价器离线", "評價器離線", "The keypad is offline"},
	{"评价器异常", "評價器異常", "The keypad has a fault"},
	{"摄像机画面中断", "攝影機畫面中斷", "The camera's picture is gone"},
	{"摄像机画面停滞", "攝影機畫面停滯", "The camera's picture stands still"},
	{"评价消息服务中断", "評價訊息服務中斷", "The message service of the keypads is down"},
	{"屏幕 %s 秒没有回应，请看浏览器是否还开着", "螢幕 %s 秒沒有回應，請看瀏覽器是否還開著", "No word from the screen for %s seconds; see whether its browser is open"},
	{"录像已停：录像空间用完，或磁盘剩余空间要留给叫号。请增加空间或缩短保存天数。", "錄影已停：錄影空間用完，或磁碟剩餘空間要留給叫號。請增加空間或縮短保存天數。", "Recording has stopped: its space is used up, or what is free is kept for the queue. Add space or keep fewer days."},
	{"录像已停：磁盘写不进去。请检查磁盘。", "錄影已停：磁碟寫不進去。請檢查磁碟。", "Recording has stopped: the disk cannot be written. Check the disk."},
	{"磁盘已满，剩余 %s MB", "磁碟已滿，剩餘 %s MB", "The disk is full, %s MB are left"},
	{"磁盘已用 %s 以上，请安排清理", "磁碟已用 %s 以上，請安排清理", "More than %s of the disk is used; plan to make room"},
	{"磁盘已用 %s 以上，请今天清理，满后不再发新号", "磁碟已用 %s 以上，請今天清理，滿後不再發新號", "More than %s of the disk is used; make room today, a full disk gives no new numbers"},
	{"磁盘已用 %s 以上，请马上清理，满后不再发新号", "磁碟已用 %s 以上，請馬上清理，滿後不再發新號", "More than %s of the disk is used; make room now, a full disk gives no new numbers"},
	{"磁盘已用 %s", "磁碟已用 %s", "%s of the disk is used"},
	{"证书已于 %s 到期", "憑證已於 %s 到期", "The certificate ended on %s"},
	{"证书将于 %s 到期，请更换", "憑證將於 %s 到期，請更換", "The certificate ends on %s; replace it"},
	{"没有连接：%s", "沒有連接：%s", "Not connected: %s"},
	{"录像目录打不开：%s", "錄影目錄打不開：%s", "The directory of the footage cannot be opened: %s"},
	{"引脚不可用：%s", "接腳不可用：%s", "The pin cannot be used: %s"},
	{"这台机器没有引脚 %s", "這台機器沒有接腳 %s", "This computer has no pin %s"},

	// What the hall does without them.
	{"取号机不出小票，号码显示在屏幕上", "取號機不出號票，號碼顯示在螢幕上", "The kiosk gives no slips; numbers are shown on its screen"},
	{"窗口屏不显示，请看大屏、听广播", "窗口屏不顯示，請看大屏、聽廣播", "The window's board is dark; look at the wall and listen"},
	{"请用电脑叫号", "請用電腦叫號", "Call from the computer"},
	{"按键取号不可用，请用触摸屏", "按鍵取號不可用，請用觸控螢幕", "The buttons give no numbers; use the touch screen"},
	{"没有语音叫号，请看大屏", "沒有語音叫號，請看大屏", "Calls are not spoken; look at the wall"},
	{"扫码不可用，请在屏幕上输号码，或到导办台", "掃碼不可用，請在螢幕上輸號碼，或到導辦台", "Codes are not read; type the number, or ask the guide desk"},
	{"窗口的灯或铃不动作，请看窗口屏、听广播", "窗口的燈或鈴不動作，請看窗口屏、聽廣播", "The window's lamp or bell does nothing; look at its board and listen"},
	{"纸快用完时没有提前提醒，请常看纸卷", "紙快用完時沒有提前提醒，請常看紙卷", "Nothing warns before the paper ends; look at the roll now and then"},
	{"读卡器不可用，请直接取号，预约请输预约码", "讀卡機不可用，請直接取號，預約請輸預約碼", "Cards are not read; take a number without, and type the code of an appointment"},
	{"不能在窗口评价，请扫小票评价", "不能在窗口評價，請掃號票評價", "No rating at the window; scan the slip to rate"},
	{"看不到画面", "看不到畫面", "No picture"},
	{"这台摄像机现在不录像", "這台攝影機現在不錄影", "This camera is not recorded now"},
	{"不再发新号，已有号码照常办理，请马上清理磁盘", "不再發新號，已有號碼照常辦理，請馬上清理磁碟", "No new numbers; those given are served as ever. Make room on the disk now"},
	{"浏览器会拒绝新打开的网页，已打开的照常", "瀏覽器會拒絕新打開的網頁，已打開的照常", "Browsers will refuse pages that are opened anew; open ones go on"},
	{"评价器不可用，评价先存在评价器里", "評價器不可用，評價先存在評價器裡", "Keypads are not heard; they keep the ratings for later"},
	{"这块屏幕没有画面，请听广播、看其他屏幕", "這塊螢幕沒有畫面，請聽廣播、看其他螢幕", "This screen is dark; listen, and look at the others"},

	// What the driver says, behind what the duty desk reads first.
	{"%s（%s）", "%s（%s）", "%s (%s)"},
}

// inLanguage says a text about devices in a further language. What no phrase
// fits, such as a name of the hall file, stays as it is.
func inLanguage(text, lang string) string {
	for _, p := range phrases {
		parts, ok := p.fits(text)
		if !ok {
			continue
		}
		into := p.en
		if lang == "zh-TW" {
			into = p.tw
		}
		args := make([]any, 0, len(parts))
		for _, part := range parts {
			args = append(args, inLanguage(part, lang))
		}
		return fmt.Sprintf(into, args...)
	}
	return text
}

// fits takes a text apart, if it is this phrase.
func (p phrase) fits(text string) (parts []string, ok bool) {
	fixed := strings.Split(p.cn, "%s")
	rest, ok := strings.CutPrefix(text, fixed[0])
	if !ok {
		return nil, false
	}
	for i, f := range fixed[1:] {
		at := strings.Index(rest, f)
		if i == len(fixed)-2 { // the last one stands at the end
			at = len(rest) - len(f)
			ok = strings.HasSuffix(rest, f)
		}
		if at < 1 || !ok {
			return nil, false
		}
		parts, rest = append(parts, rest[:at]), rest[at+len(f):]
	}
	return parts, rest == ""
}

// translated is a text about devices in the further languages; nil for none.
func translated(text string) Names {
	if text == "" {
		return nil
	}
	return inFurther(func(lang string) string { return inLanguage(text, lang) })
}

// alertsInWords adds the further languages to warnings about devices, whose
// sentences are made of what the devices say. The others have theirs.
func alertsInWords(alerts []queue.AlertView) []queue.AlertView {
	all := list(slices.Clone(alerts))
	for i, a := range all {
		name, why, ok := strings.Cut(a.Say, "：")
		if a.Says == nil && ok && strings.HasPrefix(a.ID, "device:") {
			names, whys := translated(name), translated(why)
			all[i].Says = inFurther(func(lang string) string {
				if lang == "en" {
					return names[lang] + ": " + whys[lang]
				}
				return names[lang] + "：" + whys[lang]
			})
		}
	}
	return all
}
