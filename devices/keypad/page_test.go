package keypad

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

const page = "../../hardware-docs/mqtt.md"

func mustPage(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// examples are the page's fenced blocks with a name, "```json event".
func examples(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^```json ([a-z-]+)\n(.*)\n```$").FindAllStringSubmatch(mustPage(t), -1) {
		all[m[1]] = m[2]
	}
	return all
}

func TestPageSaysWhatTheDriverSends(t *testing.T) {
	says := examples(t)
	inHall(t, new(tally).judge, func(t *testing.T, d *desk, k *Keypads) {
		ctx := t.Context()
		k.units["kp-2"].Key = []byte("kp-3 example key")
		send := map[string]func() error{
			"cmd-prompt": func() error {
				return k.Prompt(ctx, "kp-2", Prompt{Nonce: "n-7c21", Ticket: "M037", Window: "12", TTL: 20 * time.Second})
			},
			"cmd-thank": func() error { return k.Thank(ctx, "kp-2") },
			"cmd-beep":  func() error { return k.Beep(ctx, "kp-2") },
			"cmd-time":  func() error { return k.Time(ctx, "kp-2", time.Unix(1795392000, 0)) },
		}
		for name, f := range send {
			if err := f(); err != nil {
				t.Error(err)
			}
			expect(t, d.take(), "kp-2 cmd "+says[name])
		}
		// A keypad with a screen is told of the reasons, one without is not.
		d.arrive("kp-1", "info", says["info"], true)
		curt := Reason{Code: "214", Level: 2, Name: "服务态度生硬", Names: map[string]string{"en": "Curt service", "zh-TW": "服務態度生硬"}}
		q := Prompt{Nonce: "n-7c21", Ticket: "M037", Window: "12", TTL: 20 * time.Second, Standard: "national-2020", Reasons: []Reason{curt}}
		for device, example := range map[string]string{"kp-1": "cmd-prompt-screen", "kp-2": "cmd-prompt"} {
			if err := k.Prompt(ctx, device, q); err != nil {
				t.Error(err)
			}
			expect(t, d.take(), device+" cmd "+says[example])
		}
		forged := strings.Replace(says["event"], `"k":5`, `"k":4`, 1)
		k.handle(ctx, k.units["kp-2"], arrival{device: "kp-2", payload: []byte(forged)}, new(tally).judge)
		k.handle(ctx, k.units["kp-2"], arrival{device: "kp-2", payload: []byte(says["event"])}, new(tally).judge)
		expect(t, d.take(), "kp-2 ack "+says["ack-refused"], "kp-2 ack "+says["ack"])
	})
}

func TestPageSaysWhatTheDriverReads(t *testing.T) {
	says := examples(t)
	if p, err := parseState([]byte(says["state-online"])); err != nil || p != (presence{true, "8f3a", 2}) {
		t.Errorf("online: %+v %v", p, err)
	}
	if p, err := parseState([]byte(says["state-offline"])); err != nil || p != (presence{false, "8f3a", 2}) {
		t.Errorf("offline: %+v %v", p, err)
	}
	inHall(t, new(tally).judge, func(t *testing.T, d *desk, k *Keypads) {
		d.arrive("kp-1", "info", says["info"], true)
		i, ok := k.Info("kp-1")
		again, err := json.Marshal(i)
		if err != nil || !ok || i.Keys["非常满意"] != 5 {
			t.Errorf("info %+v %v", i, err)
		}
		var want bytes.Buffer
		if json.Compact(&want, []byte(says["info"])) != nil || len(again) != want.Len() {
			t.Errorf("info %s and %s", again, want.Bytes())
		}
	})
}

// The rows of the page's table: | `key` | `id|prompt|k` | `mac` |.
func TestPageMACs(t *testing.T) {
	rows := regexp.MustCompile("(?m)^\\| `([^`]+)` \\| `([^`|]+)\\\\\\|([^`|]*)\\\\\\|([1-5])` \\| `([0-9a-f]{16})` \\|$").
		FindAllStringSubmatch(mustPage(t), -1)
	if len(rows) != 2 {
		t.Fatalf("%d rows", len(rows))
	}
	for _, r := range rows {
		if got := MAC([]byte(r[1]), r[2], r[3], int(r[4][0]-'0')); got != r[5] {
			t.Errorf("MAC of %s is %s", r[0], got)
		}
	}
	if e, err := ParseEvent([]byte(examples(t)["event"])); err != nil || !e.genuine([]byte(rows[0][1])) {
		t.Errorf("the example event: %+v %v", e, err)
	}
}
