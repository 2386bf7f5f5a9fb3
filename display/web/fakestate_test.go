package web_test

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// object is one JSON object of the wire, as the pages see it.
type object = map[string]any

const departmentNames = "安全生产与应急管理局 财政局 残疾人联合会 城市综合行政执法局 档案局 发展和改革局 公安局 供电公司 税务局 生态环境局 交通运输局 教育局 经济和信息化局 科学技术局 林业局 民政局 民族宗教事务局 农业农村局 气象局 人力资源和社会保障局 人民防空办公室 商务局 审计局 市场监督管理局 水利水电局 水务公司 司法局 退役军人事务局 统计局 卫生健康局 文化和旅游局 消防救援大队 烟草专卖局 医疗保障局 住房公积金中心 自然资源和规划局"

// longNames are the names that need most room, in English.
var longNames = map[string]string{
	"安全生产与应急管理局": "Work Safety and Emergency Management Bureau", "经济和信息化局": "Economy and Information Technology Bureau",
	"人力资源和社会保障局": "Human Resources and Social Security Bureau", "自然资源和规划局": "Natural Resources and Planning Bureau",
}

// bigHall is a hall of 80 windows and the four chains, in the middle of a day.
func bigHall(now time.Time) object {
	b := &stateBuilder{now: now}
	b.chains()
	b.services()
	for n := 1; n <= 80; n++ {
		b.window(n)
	}
	b.waiting()
	return b.state("富阳市行政服务中心", "Fuyang Service Center")
}

// smallHall is a hall of four windows and one chain.
func smallHall(now time.Time) object {
	b := &stateBuilder{now: now}
	b.chainList = []object{{"id": "M", "name": "民生服务一条龙", "short": "民生服务", "icon": "family", "names": object{"en": "Personal", "zh-TW": "民生服務"}}}
	for i, name := range []string{"社会保障", "户籍业务", "税务"} {
		b.serviceList = append(b.serviceList, b.service(fmt.Sprintf("s%d", i+1), name, "ABC"[i:i+1], "M", i, []string{"1", "2", "3", "4"}))
	}
	for n := 1; n <= 4; n++ {
		b.window(n)
	}
	b.waiting()
	return b.state("富春街道便民服务中心", "Fuchun Street Service Center")
}

type stateBuilder struct {
	now                                time.Time
	chainList, serviceList, windowList []object
	waitList                           []object
}

func (b *stateBuilder) chains() {
	add := func(id, name, short, tw, en, icon, example string) {
		b.chainList = append(b.chainList, object{"id": id, "name": name, "short": short, "icon": icon, "example": example, "names": object{"en": en, "zh-TW": tw}})
	}
	add("M", "民生服务一条龙", "民生服务", "民生服務一條龍", "Personal & family", "family", "社保医保 · 户口身份证 · 婚育 · 不动产四证联办")
	add("Q", "企业注册登记一条龙", "企业登记", "企業註冊登記一條龍", "Business registration", "shop", "开办企业 · 一照四证 · 变更注销 · 税务")
	add("T", "投资项目审批一条龙", "投资项目", "投資項目審批服務一條龍", "Investment projects", "crane", "立项 · 用地规划 · 施工许可 · 竣工联合验收")
	add("Z", "中介服务一条龙", "中介服务", "中介服務一條龍", "Intermediary services", "scale", "会计审计 · 工程咨询 · 环评 · 土地房屋测量评估")
}

