package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// One service has one rating whatever it is given through: by number and by the
// slip's code at a kiosk, and on a phone.
func TestARatingAtTheKioskIsTheOnlyOne(t *testing.T) {
	h := startRatedHall(t)
	asks := func(name string) string {
		res, err := http.Get(h.url + "/api/v1/rating/" + url.PathEscape(name))
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(res.StatusCode, " ", string(body))
	}
	taken := h.must(t, "take", "take", map[string]any{"service": "social"})
	number, token := taken["ticket"].(string), taken["token"].(string)
	if got := asks(number); !strings.HasPrefix(got, "404") {
		t.Errorf("before the service: %s", got)
	}
	for _, kind := range []string{"call_next", "arrive", "finish"} {
		h.must(t, kind, kind, map[string]any{"window": "1"})
	}
	for _, name := range []string{number, strings.ToLower(number), token} {
		if got := asks(name); !strings.HasPrefix(got, "200") || !strings.Contains(got, `"open":true`) || !strings.Contains(got, `"national-2020"`) || strings.Contains(got, token) {
			t.Errorf("%s can be rated: %s", name, got)
		}
	}
	if got := h.must(t, "kiosk", "rate", map[string]any{"ticket": number, "kiosk": "k1", "level": 2, "reasons": []string{"214"}})["r"]; got != "ok" {
		t.Errorf("at the kiosk: %v", got)
	}
	if got := asks(number); !strings.Contains(got, `"open":false`) || strings.Contains(got, `"level":2,"reasons":["214"]`) {
		t.Errorf("after it: %s", got)
	}
	for id, again := range map[string]map[string]any{
		"phone": {"token": token, "level": 5}, "scan": {"token": token, "kiosk": "k1", "level": 5}, "number": {"ticket": number, "kiosk": "k1", "level": 5},
	} {
		if got := h.must(t, id, "rate", again); got["r"] != "dup" || got["say"] == "" {
			t.Errorf("%s after the kiosk: %v", id, got)
		}
	}
	if got := h.ratings(t); got["2"] != 1 || len(got) != 1 {
		t.Errorf("ratings %v, want one 2", got)
	}
}
