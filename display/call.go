package display

import (
	"strings"

	"lobby/devices"
	"lobby/queue"
)

// Frame is what the board of a window has to show now.
func Frame(w queue.WindowView) devices.Frame {
	f := devices.Frame{Ticket: w.Ticket, Window: w.ID}
	switch w.State {
	case queue.WindowModeCalling:
		f.Text, f.Blink = "请"+w.Ticket+"号到"+w.ID+"号窗口", true
	case queue.WindowModeServing:
		f.Text = w.Ticket + "号办理中"
	case queue.WindowModePaused:
		f.Text = "暂停服务"
	case queue.WindowModeIdle:
		f.Text = w.ID + "号窗口"
	}
	return f
}

// Withdrawn is what is said aloud when a call that was heard counts no more.
func Withdrawn(ticket, lang string) devices.Phrase {
	if strings.HasPrefix(lang, "en") {
		return devices.Phrase{Lang: lang, Text: "Ticket " + ticket + ", please wait on."}
	}
	return devices.Phrase{Lang: "zh-CN", Text: "请" + ticket + "号继续等候。"}
}

// Announcement is one ticket called to one window.
type Announcement struct{ Ticket, Window string }

// Phrase is what is said aloud for calls in one language: one call, or several
// that waited for the loudspeaker together.
func Phrase(lang string, calls ...Announcement) devices.Phrase {
	var b strings.Builder
	if strings.HasPrefix(lang, "en") {
		for i, c := range calls {
			if i > 0 {
				b.WriteString(" ")
			}
			b.WriteString("Ticket " + c.Ticket + ", please go to counter " + c.Window + ".")
		}
		return devices.Phrase{Lang: lang, Text: b.String()}
	}
	b.WriteString("请")
	for i, c := range calls {
		if i > 0 {
			b.WriteString("；")
		}
		b.WriteString(c.Ticket + "号，到" + c.Window + "号窗口")
	}
	b.WriteString("办理。")
	return devices.Phrase{Lang: "zh-CN", Text: b.String()}
}
