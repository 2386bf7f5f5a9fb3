package queue

// NationalStandard is what a hall rates by that has no standard of its own: the
// five levels of GB/T 39735-2020 and the reasons of the national platform's
// evaluators (全国一体化在线政务服务平台「好差评」), whose three digits are the level
// and a number. Annex A of GB/T 39734-2020 itself was not at hand to hold them
// against.
func NationalStandard() Standard {
	d := Standard{Version: "national-2020"}
	for _, l := range nationalLevels {
		level := RatingLevel{Level: l.level, Name: l.name.cn, Names: l.name.others()}
		for _, r := range l.reasons {
			level.Reasons = append(level.Reasons, RatingReason{Code: r.code, Name: r.name.cn, Names: r.name.others()})
		}
		d.Levels = append(d.Levels, level)
	}
	return d
}

// others are the languages beside zh-CN.
func (s sentence) others() map[string]string {
	return map[string]string{"zh-TW": s.tw, "en": s.en}
}

type nationalReason struct {
	code string
	name sentence
}

// nationalLevels is the data of NationalStandard. It never changes: another
// list is another version.
var nationalLevels = []struct {
	level   int
	name    sentence
	reasons []nationalReason
}{
	{5, sentence{"非常满意", "非常滿意", "Very satisfied"}, []nationalReason{
		{"510", sentence{"一窗受理一次办结", "一窗受理一次辦結", "Everything done at one window at once"}},
		{"511", sentence{"可以先受理后补材料", "可以先受理後補材料", "Accepted first, missing papers later"}},
		{"512", sentence{"不用提交证明", "不用提交證明", "No certificates asked for"}},
		{"513", sentence{"可以全程网上办理", "可以全程網上辦理", "Can be done wholly online"}},
		{"514", sentence{"可以使用手机办理", "可以使用手機辦理", "Can be done by phone"}},
		{"515", sentence{"可以就近办理", "可以就近辦理", "Can be done nearby"}},
		{"516", sentence{"无需材料直接办理", "無需材料直接辦理", "Done without any papers"}},
		{"517", sentence{"服务热情效率高", "服務熱情效率高", "Warm and efficient service"}},
	}},
	{4, sentence{"满意", "滿意", "Satisfied"}, []nationalReason{
		{"406", sentence{"填写一张表单就可完成申报", "填寫一張表單就可完成申報", "One form was enough"}},
		{"407", sentence{"在线提交材料窗口核验", "線上提交材料窗口核驗", "Papers sent online, checked at the window"}},
		{"408", sentence{"一张清单告知全部申报材料", "一張清單告知全部申報材料", "One list named all papers"}},
		{"409", sentence{"用告知承诺减免申报材料", "用告知承諾減免申報材料", "A declaration in place of papers"}},
		{"410", sentence{"可以在线预约办理", "可以線上預約辦理", "Appointments can be made online"}},
		{"411", sentence{"跑大厅一次办完", "跑大廳一次辦完", "Done in one visit"}},
		{"412", sentence{"可以使用自助机办理", "可以使用自助機辦理", "Can be done at a machine"}},
		{"413", sentence{"服务态度较好", "服務態度較好", "Friendly service"}},
	}},
	{3, sentence{"基本满意", "基本滿意", "Fair"}, []nationalReason{
		{"307", sentence{"一次性告知需要补正的材料", "一次性告知需要補正的材料", "Told at once which papers were missing"}},
		{"308", sentence{"提供申报材料样本", "提供申報材料樣本", "Samples of the papers were there"}},
		{"309", sentence{"在承诺的时间内办结", "在承諾的時間內辦結", "Done in the promised time"}},
		{"310", sentence{"办事指南指引准确", "辦事指南指引準確", "The guide was right"}},
		{"311", sentence{"按办事指南要求的材料即可办理", "按辦事指南要求的材料即可辦理", "The papers in the guide were enough"}},
		{"312", sentence{"可以快递送达", "可以快遞送達", "Results can be sent by courier"}},
		{"313", sentence{"跑动次数与承诺的一致", "跑動次數與承諾的一致", "As many visits as promised"}},
		{"314", sentence{"服务态度一般", "服務態度一般", "Ordinary service"}},
	}},
	{2, sentence{"不满意", "不滿意", "Dissatisfied"}, []nationalReason{
		{"207", sentence{"没有提供材料样本", "沒有提供材料樣本", "No samples of the papers"}},
		{"208", sentence{"没有提供材料清单", "沒有提供材料清單", "No list of the papers"}},
		{"209", sentence{"未在承诺时间内办结", "未在承諾時間內辦結", "Not done in the promised time"}},
		{"210", sentence{"同样内容的证明材料被要求多次提交", "同樣內容的證明材料被要求多次提交", "The same papers asked for repeatedly"}},
		{"211", sentence{"承诺网办但无法在线办理", "承諾網辦但無法線上辦理", "Promised online, but not possible"}},
		{"212", sentence{"在线预约办理后到实体大厅重复取号排队", "線上預約辦理後到實體大廳重複取號排隊", "Had an appointment and queued all the same"}},
		{"213", sentence{"窗口人员业务不熟练", "窗口人員業務不熟練", "Staff did not know the matter well"}},
		{"214", sentence{"服务态度生硬", "服務態度生硬", "Curt service"}},
	}},
	{1, sentence{"非常不满意", "非常不滿意", "Very dissatisfied"}, []nationalReason{
		{"108", sentence{"在办事指南之外增加新的审批条件", "在辦事指南之外增加新的審批條件", "Conditions that are not in the guide"}},
		{"109", sentence{"需提供办事指南之外的申报材料", "需提供辦事指南之外的申報材料", "Papers that are not in the guide"}},
		{"110", sentence{"无理由超过法定办理时间", "無理由超過法定辦理時間", "Past the legal time without a reason"}},
		{"111", sentence{"办事指南提供样本有错", "辦事指南提供樣本有錯", "The samples in the guide are wrong"}},
		{"112", sentence{"承诺在线收取申报材料实际无法收取", "承諾線上收取申報材料實際無法收取", "Papers promised online were not taken"}},
		{"113", sentence{"多头跑窗口和部门", "多頭跑窗口和部門", "Sent from window to window"}},
		{"114", sentence{"跑动次数与承诺的不一致", "跑動次數與承諾的不一致", "More visits than promised"}},
		{"115", sentence{"服务态度差效率低", "服務態度差效率低", "Rude and slow service"}},
	}},
}
