package queue

import "fmt"

// alertTexts are the sentences of the warnings. The arguments of one kind of
// subject are always the same; a sentence says which it uses.
var alertTexts = map[string]sentence{
	// ticket, service, window, cause
	"alert.wait":   {"号码 %[1]s 等候「%[2]s」已超时（%[4]s）", "號碼 %[1]s 等候「%[2]s」已超時（%[4]s）", "%[1]s has waited too long for %[2]s (%[4]s)"},
	"alert.arrive": {"号码 %[1]s 已呼叫，未到 %[3]s 号窗口", "號碼 %[1]s 已呼叫，未到 %[3]s 號窗口", "%[1]s was called and is not at window %[3]s"},
	"alert.serve":  {"%[3]s 号窗口办理号码 %[1]s（%[2]s）已超时", "%[3]s 號窗口辦理號碼 %[1]s（%[2]s）已超時", "Window %[3]s has served %[1]s (%[2]s) too long"},
	// ticket, step
	"alert.paper": {"号码 %[1]s 的材料流转「%[2]s」已超过常用时间", "號碼 %[1]s 的材料流轉「%[2]s」已超過常用時間", "The papers of %[1]s, %[2]s, take longer than usual"},
	// window, reason
	"alert.idle":  {"%[1]s 号窗口空闲，有人等候未呼叫", "%[1]s 號窗口空閒，有人等候未呼叫", "Window %[1]s is free while people wait for it"},
	"alert.pause": {"%[1]s 号窗口暂停已超过申报时间（%[2]s）", "%[1]s 號窗口暫停已超過申報時間（%[2]s）", "The pause of window %[1]s lasts longer than was said (%[2]s)"},
	// service, people, minutes
	"alert.stalled":  {"「%[1]s」没有窗口办理，%[2]s 人等候", "「%[1]s」沒有窗口辦理，%[2]s 人等候", "No window serves %[1]s; %[2]s people wait"},
	"alert.queue":    {"「%[1]s」等候 %[2]s 人，已超过警戒人数", "「%[1]s」等候 %[2]s 人，已超過警戒人數", "%[2]s people wait for %[1]s, more than the warning count"},
	"alert.forecast": {"「%[1]s」预计等候 %[3]s 分钟，将超时", "「%[1]s」預計等候 %[3]s 分鐘，將超時", "The wait for %[1]s will be %[3]s minutes, beyond the limit"},
	// ticket, chain, step, cause
	"alert.share":  {"号码 %[1]s 的%[2]s已用去时限七成，耗时最多的是「%[3]s」（%[4]s）", "號碼 %[1]s 的%[2]s已用去時限七成，耗時最多的是「%[3]s」（%[4]s）", "%[1]s, %[2]s, has used 70 %% of its limit, most of it on %[3]s (%[4]s)"},
	"alert.finish": {"号码 %[1]s 的%[2]s预计超时，耗时最多的是「%[3]s」（%[4]s）", "號碼 %[1]s 的%[2]s預計超時，耗時最多的是「%[3]s」（%[4]s）", "%[1]s, %[2]s, will exceed its limit, most of it on %[3]s (%[4]s)"},
	"alert.limit":  {"号码 %[1]s 的%[2]s已超时，耗时最多的是「%[3]s」（%[4]s）", "號碼 %[1]s 的%[2]s已超時，耗時最多的是「%[3]s」（%[4]s）", "%[1]s, %[2]s, has exceeded its limit, most of it on %[3]s (%[4]s)"},
	// ticket, service, window
	"alert.rating":    {"号码 %[1]s 在 %[3]s 号窗口给出差评", "號碼 %[1]s 在 %[3]s 號窗口給出差評", "%[1]s rated window %[3]s badly"},
	"alert.uninvited": {"%[3]s 号窗口评价器不可用，号码 %[1]s 未能评价", "%[3]s 號窗口評價器不可用，號碼 %[1]s 未能評價", "The keypad of window %[3]s does not work; %[1]s could not rate"},
	// time
	"alert.jump": {"时钟跳动了 %[1]s，请检查对时", "時鐘跳動了 %[1]s，請檢查對時", "The clock jumped by %[1]s; check its source"},
	// clock, last record
	"alert.clock": {"时钟显示 %[1]s，早于最后一条记录 %[2]s（UTC），确认前不发号", "時鐘顯示 %[1]s，早於最後一條記錄 %[2]s（UTC），確認前不發號", "The clock shows %[1]s, before the last record of %[2]s (UTC); no numbers until it is confirmed"},
	// prefix, first and last number
	"alert.numbers": {"%[1]s 号段 %[2]s–%[3]s 已用 80%%，用完后号码将加一位", "%[1]s 號段 %[2]s–%[3]s 已用 80%%，用完後號碼將加一位", "80%% of the numbers %[2]s–%[3]s of %[1]s are given; after them numbers get one digit more"},
	// version, tickets
	"alert.config": {"配置 %[1]s 到时未能生效：%[2]s", "設定 %[1]s 到時未能生效：%[2]s", "The configuration %[1]s could not take effect at its time: %[2]s"},
}

// spoken fills in the sentence in zh-CN.
func (e AlertRaised) spoken() AlertRaised {
	e.Say = e.in(langDefault)
	return e
}

func (e AlertRaised) in(lang string) string { return say(e.Text, e.Args, lang) }

// say is a sentence of a warning in a language; empty for a warning that has
// none of these.
func say(text string, words []string, lang string) string {
	sentence, ok := alertTexts[text]
	if !ok {
		return ""
	}
	args := make([]any, 0, len(words))
	for _, w := range words {
		args = append(args, spoken(w, lang))
	}
	return fmt.Sprintf(sentence.in(lang), args...)
}
