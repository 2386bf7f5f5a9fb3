package api

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"lobby/queue"
	"lobby/queue/hall/halltest"
)

func TestRefusalsSpeakTheLanguageAskedFor(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	a := &API{commander: &Commander{Hall: halltest.Start(ctx, t)}}
	for name, c := range map[string]struct{ body, accept, want string }{
		"nothing asked":           {`{"id":"1","type":"arrive","window":"1"}`, "", "1 号窗口没有开放，请先开窗"},
		"the browser's language":  {`{"id":"2","type":"arrive","window":"1"}`, "fr, en-GB;q=0.8", "Window 1 is not open; open it first"},
		"the command's language":  {`{"id":"3","type":"arrive","window":"1","lang":"zh-TW"}`, "en", "1 號窗口沒有開放，請先開窗"},
		"a command unknown to us": {`{"id":"4","type":"fly","lang":"en"}`, "", "There is no command named fly"},
	} {
		r := httptest.NewRequest("POST", "/api/v1/commands", strings.NewReader(c.body))
		r.Header.Set("Accept-Language", c.accept)
		w := httptest.NewRecorder()
		a.command(w, r)
		var answer queue.Answer
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || answer.Refusal == nil || answer.Refusal.Say != c.want {
			t.Errorf("%s: %s, want %q", name, w.Body, c.want)
		}
	}
}
