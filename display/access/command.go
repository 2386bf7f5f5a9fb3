package access

import (
	"context"
	"encoding/json"
	"slices"

	"lobby/queue"
)

// The codes of refused commands.
const (
	CodeNotAllowed  = "not_allowed"
	CodeOtherWindow = "other_window"
	CodeOtherKiosk  = "other_kiosk"
	CodeOtherPerson = "other_person"
)

// sentences say why in the languages of the hall.
var sentences = map[string]map[string]string{
	CodeNotAllowed:  {"zh-CN": "您的角色不能发这个命令", "zh-TW": "您的角色不能發這個命令", "en": "Your role may not do this."},
	CodeOtherWindow: {"zh-CN": "您没有在这个窗口登录", "zh-TW": "您沒有在這個窗口登入", "en": "You are signed in at another window."},
	CodeOtherKiosk:  {"zh-CN": "这不是本取号机的命令", "zh-TW": "這不是本取號機的命令", "en": "This is another kiosk's command."},
	CodeOtherPerson: {"zh-CN": "请用您自己的工号", "zh-TW": "請用您自己的工號", "en": "Give your own badge number."},
}

// Command tells why whoever sends a command may not: their role, or because it
// speaks for another window, kiosk or person. Nil when they may, and in an
// open hall. What is no command is for the decoder to refuse.
func Command(ctx context.Context, data []byte) *queue.Refusal {
	i, signed := From(ctx)
	var c struct{ Type, Window, Kiosk, Staff, By, Lang, Token string }
	if !signed || json.Unmarshal(data, &c) != nil {
		return nil
	}
	roles, known := Commands[c.Type]
	code := ""
	switch {
	case !known:
		return nil
	case !slices.Contains(roles, i.Role), c.Type == "rate" && i.Role == Citizen && c.Token == "": // everybody sees the numbers on the wall
		code = CodeNotAllowed
	case i.Role == Window && c.Window != "" && c.Window != i.Window:
		code = CodeOtherWindow
	case i.Role == Kiosk && c.Kiosk != "" && "kiosk:"+c.Kiosk != i.Device:
		code = CodeOtherKiosk
	case c.By != "" && c.By != i.Person, i.Role == Window && c.Staff != "" && c.Staff != i.Person:
		code = CodeOtherPerson
	default:
		return nil
	}
	say, ok := sentences[code][c.Lang]
	if !ok {
		say = sentences[code]["zh-CN"]
	}
	return &queue.Refusal{Code: code, Say: say}
}
