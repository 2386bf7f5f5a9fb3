package queue

import "strings"

// langDefault is the language of what nobody asked for in another.
const langDefault = "zh-CN"

// sentence is one sentence for people in the languages of the hall. All have
// the same arguments.
type sentence struct{ cn, tw, en string }

func (s sentence) in(lang string) string {
	switch lang {
	case "zh-TW", "zh-HK", "zh-Hant":
		return s.tw
	case "en":
		return s.en
	}
	return s.cn
}

// word is an argument that is itself translated; its text is a key of words.
func word(key string) string { return "@" + key }

// spoken translates an argument if it is a word.
func spoken(arg, lang string) string {
	if key, ok := strings.CutPrefix(arg, "@"); ok {
		if s, ok := words[key]; ok {
			return s.in(lang)
		}
	}
	return arg
}

// verdicts say why a press does not count.
var verdicts = map[string]sentence{
	"already_rated":  {"这次服务已经评价过了", "這次服務已經評價過了", "This service has been rated already"},
	"period_over":    {"评价的期限已过", "評價的期限已過", "The time for rating is over"},
	"prompt_closed":  {"按键时评价已经关闭", "按鍵時評價已經關閉", "The key was pressed after the question had closed"},
	"not_served":     {"没有可以评价的服务", "沒有可以評價的服務", "There is no service to rate"},
	"no_prompt":      {"没有请求评价时按了键", "沒有請求評價時按了鍵", "A key was pressed when nobody had asked"},
	"unknown_prompt": {"不认识这次评价请求", "不認識這次評價請求", "The question is not known"},
	"other_window":   {"评价器不属于这个窗口", "評價器不屬於這個窗口", "The keypad is not that of the window"},
	"unknown_reason": {"评价标准 %[2]s 的这一级没有原因 %[1]s，请从列表中选择，或不带原因再评一次", "評價標準 %[2]s 的這一級沒有原因 %[1]s，請從列表中選擇，或不帶原因再評一次", "The standard %[2]s has no reason %[1]s for this level; choose one of its list, or rate without a reason"},
}

// words are the states of legs and steps as people read them.
var words = map[string]sentence{
	string(LegReserved):             {"未出票", "未出票", "slip not out"},
	string(LegWaiting):              {"等候", "等候", "waiting"},
	string(LegCalled):               {"已叫号", "已叫號", "called"},
	string(LegServing):              {"办理中", "辦理中", "being served"},
	string(LegHeld):                 {"挂起", "掛起", "on hold"},
	string(LegNoShow):               {"过号", "過號", "missed"},
	string(LegTransferred):          {"已转移", "已轉移", "transferred"},
	string(LegDone):                 {"已办结", "已辦結", "done"},
	string(LegCancelled):            {"已取消", "已取消", "cancelled"},
	string(LegExpired):              {"已过期", "已過期", "expired"},
	"step " + string(StepPending):   {"未开始", "未開始", "not begun"},
	"step " + string(StepOpen):      {"办理中", "辦理中", "under way"},
	"step " + string(StepDone):      {"已办结", "已辦結", "done"},
	"step " + string(StepSkipped):   {"已跳过", "已跳過", "skipped"},
	"step " + string(StepWithdrawn): {"不再需要", "不再需要", "not needed any more"},
	"followup " + StepCalledBack:    {"回访", "回訪", "called back"},
	"followup " + StepCorrected:     {"整改", "整改", "corrected"},
	"followup " + StepReplied:       {"反馈", "回饋", "replied"},
	"cause " + causeWait:            {"排队", "排隊", "waiting"},
	"cause " + causeWalk:            {"途中", "途中", "the way"},
	"cause " + causeServe:           {"办理", "辦理", "service"},
	"cause " + causeHold:            {"挂起", "掛起", "on hold"},
	"cause " + causeAbsent:          {"本人未到", "本人未到", "absent"},
	"cause " + causePaper:           {"材料流转", "材料流轉", "papers"},
	"cause " + causeNobody:          {"无窗口办理", "無窗口辦理", "no window serves"},
	string(LegVoid):                 {"已作废", "已作廢", "void"},
}

