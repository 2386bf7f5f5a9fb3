package keypad

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"lobby/devices"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// desk is a Topics without a broker: the test says what arrives and sees what
// goes out.
type desk struct {
	mu        sync.Mutex
	listeners map[string]func(devices.Message)
	sent      []devices.Message
}

func (d *desk) Subscribe(ctx context.Context, filter string, f func(devices.Message)) error {
	d.mu.Lock()
	d.listeners[filter] = f
	d.mu.Unlock()
	<-ctx.Done()
	return ctx.Err()
}

func (d *desk) Publish(_ context.Context, topic string, retained bool, payload []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sent = append(d.sent, devices.Message{Topic: topic, Payload: payload, Retained: retained})
	return nil
}

// arrive delivers a message to hall h1.
func (d *desk) arrive(device, leaf, payload string, retained bool) {
	d.mu.Lock()
	f := d.listeners["lobby/h1/keypad/+/"+leaf]
	d.mu.Unlock()
	f(devices.Message{Topic: "lobby/h1/keypad/" + device + "/" + leaf, Payload: []byte(payload), Retained: retained})
}

// take returns what was sent since the last time, as "device leaf payload".
func (d *desk) take() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []string
	for _, m := range d.sent {
		all = append(all, strings.Replace(strings.TrimPrefix(m.Topic, "lobby/h1/keypad/"), "/", " ", 1)+" "+string(m.Payload))
	}
	d.sent = nil
	return all
}

// inHall runs a test with two keypads, of which kp-2 has a key, in a bubble.
func inHall(t *testing.T, judge Judge, test func(t *testing.T, d *desk, k *Keypads)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d := &desk{listeners: map[string]func(devices.Message){}}
		k := New(d, "h1", map[string]Unit{"kp-1": {}, "kp-2": {Key: []byte("key")}}, slog.New(slog.DiscardHandler))
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- k.Run(ctx, judge) }()
		synctest.Wait()
		test(t, d, k)
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("run: %v", err)
		}
	})
}

// tally is a judge that finds everything good and writes it down.
type tally struct {
	mu      sync.Mutex
	presses []Press
	fail    error
}

func (j *tally) judge(_ context.Context, p Press) (Verdict, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.fail != nil {
		return Verdict{}, j.fail
	}
	j.presses = append(j.presses, p)
	return Verdict{Result: OK}, nil
}

func (j *tally) take() []Press {
	j.mu.Lock()
	defer j.mu.Unlock()
	p := j.presses
	j.presses = nil
	return p
}

