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

// Phrase is what is said aloud for a call.
func Phrase(ticket, window, lang string) devices.Phrase {
	if strings.HasPrefix(lang, "en") {
		return devices.Phrase{Lang: lang, Text: "Ticket " + ticket + ", please go to counter " + window + "."}
	}
	return devices.Phrase{Lang: "zh-CN", Text: "请" + ticket + "号，到" + window + "号窗口办理。"}
}