// texts are the sentences of all refusals. A key is a code, or a code with a
// variant behind a dot where one code has several causes.
var texts = map[string]sentence{
	"bad_command.json":       {"命令不是有效的 JSON 对象：%s", "命令不是有效的 JSON 物件：%s", "The command is not a JSON object: %s"},
	"bad_command.type":       {"没有名为 %s 的命令", "沒有名為 %s 的命令", "There is no command named %s"},
	"bad_command.fields":     {"命令 %s 的字段有误：%s", "命令 %s 的欄位有誤：%s", "A member of the command %s is wrong: %s"},
	"bad_command.date":       {"日期 %s 应写成 2006-01-02", "日期 %s 應寫成 2006-01-02", "Write the date %s like 2006-01-02"},
	"bad_command.config":     {"配置有误：%s", "設定有誤：%s", "The configuration is wrong: %s"},
	"bad_command.level":      {"评价等级必须是 1 到 5，收到 %s", "評價等級必須是 1 到 5，收到 %s", "A rating is 1 to 5, not %s"},
	"bad_command.code":       {"预约需要一个凭证码，至少 4 个字符", "預約需要一個憑證碼，至少 4 個字元", "A booking needs a code of at least 4 characters"},
	"bad_command.checkpoint": {"检查点的记录数 %s 多于现有的 %s", "檢查點的記錄數 %s 多於現有的 %s", "The checkpoint speaks of %s records, there are %s"},
	"bad_command.step":       {"整改步骤 %s 不存在，可用 verified、called_back、corrected、replied", "整改步驟 %s 不存在，可用 verified、called_back、corrected、replied", "There is no step %s; use verified, called_back, corrected or replied"},
	"bad_command.until":      {"挂起的到期时间必须晚于现在", "掛起的到期時間必須晚於現在", "A hold must end later than now"},
	"bad_command.transfer":   {"请写明转到哪个业务、窗口或人员", "請寫明轉到哪個業務、窗口或人員", "Say to which service, window or staff"},

	"day_not_open":      {"今天还没有开门，请先执行 day_open", "今天還沒有開門，請先執行 day_open", "The day is not open yet; send day_open first"},
	"day_already_open":  {"%s 还没有关门，请先执行 day_close", "%s 還沒有關門，請先執行 day_close", "%s is still open; send day_close first"},
	"day_passed.before": {"%s 早于上一个工作日 %s，请检查时钟", "%s 早於上一個工作日 %s，請檢查時鐘", "%s is before the last business day %s; check the clock"},
	"day_passed.closed": {"%s 已经关门，不能再开，以免号码重复", "%s 已經關門，不能再開，以免號碼重複", "%s is closed and cannot open again, or numbers would repeat"},
	"hall_frozen":       {"大厅已冻结（%s），解除后再继续", "大廳已凍結（%s），解除後再繼續", "The hall is frozen (%s); go on when it is released"},
	"hall_not_frozen":   {"大厅没有冻结", "大廳沒有凍結", "The hall is not frozen"},

	"clock_unsure":      {"时钟早于最后一条记录，请先对时；确认时钟无误后发送 clock_confirm", "時鐘早於最後一條記錄，請先對時；確認時鐘無誤後發送 clock_confirm", "The clock is before the last record; set it, or send clock_confirm when it is right"},
	"clock_sure":        {"时钟没有疑问，不需要确认", "時鐘沒有疑問，不需要確認", "The clock is not in doubt"},
	"disk_full":         {"磁盘已满，暂停发号；已有号码照常办理。请马上联系管理员清理磁盘", "磁碟已滿，暫停發號；已有號碼照常辦理。請馬上聯絡管理員清理磁碟", "The disk is full and no new numbers are given; those given are served. Ask the administrator to make room at once"},
	"unknown_service":   {"没有编号为 %s 的业务", "沒有編號為 %s 的業務", "There is no service %s"},
	"unknown_class":     {"没有编号为 %s 的类别", "沒有編號為 %s 的類別", "There is no class %s"},
	"unknown_window":    {"没有 %s 号窗口", "沒有 %s 號窗口", "There is no window %s"},
	"unknown_ticket":    {"今天没有号码 %s，请核对小票上的号码和日期", "今天沒有號碼 %s，請核對號碼票上的號碼和日期", "There is no number %s today; compare the number and the date on the slip"},
	"unknown_kiosk":     {"没有编号为 %s 的取号机", "沒有編號為 %s 的取號機", "There is no kiosk %s"},
	"unknown_booking":   {"没有凭证码为 %s 的预约，请核对或直接取号", "沒有憑證碼為 %s 的預約，請核對或直接取號", "There is no booking with the code %s; compare it or take a number"},
	"unknown_alert":     {"没有编号为 %s 的提醒，可能已经解除", "沒有編號為 %s 的提醒，可能已經解除", "There is no warning %s; it may be over"},
	"unknown_reason":    {"原因 %s 不在允许的范围内：%s", "原因 %s 不在允許的範圍內：%s", "The reason %s is not one of those allowed: %s"},
	"already_booked":    {"凭证码 %s 已有预约", "憑證碼 %s 已有預約", "The code %s has a booking already"},
	"booking_other_day": {"凭证码 %s 预约的是 %s，不是今天", "憑證碼 %s 預約的是 %s，不是今天", "The code %s is booked for %s, not for today"},

	"window_closed":             {"%s 号窗口没有开放，请先开窗", "%s 號窗口沒有開放，請先開窗", "Window %s is not open; open it first"},
	"window_already_open":       {"%s 号窗口已经开放", "%s 號窗口已經開放", "Window %s is open already"},
	"window_already_open.going": {"%s 号窗口没有暂停", "%s 號窗口沒有暫停", "Window %s is not paused"},
	"window_paused":             {"%s 号窗口已暂停，请先恢复", "%s 號窗口已暫停，請先恢復", "Window %s is paused; resume it first"},
	"window_paused.already":     {"%s 号窗口已经暂停", "%s 號窗口已經暫停", "Window %s is paused already"},
	"window_busy.called":        {"号码 %s 已呼叫，请先按「到」「重呼」或「过号」", "號碼 %s 已呼叫，請先按「到」「重呼」或「過號」", "Number %s has been called; first press arrived, recall or missed"},
	"window_busy.serving":       {"请先办结号码 %s", "請先辦結號碼 %s", "Finish number %s first"},
	"window_busy.leave":         {"请先办结或处理号码 %s，再暂停或关窗", "請先辦結或處理號碼 %s，再暫停或關窗", "Finish or settle number %s before the window pauses or closes"},
	"window_busy.other":         {"%s 号窗口正在办理 %s", "%s 號窗口正在辦理 %s", "Window %s is serving %s"},
	"window_busy.day":           {"%s 号窗口还在办理 %s，办结后再关门", "%s 號窗口還在辦理 %s，辦結後再關門", "Window %s still serves %s; close the day afterwards"},
	"people_waiting":            {"只有 %s 号窗口能办的还有 %s 人在等：%s。请先停止接新号，或指定替代窗口", "只有 %s 號窗口能辦的還有 %s 人在等：%s。請先停止接新號，或指定替代窗口", "Only window %s can serve %s who wait: %s. Drain it first, or name a substitute"},
	"nobody_at_window":          {"%s 号窗口现在没有号码", "%s 號窗口現在沒有號碼", "There is no number at window %s now"},
	"nothing_waiting":           {"%s 号窗口可办的业务没有人等候", "%s 號窗口可辦的業務沒有人等候", "Nobody waits for what window %s serves"},

	"not_eligible":                {"号码 %s 不归 %s 号窗口办理，需由值班经理批准", "號碼 %s 不歸 %s 號窗口辦理，需由值班經理核准", "Number %s is not for window %s; the duty manager has to allow it"},
	"person_busy":                 {"号码 %s 的持有人正在 %s 号窗口，办完才能呼叫", "號碼 %s 的持有人正在 %s 號窗口，辦完才能呼叫", "The holder of number %s is at window %s; call afterwards"},
	"chosen_calls_spent":          {"%s 号窗口一小时内已点名呼叫 %s 次，需由值班经理批准", "%s 號窗口一小時內已點名呼叫 %s 次，需由值班經理核准", "Window %s has called out of order %s times within the hour; the duty manager has to allow more"},
	"recall_limit":                {"号码 %s 已重呼 %s 次，请按「过号」", "號碼 %s 已重呼 %s 次，請按「過號」", "Number %s has been recalled %s times; press missed"},
	"recall_too_soon":             {"两次呼叫之间至少隔 %s", "兩次呼叫之間至少隔 %s", "Two calls are at least %s apart"},
	"no_show_too_soon":            {"号码 %s 刚呼叫不久，请再等 %s 或先重呼", "號碼 %s 剛呼叫不久，請再等 %s 或先重呼", "Number %s was called only now; wait %s more or recall it first"},
	"wrong_ticket_state":          {"号码 %s 现在是「%s」，不能这样做", "號碼 %s 現在是「%s」，不能這樣做", "Number %s is now %s, so this cannot be done"},
	"wrong_ticket_state.printing": {"号码 %s 正在打印，请稍候", "號碼 %s 正在列印，請稍候", "Number %s is being printed; wait a moment"},
	"wrong_ticket_state.no_print": {"号码 %s 没有等待中的打印", "號碼 %s 沒有等待中的列印", "No print of number %s is waiting"},
	"wrong_ticket_state.called":   {"号码 %s 已经叫过，不能作废，请取消", "號碼 %s 已經叫過，不能作廢，請取消", "Number %s has been called, so it cannot be voided; cancel it"},
	"reason_missing.class":        {"更改类别必须写明原因", "更改類別必須寫明原因", "Say why the class is changed"},
	"reason_missing.call":         {"不按顺序呼叫必须写明原因", "不按順序呼叫必須寫明原因", "Say why the call is out of order"},
	"reason_missing.alert":        {"确认提醒时请写明原因", "確認提醒時請寫明原因", "Say what the cause of the warning is"},
	"reason_missing.void":         {"作废必须写明原因", "作廢必須寫明原因", "Say why the number is voided"},
	"reason_missing.freeze":       {"冻结大厅必须写明原因", "凍結大廳必須寫明原因", "Say why the hall is frozen"},
	"reason_missing.followup":     {"请写明做了什么或为什么", "請寫明做了什麼或為什麼", "Say what was done, or why"},
	"rating_standard_changed":     {"评价标准 %s 已经使用过，内容不能再改；请换一个版本号", "評價標準 %s 已經使用過，內容不能再改；請換一個版本號", "The rating standard %s was in force and cannot say something else; give the new one another version"},
	"nothing_to_rate":             {"%s 号窗口今天没有还可以评价的服务", "%s 號窗口今天沒有還可以評價的服務", "No service of today at window %s can still be rated"},
	"unknown_followup":            {"没有编号为 %s 的差评整改", "沒有編號為 %s 的差評整改", "There is no follow-up %s"},
	"followup_over":               {"差评整改 %s 已经结束", "差評整改 %s 已經結束", "The follow-up %s is over"},
	"badge_missing":               {"请写明办理人的工号", "請寫明辦理人的工號", "Say by whom: the badge number is missing"},
	"second_person.same":          {"剔除评价需要两个人，工号 %s 已经提出过，请由另一人确认", "剔除評價需要兩個人，工號 %s 已經提出過，請由另一人確認", "Excluding a rating takes two persons; %s proposed it, another one has to confirm"},
	"second_person.rated":         {"工号 %s 是被评价人，不能参与剔除", "工號 %s 是被評價人，不能參與剔除", "%s is the one who was rated and cannot take part"},
	"reason_missing.footage":      {"查看录像必须写明事由", "查看錄影必須寫明事由", "Say why you look at the footage"},
	"reason_missing.export":       {"带出个人信息必须写明事由", "帶出個人資訊必須寫明事由", "Say why what is personal leaves the house"},
	"reason_missing.shutter":      {"遮挡或恢复摄像机必须写明原因", "遮擋或恢復攝影機必須寫明原因", "Say why the camera is closed or opened"},
	"bad_command.cameras":         {"请写明摄像机，最多 %s 台", "請寫明攝影機，最多 %s 台", "Name the cameras, at most %s"},
	"bad_command.span":            {"请写明录像的起止时间，最长 %s", "請寫明錄影的起訖時間，最長 %s", "Say from when to when, at most %s"},
	"bad_command.purpose":         {"用途 %s 不存在，可用 view、unmask", "用途 %s 不存在，可用 view、unmask", "There is no purpose %s; use view or unmask"},
	"second_person.export":        {"导出录像需要两个人，工号 %s 已经提出，请由另一人确认", "匯出錄影需要兩個人，工號 %s 已經提出，請由另一人確認", "Taking footage away takes two persons; %s asked for it, another one has to confirm"},
	"unknown_look":                {"没有编号为 %s 的录像导出申请", "沒有編號為 %s 的錄影匯出申請", "There is no request %s to take footage away"},
	"look_confirmed":              {"导出 %s 已由工号 %s 确认", "匯出 %s 已由工號 %s 確認", "The export %s was confirmed by %s already"},
	"step_missing":                {"还没有「%s」，不能结束整改", "還沒有「%s」，不能結束整改", "The step \"%s\" is missing; the follow-up cannot end without it"},
	"reprint_limit":               {"号码 %s 已补打 %s 次，不能再补打", "號碼 %s 已補印 %s 次，不能再補印", "Number %s has been printed again %s times; no more copies"},
	"no_printer":                  {"号码 %s 不是在有打印机的取号机上取的", "號碼 %s 不是在有印表機的取號機上取的", "Number %s was not taken at a kiosk with a printer"},

	"configuration_in_use.window":  {"%s 号窗口还开着，新配置里没有它", "%s 號窗口還開著，新設定裡沒有它", "Window %s is still open; the new configuration lacks it"},
	"configuration_in_use.tickets": {"有 %s 个号码还要用新配置里没有的业务、类别或窗口：%s；等它们办完或转走后再生效", "有 %s 個號碼還要用新設定裡沒有的業務、類別或窗口：%s；等它們辦完或轉走後再生效", "%s tickets still need what the new configuration lacks: %s; let them end or move them first"},
	"configuration_old":            {"配置版本 %s 不晚于现行版本 %s，请使用更大的版本号", "設定版本 %s 不晚於現行版本 %s，請使用更大的版本號", "Version %s of the configuration does not follow version %s; give it a greater number"},
	"second_person.config":         {"配置由 %s 编写，须由另一人批准", "設定由 %s 編寫，須由另一人核准", "%s wrote the configuration; somebody else has to approve it"},

	"one_more":        {"刚刚取过 %s，还要再取一个号吗？", "剛剛取過 %s，還要再取一個號嗎？", "You have just taken %s. Do you want one more number?"},
	"already_waiting": {"您已有号码 %s 在等这项业务", "您已有號碼 %s 在等這項業務", "You already wait for this with number %s"},
	"quota_day":       {"%s 今天的 %s 个号已取完，请改天再来", "%s 今天的 %s 個號已取完，請改天再來", "All %[2]s numbers of today for %[1]s are taken; please come on another day"},
	"quota_slice":     {"%s 在 %s 的号已取完，请换个时段", "%s 在 %s 的號已取完，請換個時段", "All numbers for %s at %s are taken; please choose another time"},
	"too_late_today":  {"按现在的等候，%s 前轮不到您，今天不再发号", "依目前的等候，%s 前輪不到您，今天不再發號", "As things stand your turn would come after %s, so no more numbers are given today"},

	"chain_fixed":                 {"一条龙流程 %s 第 %s 版已经固化，不能更改；请把更改后的流程写成新的版本号", "一條龍流程 %s 第 %s 版已經固化，不能更改；請把更改後的流程寫成新的版本號", "Version %[2]s of the chain %[1]s is fixed; write the change as a new version"},
	"unknown_chain":               {"没有编号为 %s 的一条龙流程", "沒有編號為 %s 的一條龍流程", "There is no chain %s"},
	"no_journey":                  {"号码 %s 没有正在办理的一条龙流程", "號碼 %s 沒有正在辦理的一條龍流程", "Number %s is not on its way through a chain"},
	"unknown_step":                {"号码 %s 的流程里没有步骤 %s", "號碼 %s 的流程裡沒有步驟 %s", "The chain of number %s has no step %s"},
	"step_at_window":              {"步骤「%s」要本人到窗口办理，请在窗口办结", "步驟「%s」要本人到窗口辦理，請在窗口辦結", "The step %s is done in person; finish it at the window"},
	"step_required":               {"步骤「%s」是必办步骤，不能跳过", "步驟「%s」是必辦步驟，不能跳過", "The step %s is required and cannot be skipped"},
	"reason_missing.skip":         {"跳过步骤必须写明原因", "跳過步驟必須寫明原因", "Say why the step is skipped"},
	"reason_missing.repeat":       {"重办步骤必须写明缺什么材料或原因", "重辦步驟必須寫明缺什麼材料或原因", "Say what is missing, or why the step is done again"},
	"window_busy.step":            {"号码 %s 的步骤「%s」正在 %s 号窗口办理，请先办结", "號碼 %s 的步驟「%s」正在 %s 號窗口辦理，請先辦結", "Number %s is at window %[3]s for the step %[2]s; finish it first"},
	"wrong_ticket_state.unserved": {"号码 %s 的步骤「%s」还没有办理，不用重办", "號碼 %s 的步驟「%s」還沒有辦理，不用重辦", "Number %s has not been served for the step %s; there is nothing to repeat"},
	"wrong_ticket_state.step":     {"步骤「%s」现在是「%s」，不能这样做", "步驟「%s」現在是「%s」，不能這樣做", "The step %s is now %s, so this cannot be done"},

	"nothing_to_undo": {"%s 号窗口没有可以撤销的操作", "%s 號窗口沒有可以撤銷的操作", "There is nothing to undo at window %s"},
	"undo_too_late":   {"只能在 %s 内撤销", "只能在 %s 內撤銷", "Only the last %s can be undone"},
	"undo_depends":    {"号码 %s 后来又有变动，不能撤销", "號碼 %s 後來又有變動，不能撤銷", "Something has happened to number %s since; it cannot be undone"},
}