func expect(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func TestPressIsJudgedAndAnswered(t *testing.T) {
	var j tally
	inHall(t, j.judge, func(t *testing.T, d *desk, _ *Keypads) {
		d.arrive("kp-1", "event", `{"v":1,"id":"8f3a-119","k":5,"prompt":"n1","ago":1500,"up":934211}`, false)
		synctest.Wait()
		expect(t, d.take(), `kp-1 ack {"id":"8f3a-119","r":"ok"}`)
		want := Press{
			Device: "kp-1", ID: "8f3a-119", Level: 5, Prompt: "n1",
			At: time.Now().Add(-1500 * time.Millisecond), Ago: 1500 * time.Millisecond,
		}
		if got := j.take(); len(got) != 1 || !reflect.DeepEqual(got[0], want) {
			t.Errorf("judged %v", got)
		}
	})
}

func TestDuplicateIsNotJudgedAgain(t *testing.T) {
	var j tally
	inHall(t, j.judge, func(t *testing.T, d *desk, _ *Keypads) {
		for range 3 {
			d.arrive("kp-1", "event", `{"v":1,"id":"a-1","k":5}`, false)
		}
		synctest.Wait()
		expect(t, d.take(), `kp-1 ack {"id":"a-1","r":"ok"}`, `kp-1 ack {"id":"a-1","r":"dup"}`, `kp-1 ack {"id":"a-1","r":"dup"}`)
		if n := len(j.take()); n != 1 {
			t.Errorf("judged %d times", n)
		}
	})
}

func TestNoAckWithoutAJudgement(t *testing.T) {
	j := tally{fail: errors.New("disk is full")}
	inHall(t, j.judge, func(t *testing.T, d *desk, _ *Keypads) {
		d.arrive("kp-1", "event", `{"v":1,"id":"a-1","k":5}`, false)
		synctest.Wait()
		expect(t, d.take())
		j.mu.Lock()
		j.fail = nil
		j.mu.Unlock()
		d.arrive("kp-1", "event", `{"v":1,"id":"a-1","k":5}`, false)
		synctest.Wait()
		expect(t, d.take(), `kp-1 ack {"id":"a-1","r":"ok"}`)
	})
}

func TestRefusals(t *testing.T) {
	signed := func(key, prompt string, k int) string {
		return fmt.Sprintf(`{"v":1,"id":"a-1","k":%d,"prompt":%q,"mac":%q}`, k, prompt, MAC([]byte(key), "a-1", prompt, k))
	}
	for name, c := range map[string]struct {
		device, payload string
		retained        bool
		want            string // ack without the device; empty for none
	}{
		"retained":     {"kp-1", `{"v":1,"id":"a-1","k":5}`, true, `{"id":"a-1","r":"refused","why":"an event must not be retained"}`},
		"stranger":     {"kp-9", `{"v":1,"id":"a-1","k":5}`, false, `{"id":"a-1","r":"refused","why":"unknown keypad"}`},
		"no such key":  {"kp-1", `{"v":1,"id":"a-1","k":6}`, false, `{"id":"a-1","r":"refused","why":"keypad: event a-1: k is no whole number from 1 to 5"}`},
		"not JSON":     {"kp-1", `5`, false, ``},
		"no id":        {"kp-1", `{"v":1,"k":5}`, false, ``},
		"no mac":       {"kp-2", `{"v":1,"id":"a-1","k":5}`, false, `{"id":"a-1","r":"refused","why":"mac is missing"}`},
		"wrong key":    {"kp-2", signed("yek", "n", 5), false, `{"id":"a-1","r":"refused","why":"mac is wrong"}`},
		"other level":  {"kp-2", strings.Replace(signed("key", "n", 1), `"k":1`, `"k":5`, 1), false, `{"id":"a-1","r":"refused","why":"mac is wrong"}`},
		"other prompt": {"kp-2", strings.Replace(signed("key", "n", 5), `"n"`, `"m"`, 1), false, `{"id":"a-1","r":"refused","why":"mac is wrong"}`},
		"other id":     {"kp-2", strings.Replace(signed("key", "n", 5), "a-1", "a-2", 1), false, `{"id":"a-2","r":"refused","why":"mac is wrong"}`},
	} {
		t.Run(name, func(t *testing.T) {
			var j tally
			inHall(t, j.judge, func(t *testing.T, d *desk, k *Keypads) {
				told := make(chan string, 1)
				k.Refused(func(device, _, _ string) { told <- device })
				d.arrive(c.device, "event", c.payload, c.retained)
				synctest.Wait()
				if c.want == "" {
					expect(t, d.take())
				} else {
					expect(t, d.take(), c.device+" ack "+c.want)
				}
				if got := j.take(); len(got) != 0 {
					t.Errorf("judged %v", got)
				}
				if got := <-told; got != c.device {
					t.Errorf("refusal of %s was reported", got)
				}
			})
		})
	}
}

func TestForgeryDoesNotSpoilTheTrueEvent(t *testing.T) {
	var j tally
	inHall(t, j.judge, func(t *testing.T, d *desk, _ *Keypads) {
		d.arrive("kp-2", "event", `{"v":1,"id":"a-1","k":1,"mac":"0000000000000000"}`, false)
		d.arrive("kp-2", "event", fmt.Sprintf(`{"v":1,"id":"a-1","k":5,"mac":%q}`, MAC([]byte("key"), "a-1", "", 5)), false)
		synctest.Wait()
		if got := j.take(); len(got) != 1 || got[0].Level != 5 {
			t.Errorf("judged %v", got)
		}
	})
}

func TestSlowJudgeHoldsUpOnlyItsOwnKeypad(t *testing.T) {
	judge := func(ctx context.Context, p Press) (Verdict, error) {
		if p.Device == "kp-2" {
			<-ctx.Done() // never answers
			return Verdict{}, ctx.Err()
		}
		return Verdict{Result: OK}, nil
	}
	inHall(t, judge, func(t *testing.T, d *desk, _ *Keypads) {
		d.arrive("kp-2", "event", fmt.Sprintf(`{"v":1,"id":"a-1","k":5,"mac":%q}`, MAC([]byte("key"), "a-1", "", 5)), false)
		for i := range 2 * waiting {
			d.arrive("kp-2", "event", fmt.Sprintf(`{"v":1,"id":"b-%d","k":5}`, i), false)
		}
		d.arrive("kp-1", "event", `{"v":1,"id":"a-1","k":5}`, false)
		synctest.Wait()
		expect(t, d.take(), `kp-1 ack {"id":"a-1","r":"ok"}`)
	})
}

func TestMemoryIsBounded(t *testing.T) {
	m := newMemory()
	for i := range 3 * remembered {
		m.add(fmt.Sprint(i))
		m.add(fmt.Sprint(i))
	}
	if len(m.known) != remembered || len(m.ring) != remembered {
		t.Errorf("%d and %d ids", len(m.known), len(m.ring))
	}
	if m.has(fmt.Sprint(2*remembered-1)) || !m.has(fmt.Sprint(2*remembered)) {
		t.Error("it is not the newest ids that are remembered")
	}
}

func TestCommands(t *testing.T) {
	inHall(t, new(tally).judge, func(t *testing.T, d *desk, k *Keypads) {
		ctx := t.Context()
		good := Prompt{Nonce: "n-1", Ticket: "M037", Window: "12", TTL: 20 * time.Second}
		for _, err := range []error{
			k.Prompt(ctx, "kp-1", good), k.Thank(ctx, "kp-1"), k.Beep(ctx, "kp-2"), k.Time(ctx, "kp-1", time.Unix(1795392000, 0)),
		} {
			if err != nil {
				t.Error(err)
			}
		}
		expect(t, d.take(),
			`kp-1 cmd {"c":"prompt","prompt":"n-1","ticket":"M037","window":"12","ttl":20}`,
			`kp-1 cmd {"c":"thank"}`, `kp-2 cmd {"c":"beep"}`, `kp-1 cmd {"c":"time","unix":1795392000}`)
		if err := k.Beep(ctx, "kp-9"); !errors.Is(err, ErrUnknown) {
			t.Errorf("stranger: %v", err)
		}
		d.arrive("kp-1", "state", `{"s":"offline"}`, true)
		if err := k.Prompt(ctx, "kp-1", good); !errors.Is(err, ErrDown) {
			t.Errorf("offline: %v", err)
		}
		for _, bad := range []Prompt{{Nonce: "a|b", TTL: time.Second}, {TTL: time.Second}, {Nonce: "n"}, {Nonce: "n", TTL: 2 * time.Hour}} {
			if err := k.Prompt(ctx, "kp-2", bad); err == nil {
				t.Errorf("%+v was sent", bad)
			}
		}
	})
}

func TestHealth(t *testing.T) {
	inHall(t, new(tally).judge, func(t *testing.T, d *desk, k *Keypads) {
		var said []string
		k.Health(func(unit string, s devices.State, why string) { said = append(said, unit+" "+string(s)+" "+why) })
		take := func() []string { s := said; said = nil; return s }
		state := func(payload string) { d.arrive("kp-1", "state", payload, false) }

		state(`{"s":"online","boot":"8f3a","n":118,"session":1}`)
		state(`{"s":"online","boot":"8f3a","n":118,"session":1}`)
		expect(t, take(), "kp-1 up ")
		state(`{"s":"online","boot":"8f3a","n":118,"session":2}`)
		state(`{"s":"offline","boot":"8f3a","session":1}`) // the will of the session before
		state(`{"s":"offline","boot":"77aa","session":2}`) // of the boot before
		expect(t, take())
		state(`{"s":"offline","boot":"8f3a","session":2}`)
		expect(t, take(), "kp-1 down keypad is offline")
		d.arrive("kp-1", "event", `{"v":1,"id":"a-1","k":5}`, true) // a retained one proves nothing
		expect(t, take())
		d.arrive("kp-1", "event", `{"v":1,"id":"a-1","k":5}`, false)
		expect(t, take(), "kp-1 up ")
		state(`{"s":"offline"}`)
		expect(t, take(), "kp-1 down keypad is offline")
		state(`{"s":"online","boot":"9b00","n":118}`)
		d.arrive("kp-1", "info", `{"model":"KP5","battery":9}`, true)
		expect(t, take(), "kp-1 up ", "kp-1 degraded battery at 9 %")
		d.arrive("kp-2", "info", `{"model":"KP5"}`, true)
		d.arrive("kp-9", "state", `{"s":"online","boot":"1"}`, true)
		for _, broken := range []string{``, `{}`, `{"s":"maybe"}`, `{"s":"online"}`, `[1]`} {
			state(broken)
		}
		expect(t, take())
		k.Link(false, "cut")
		slices.Sort(said) // the units have no order of their own
		expect(t, take(), "kp-1 unknown no link to the broker: cut", "kp-2 unknown no link to the broker: cut")
		if i, ok := k.Info("kp-1"); !ok || i.Model != "KP5" || *i.Battery != 9 {
			t.Errorf("info %v %v", i, ok)
		}
	})
}

func TestParseEvent(t *testing.T) {
	good := map[string]Event{
		`{"v":1,"id":"8f3a-119","k":5,"prompt":"n","ago":40,"up":934211,"mac":"0123456789abcdef"}`: {
			ID: "8f3a-119", Level: 5, Prompt: "n", Ago: 40 * time.Millisecond, Up: 934211 * time.Millisecond, MAC: "0123456789abcdef",
		},
		` {"k":1,"id":"x","v":1,"prompt":null,"mac":null,"rssi":{"a":[1,2]}} `: {ID: "x", Level: 1},
		`{"v":1,"id":"x","k":3,"prompt":"","ago":86400000}`:                    {ID: "x", Level: 3, Ago: 24 * time.Hour},
		`{"v":1,"id":"x","k":1,"reasons":["slow","papers"]}`:                   {ID: "x", Level: 1, Reasons: []string{"slow", "papers"}},
	}
	for payload, want := range good {
		if got, err := ParseEvent([]byte(payload)); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v %v", payload, got, err)
		}
	}
	bad := map[string]string{ // payload to the id that can be answered
		``: "", `null`: "", `[]`: "", `{`: "", `{"v":1`: "",
		`{"v":1,"id":"x","k":5}{}`:                                                "",
		`{"v":1,"id":"x","k":5,"k":4}`:                                            "",
		`{"v":1,"id":"a|b","k":5}`:                                                "",
		`{"v":1,"id":7,"k":5}`:                                                    "",
		`{"v":1,"id":"` + strings.Repeat("x", 65) + `","k":5}`:                    "",
		`{"v":1,"id":"x","k":5,"x":"` + strings.Repeat("x", 1024) + `"}`:          "",
		`{"V":1,"id":"x","k":5}`:                                                  "x",
		`{"v":2,"id":"x","k":5}`:                                                  "x",
		`{"v":1,"id":"x"}`:                                                        "x",
		`{"v":1,"id":"x","k":0}`:                                                  "x",
		`{"v":1,"id":"x","k":"5"}`:                                                "x",
		`{"v":1,"id":"x","k":5.0}`:                                                "x",
		`{"v":1,"id":"x","k":5,"ago":-1}`:                                         "x",
		`{"v":1,"id":"x","k":5,"ago":86400001}`:                                   "x",
		`{"v":1,"id":"x","k":5,"prompt":"a b"}`:                                   "x",
		`{"v":1,"id":"x","k":5,"mac":"0123456789ABCDEF"}`:                         "x",
		`{"v":1,"id":"x","k":5,"mac":"0123"}`:                                     "x",
		`{"v":1,"id":"x","k":1,"reasons":"slow"}`:                                 "x",
		`{"v":1,"id":"x","k":1,"reasons":["two words"]}`:                          "x",
		`{"v":1,"id":"x","k":1,"reasons":[` + strings.Repeat(`"a",`, 8) + `"a"]}`: "x",
	}
	for payload, id := range bad {
		if got, err := ParseEvent([]byte(payload)); err == nil || !reflect.DeepEqual(got, Event{ID: id}) {
			t.Errorf("%s: %+v %v", payload, got, err)
		}
	}
}