func (b *stateBuilder) services() {
	add := func(id, name, chain string, department, from, to int) {
		var windows []string
		for n := from; n <= to; n++ {
			windows = append(windows, fmt.Sprint(n))
		}
		b.serviceList = append(b.serviceList, b.service(id, name, cmp.Or(chain, "X"), chain, department, windows))
	}
	add("estate", "不动产登记「四证」联办", "M", 35, 9, 16)
	add("fund", "住房公积金提取", "M", 34, 17, 20)
	add("social", "社会保险与医疗保险", "M", 19, 1, 8)
	add("police", "户口与身份证", "M", 6, 21, 26)
	add("marriage", "婚姻登记", "M", 15, 27, 32)
	add("company", "开办企业「一照四证」联办", "Q", 23, 33, 44)
	add("tax", "企业税务", "Q", 8, 45, 52)
	add("project", "投资项目立项", "T", 5, 53, 60)
	add("building", "施工许可与竣工联合验收", "T", 35, 61, 68)
	add("audit", "会计审计与工程咨询", "Z", 22, 69, 76)
	add("help", "综合咨询导办", "", 15, 77, 80)
}

func (b *stateBuilder) service(id, name, prefix, chain string, department int, windows []string) object {
	n := len(b.serviceList)
	forecast := object{"ahead": 3 + n, "windows": len(windows), "low": 4 + n, "high": 9 + 2*n, "p": 0.8}
	if n == 2 {
		forecast = object{"ahead": 0, "windows": len(windows)}
	}
	return object{"id": id, "name": name, "names": object{"en": map[string]string{"estate": "Four certificates for a home, jointly"}[id]}, "prefix": prefix, "chain": chain, "department": fmt.Sprintf("d%d", department),
		"floor": floorOf(windows[0]), "area": areaOf(windows[0]), "waiting": 0, "open": n != 4, "windows": windows, "forecast": forecast}
}

func floorOf(id string) int   { return []int{1, 1, 2, 3}[zoneOf(id)] }
func areaOf(id string) string { return string("ABCD"[zoneOf(id)]) }

func zoneOf(id string) int {
	var n int
	fmt.Sscan(id, &n)
	return (n - 1) / 20
}

