package api

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"lobby/display"
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

// A citizen's own ticket says where to go in every language of the pages.
func TestATicketSaysWhereToGoInEveryLanguage(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	h := halltest.Start(ctx, t)
	a := &API{Options: Options{Hall: h, Description: display.Description{
		Services: []display.Service{{ID: "social", Name: "社会保险", Names: display.Names{"en": "Social insurance"}, Floor: 1, Area: "A"}},
		Windows:  []display.Window{{ID: "1", Services: []string{"social"}}},
	}}}
	var took queue.TakeResult
	if err := json.Unmarshal(halltest.Must(ctx, t, h, queue.Take{Service: "social", Kiosk: "k1"}).Result, &took); err != nil {
		t.Fatal(err)
	}
	see := func(where, traditional, english string) {
		t.Helper()
		r := httptest.NewRequest("GET", "/api/v1/tickets/by-token/x", nil)
		r.SetPathValue("token", took.Token)
		w := httptest.NewRecorder()
		a.byToken(w, r)
		var v phoneView
		if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil || v.Where != where || v.Wheres["zh-TW"] != traditional || v.Wheres["en"] != english || v.Services["en"] != "Social insurance" || v.Service != "社会保险" {
			t.Errorf("%v: %s", err, w.Body)
		}
	}
	see("一层 A 区 1 号窗口", "一層 A 區 1 號窗口", "Floor 1, area A, counter 1")
	halltest.Must(ctx, t, h, queue.PrintResult{Ticket: took.Ticket, Outcome: queue.PrintDone})
	halltest.Must(ctx, t, h, queue.WindowOpen{Window: "1", Staff: "0412"})
	halltest.Must(ctx, t, h, queue.CallNext{Window: "1"})
	see("1 号窗口", "1 號窗口", "counter 1")
}

// So do the steps of a chain, by the names of the hall file.
func TestAChainHasItsNamesInFurtherLanguages(t *testing.T) {
	d := display.Description{Chains: []display.Chain{{ID: "plain"}, {ID: "home", Flow: &display.Flow{Names: display.Names{"en": "Home"}, Steps: []display.FlowStep{
		{ID: "tax", Name: "核税", Names: display.Names{"en": "Tax"}}, {ID: "issue", Name: "领证"},
	}}}}}
	n := d.FlowNames("home")
	if n == nil || n.Names["en"] != "Home" || len(n.Steps) != 1 || n.Steps["tax"]["en"] != "Tax" {
		t.Errorf("the chain has %+v", n)
	}
	for _, none := range []string{"plain", "gone"} {
		if n := d.FlowNames(none); n != nil {
			t.Errorf("%s has %+v", none, n)
		}
	}
}