func FuzzParseEvent(f *testing.F) {
	f.Add([]byte(`{"v":1,"id":"8f3a-119","k":5,"prompt":"n","ago":40,"up":934211,"mac":"0123456789abcdef"}`))
	f.Add([]byte(`{"v":1,"id":"x","k":5,"k":4}`))
	f.Add([]byte(`{"v":1,"id":"x","k":1e0,"ago":-0,"up":9007199254740992}`))
	f.Add([]byte("{\"id\":\"\\u0041\",\"v\":1,\"k\":2,\"\xff\":[[[]]]}"))
	f.Fuzz(func(t *testing.T, payload []byte) {
		e, err := ParseEvent(payload)
		if err != nil {
			if !reflect.DeepEqual(e, Event{ID: e.ID}) || e.ID != "" && !isName(e.ID) {
				t.Fatalf("%+v with error %v", e, err)
			}
			return
		}
		if !isName(e.ID) || e.Level < 1 || e.Level > 5 || e.Ago < 0 || e.Ago > maxAgo || e.Up < 0 {
			t.Fatalf("out of bounds: %+v", e)
		}
		// What was understood can be said again and is understood the same.
		again, err := json.Marshal(map[string]any{
			"v": 1, "id": e.ID, "k": e.Level, "prompt": e.Prompt, "mac": e.MAC,
			"ago": e.Ago.Milliseconds(), "up": e.Up.Milliseconds(), "reasons": e.Reasons,
		})
		if err != nil {
			t.Fatal(err)
		}
		if same, err := ParseEvent(again); err != nil || !reflect.DeepEqual(same, e) {
			t.Fatalf("%+v became %+v, %v", e, same, err)
		}
	})
}

// A keypad with four keys says which level each stands for; its votes are
// marked, and a key without a level is no vote.
func TestFourKeysAreMappedAndMarked(t *testing.T) {
	k := New(nil, "h1", map[string]Unit{"kp-4": {Key: []byte("four"), Levels: map[int]int{1: 5, 2: 4, 3: 2, 4: 1}}}, slog.New(slog.DiscardHandler))
	at := time.Unix(1795392000, 0)
	read := func(key int) (Press, error) {
		return k.Read("kp-4", fmt.Appendf(nil, `{"v":1,"id":"a-1","k":%d,"mac":%q}`, key, MAC([]byte("four"), "a-1", "", key)), false, at)
	}
	for key, level := range map[int]int{1: 5, 2: 4, 3: 2, 4: 1} {
		if p, err := read(key); err != nil || p.Level != level || p.Scale != 4 {
			t.Errorf("key %d: %+v, %v, want level %d of 4 keys", key, p, err, level)
		}
	}
	if p, err := read(5); err == nil || p.ID != "a-1" {
		t.Errorf("key 5: %+v, %v, want a refusal that can be answered", p, err)
	}
}