func (b *stateBuilder) window(n int) {
	id := fmt.Sprint(n)
	w := object{"id": id, "name": id + " 号窗口", "floor": floorOf(id), "area": areaOf(id), "state": "idle", "ticket": "", "recalls": 0, "done": 20 + n%15, "staff": "",
		"ratings": object{"5": 25, "4": 3, "3": 1}, "devices": object{"board": "board/" + id, "keypad": "keypad/" + id}}
	for _, s := range b.serviceList {
		for _, have := range s["windows"].([]string) {
			if have == id {
				w["services"] = append(list(w["services"]), s["id"])
				w["service"] = s["id"]
			}
		}
	}
	b.occupy(w, n)
	b.windowList = append(b.windowList, w)
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

// occupy gives the windows a spread of states.
func (b *stateBuilder) occupy(w object, n int) {
	at := b.now.Add(-time.Duration(n%14+1) * time.Minute).Format(time.RFC3339)
	w["since"] = at
	switch {
	case n%19 == 9:
		w["state"] = "closed"
	case n%23 == 5:
		w["state"], w["reason"] = "paused", "用餐"
	case n%7 == 4:
	default:
		w["state"], w["started_at"], w["called_at"], w["staff"] = "serving", at, at, "张敏 0412"
		prefix := "M"
		for _, s := range b.serviceList {
			if s["id"] == w["service"] {
				prefix = s["prefix"].(string)
			}
		}
		w["ticket"] = fmt.Sprintf("%s%03d", prefix, n%40+1)
	}
}

func (b *stateBuilder) waiting() {
	for i := range 46 {
		s := b.serviceList[i*7%len(b.serviceList)]
		if s["id"] == "help" {
			continue
		}
		class, state := "normal", "waiting"
		if i%9 == 4 {
			class = "priority"
		}
		if i%17 == 16 {
			state = "no_show"
		} else {
			s["waiting"] = s["waiting"].(int) + 1
		}
		b.waitList = append(b.waitList, object{"ticket": fmt.Sprintf("%s%03d", s["prefix"], 41+i), "service": s["id"], "class": class,
			"at": b.now.Add(-time.Duration(46-i) * 20 * time.Second).Format(time.RFC3339), "state": state, "unconfirmed": i == 11})
	}
}

func (b *stateBuilder) calls() []object {
	var calls []object
	for i := len(b.windowList) - 1; i >= 0 && len(calls) < 7; i -= max(1, len(b.windowList)/9) {
		if w := b.windowList[i]; w["ticket"] != "" {
			calls = append(calls, object{"ticket": w["ticket"], "window": w["id"], "service": w["service"], "recalls": 0,
				"at": b.now.Add(-time.Duration(len(calls)*40) * time.Second).Format(time.RFC3339)})
		}
	}
	return calls
}

func (b *stateBuilder) state(name, en string) object {
	departments := []object{}
	for i, n := range strings.Fields(departmentNames) {
		departments = append(departments, object{"id": fmt.Sprintf("d%d", i), "name": n, "names": object{"en": longNames[n]}})
	}
	at := func(d time.Duration) string { return b.now.Add(-d).Format(time.RFC3339) }
	devices := []object{{"id": "printer/front", "kind": "printer", "name": "一层取号机", "state": "degraded", "since": at(4 * time.Minute), "why": "纸将尽", "effect": "约剩 40 张"}}
	for _, w := range b.windowList {
		id := w["id"].(string)
		devices = append(devices, object{"id": "board/" + id, "kind": "board", "name": id + " 号窗口屏", "state": "up", "since": at(time.Hour)},
			object{"id": "keypad/" + id, "kind": "keypad", "name": id + " 号评价器", "state": map[bool]string{true: "down", false: "up"}[id == "3"], "since": at(time.Hour), "effect": "不能评价"})
	}
	return object{
		"day": "2026-11-23", "open": true, "now": b.now.Format(time.RFC3339Nano),
		"hall":   object{"id": "fy", "name": name, "names": object{"en": en, "zh-TW": name}, "phone": "0571-6312 0000", "timezone": "Asia/Shanghai"},
		"chains": b.chainList, "departments": departments, "services": b.serviceList,
		"classes": []object{{"id": "normal", "name": "普通"}, {"id": "priority", "name": "优先", "names": object{"en": "Priority"}}},
		"windows": b.windowList, "waiting": b.waitList, "calls": b.calls(),
		"kiosks":  []object{{"id": "k1", "name": "一层取号机", "floor": 1, "printer": "printer/front", "screen": true}},
		"walls":   []object{{"id": "main", "name": "主屏", "floor": 0, "windows": nil}},
		"cameras": cameras(b.now), "devices": devices,
		"alerts": []object{
			{"id": "a1", "level": "red", "subject": "window/13", "say": "13 号窗口超时：办理承诺 15 分，已办 26 分", "raised": at(time.Minute)},
			{"id": "a2", "level": "amber", "subject": "printer/front", "say": "一层取号机纸将尽，约剩 40 张", "raised": at(4 * time.Minute)},
			{"id": "a3", "level": "teal", "subject": "rating", "say": "1 星评价待回访 Q051", "raised": at(9 * time.Minute), "acknowledged": at(time.Minute), "by": "何建平", "cause": "已电话回访"},
		},
		"figures": object{"issued": 384, "waiting": 46, "served": 331, "no_show": 7, "serving": 45, "average_wait": 516, "ratings": object{"5": 250, "4": 30, "3": 8, "2": 1, "1": 1}, "satisfaction": 0.987},
	}
}

func cameras(now time.Time) []object {
	var list []object
	for i, name := range []string{"A 区 9–12 号窗口", "A 区等候席", "一层取号机", "B 区 33–36 号", "南门入口", "C 区 53–56 号", "二层等候席", "档案室", "D 区 69–72 号"} {
		state := "live"
		if i == 6 {
			state = "offline"
		}
		if i == 7 {
			state = "shutter"
		}
		list = append(list, object{"id": fmt.Sprintf("cam%d", i+1), "name": name, "floor": 1, "windows": []string{fmt.Sprint(9 + i*4)}, "state": state, "since": now.Add(-time.Minute).Format(time.RFC3339), "why": ""})
	}
	return list
}
