package slip

import "strings"

// Texts are the words of the ticket itself, from the locale. Fields that are
// empty are taken from Chinese.
type Texts struct {
	Priority  string // on a black bar above the number
	Copy      string // with the number of the copy, %d
	Offline   string
	Ahead     string   // left of the count
	People    string   // the count of people, %d
	Next      string   // instead of the count when nobody is ahead
	Within    string   // the forecast, where it begins now: %d minutes
	Between   string   // the forecast: %d to %d minutes
	Windows   string   // instead of it: %d windows serve
	Before    string   // left of the time before which the number is called
	Nine      string   // that time, %s, and how sure it is
	GoTo      string   // left of the place
	Bring     string   // before the documents
	Separator string   // between documents
	Scan      []string // beside the QR code
	Valid     string
	Phone     string // with the number, %s
}

// Chinese returns the words for mainland China.
func Chinese() Texts {
	return Texts{
		Priority: "优先", Copy: "补打 %d", Offline: "离线",
		Ahead: "前面等候", People: "%d 人", Next: "下一位就是您", GoTo: "请到",
		Within: "%d 分钟内", Between: "约 %d–%d 分钟", Windows: "%d 个窗口办理", Before: "预计叫到", Nine: "%s 前（十次有九次）",
		Bring: "请备好：", Separator: "、", Scan: []string{"扫码看进度", "过号请到窗口告诉工作人员"},
		Valid: "当日有效", Phone: "咨询 %s",
	}
}

// traditional returns the words in traditional characters.
func traditional() Texts {
	return Texts{
		Priority: "優先", Copy: "補打 %d", Offline: "離線",
		Ahead: "前面等候", People: "%d 人", Next: "下一位就是您", GoTo: "請到",
		Within: "%d 分鐘內", Between: "約 %d–%d 分鐘", Windows: "%d 個窗口辦理", Before: "預計叫到", Nine: "%s 前（十次有九次）",
		Bring: "請備好：", Separator: "、", Scan: []string{"掃碼看進度", "過號請到窗口告訴工作人員"},
		Valid: "當日有效", Phone: "諮詢 %s",
	}
}

// english returns the words for visitors. The places stay as the signs in the
// hall have them.
func english() Texts {
	return Texts{
		Priority: "Priority", Copy: "Copy %d", Offline: "Offline",
		Ahead: "Ahead", People: "%d people", Next: "You are next", GoTo: "Go to",
		Within: "within %d min", Between: "about %d–%d min", Windows: "%d counters open", Before: "Called", Nine: "before %s (9 in 10)",
		Bring: "Please bring: ", Separator: ", ", Scan: []string{"Scan to see the queue", "Missed your number? Tell any counter."},
		Valid: "Valid today", Phone: "Enquiries %s",
	}
}

// In returns the words in a language (BCP 47), or in Chinese.
func In(lang string) Texts {
	switch {
	case strings.HasPrefix(lang, "en"):
		return english()
	case strings.HasPrefix(lang, "zh-TW"), strings.HasPrefix(lang, "zh-HK"), strings.HasPrefix(lang, "zh-Hant"):
		return traditional()
	}
	return Chinese()
}

// orChinese fills what a locale left out: a slip with a gap is worse than one
// with a Chinese word.
func (t Texts) orChinese() Texts {
	c := Chinese()
	for _, f := range []struct{ have, want *string }{
		{&t.Priority, &c.Priority}, {&t.Copy, &c.Copy}, {&t.Offline, &c.Offline},
		{&t.Ahead, &c.Ahead}, {&t.People, &c.People}, {&t.Next, &c.Next}, {&t.GoTo, &c.GoTo},
		{&t.Within, &c.Within}, {&t.Between, &c.Between},
		{&t.Windows, &c.Windows}, {&t.Before, &c.Before}, {&t.Nine, &c.Nine},
		{&t.Bring, &c.Bring}, {&t.Separator, &c.Separator}, {&t.Valid, &c.Valid}, {&t.Phone, &c.Phone},
	} {
		if *f.have == "" {
			*f.have = *f.want
		}
	}
	if len(t.Scan) == 0 {
		t.Scan = c.Scan
	}
	return t
}
