package display_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"lobby/devices"
	"lobby/display"
	"lobby/queue"
)

var noon = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

func hall() display.Description {
	return display.Description{
		Hall: display.Hall{ID: "fuyang"},
		Services: []display.Service{
			{ID: "social", Prefix: "M", Name: "社会保险", Floor: 2, Area: "B"}, {ID: "shop", Prefix: "Q", Floor: 12}, {ID: "post", Prefix: "P"}, {ID: "gone", Prefix: "G", Area: "C"},
		},
		Classes: []display.Class{{ID: "normal", Rate: 1}},
		Windows: []display.Window{
			{ID: "9", Floor: 2, Services: []string{"social"}, Keypad: "kp", Callbox: "cb", Camera: "c1"}, {ID: "10", Floor: 2, Services: []string{"social"}},
			{ID: "11", Floor: 1, Services: []string{"social", "shop"}}, {ID: "20", Floor: 1, Services: []string{"social"}}, {ID: "A", Floor: 1, Services: []string{"social", "post"}},
		},
		Kiosks:  []display.Kiosk{{ID: "k1", Printer: "p1"}, {ID: "k2", Panel: "panel1", Buttons: map[string]string{"1": "social"}}},
		Walls:   []display.Wall{{ID: "all"}, {ID: "two", Floor: 2}},
		Cameras: []display.Camera{{ID: "c1", Name: "门口"}},
		Devices: []display.Device{{ID: "board/9", Kind: "board"}, {ID: "printer/p1", Kind: "printer"}},
	}
}

func view() queue.View {
	return queue.View{
		Seq: 7, Day: "2026-11-23", Open: true,
		Services: []queue.ServiceView{{ID: "social", Waiting: 3, Open: true}, {ID: "shop"}},
		Windows:  []queue.WindowView{{ID: "9", State: queue.WindowModeCalling, Ticket: "M001"}, {ID: "10", State: queue.WindowModeClosed}},
		Devices:  []queue.DeviceView{{ID: "camera/c1", State: "degraded", Since: noon, Why: "slow"}, {ID: "board/9", State: "up", Since: noon}},
		Figures:  queue.Figures{Ratings: map[int]int{5: 1, 1: 3}},
	}
}

func TestStateJoinsTheDescriptionWithTheView(t *testing.T) {
	s := hall().Compose(view(), noon.In(time.FixedZone("CST", 8*3600)))
	if s.Day != "2026-11-23" || !s.Open || s.Now != noon {
		t.Errorf("day %s open %v now %v", s.Day, s.Open, s.Now)
	}
	if svc := s.Services[0]; svc.Name != "社会保险" || svc.Waiting != 3 || !svc.Open || !reflect.DeepEqual(svc.Windows, []string{"9", "10", "11", "20", "A"}) {
		t.Errorf("service %+v", svc)
	}
	want := map[string]string{"board": "board/9", "keypad": "keypad/kp", "callbox": "callbox/cb", "camera": "camera/c1"}
	if w := s.Windows[0]; w.Ticket != "M001" || w.Floor != 2 || !reflect.DeepEqual(w.Devices, want) {
		t.Errorf("window %+v", w)
	}
	if !s.Kiosks[0].Screen || s.Kiosks[1].Screen {
		t.Errorf("kiosks %+v", s.Kiosks)
	}
	if len(s.Walls[0].Windows) != 5 || !reflect.DeepEqual(s.Walls[1].Windows, []string{"9", "10"}) {
		t.Errorf("walls %+v", s.Walls)
	}
	if c := s.Cameras[0]; c.State != "degraded" || c.Why != "slow" || !c.Since.Equal(noon) || c.Name != "门口" {
		t.Errorf("camera %+v", c)
	}
	if d := s.Devices; d[0].State != "up" || d[1].State != "unknown" || d[1].Since != nil {
		t.Errorf("devices %+v", d)
	}
	if got := s.Figures.Satisfaction; got == nil || *got != 0.25 {
		t.Errorf("satisfaction %v", got)
	}
}

// Pages go through every list without asking whether it is there.
func TestAnEmptyHallHasEmptyListsAndNoNulls(t *testing.T) {
	v := queue.NewState().View()
	data, err := json.Marshal(display.Description{}.Compose(v, noon))
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		t.Fatal(err)
	}
	for _, list := range []string{"chains", "departments", "classes", "services", "windows", "waiting", "calls", "kiosks", "walls", "cameras", "devices", "alerts"} {
		if string(members[list]) != "[]" {
			t.Errorf("%s is %s", list, members[list])
		}
	}
}

func cut(t *testing.T, s display.State) display.Sections {
	t.Helper()
	c, err := s.Cut()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAPatchCarriesWhatChangedAndNothingElse(t *testing.T) {
	before := cut(t, hall().Compose(view(), noon))
	for name, c := range map[string]struct {
		change func(*queue.View)
		want   string
	}{
		"nothing but time": {func(*queue.View) {}, ""},
		"one window":       {func(v *queue.View) { v.Windows[1].State = queue.WindowModeIdle }, "windows:10"},
		"both services": {func(v *queue.View) {
			v.Services[0].Waiting++
			v.Services[1].Open = true
		}, "services:social,shop"},
		"a board":      {func(v *queue.View) { v.Devices[1].State = "down" }, "devices:board/9"},
		"a camera":     {func(v *queue.View) { v.Devices[0].Why = "away" }, "cameras:c1"},
		"the day":      {func(v *queue.View) { v.Open = false }, "open"},
		"a call":       {func(v *queue.View) { v.Calls = []queue.CallView{{Ticket: "M001"}} }, "calls"},
		"a rating":     {func(v *queue.View) { v.Figures.Ratings = map[int]int{5: 2, 1: 3} }, "figures"},
		"somebody new": {func(v *queue.View) { v.Waiting = []queue.WaitingView{{Ticket: "M002"}} }, "waiting"},
	} {
		v := view()
		c.change(&v)
		p, err := cut(t, hall().Compose(v, noon.Add(time.Hour))).Since(before)
		if err != nil {
			t.Fatal(err)
		}
		if got := outline(p); got != c.want {
			t.Errorf("%s: the patch has %q, want %q", name, got, c.want)
		}
	}
}

// outline names the members of a patch of one member, with ids where it lists
// elements.
func outline(p display.Patch) string {
	var parts []string
	for name, raw := range p {
		var elements []struct{ ID string }
		var ids []string
		if json.Unmarshal(raw, &elements) == nil {
			for _, e := range elements {
				if e.ID != "" {
					ids = append(ids, e.ID)
				}
			}
		}
		if ids != nil {
			name += ":" + strings.Join(ids, ",")
		}
		parts = append(parts, name)
	}
	return strings.Join(parts, " ")
}

func TestAPatchOfNothingIsTheWholeState(t *testing.T) {
	s := hall().Compose(view(), noon)
	p, err := cut(t, s).Since(nil)
	if err != nil {
		t.Fatal(err)
	}
	data, _ := json.Marshal(s)
	var whole map[string]json.RawMessage
	if err := json.Unmarshal(data, &whole); err != nil {
		t.Fatal(err)
	}
	delete(whole, "now")
	for name, raw := range whole {
		if string(p[name]) != string(raw) {
			t.Errorf("%s is %s, want %s", name, p[name], raw)
		}
	}
}

func TestBoardsShowWhatTheirWindowDoes(t *testing.T) {
	for state, want := range map[queue.WindowMode]devices.Frame{
		queue.WindowModeCalling:  {Ticket: "M001", Window: "9", Text: "请M001号到9号窗口", Blink: true},
		queue.WindowModeServing:  {Ticket: "M001", Window: "9", Text: "M001号办理中"},
		queue.WindowModePaused:   {Window: "9", Text: "暂停服务"},
		queue.WindowModeIdle:     {Window: "9", Text: "9号窗口"},
		queue.WindowModeDraining: {Window: "9"},
		queue.WindowModeClosed:   {Window: "9"},
	} {
		if got := display.Frame(queue.WindowView{ID: "9", State: state, Ticket: want.Ticket}); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", state, got, want)
		}
	}
}

func TestPhrasesAreSpokenInTheLanguageOfTheTicket(t *testing.T) {
	for lang, want := range map[string]devices.Phrase{
		"":      {Lang: "zh-CN", Text: "请M001号，到9号窗口办理。"},
		"zh-TW": {Lang: "zh-CN", Text: "请M001号，到9号窗口办理。"},
		"en":    {Lang: "en", Text: "Ticket M001, please go to counter 9."},
		"en-GB": {Lang: "en-GB", Text: "Ticket M001, please go to counter 9."},
	} {
		if got := display.Phrase(lang, display.Announcement{Ticket: "M001", Window: "9"}); got != want {
			t.Errorf("%q: %+v, want %+v", lang, got, want)
		}
	}
}

func TestSlipsSayWhereToGo(t *testing.T) {
	for service, want := range map[string]string{
		"social": "二层 B 区 9–11、20、A 号窗口",
		"shop":   "12层 11 号窗口",
		"post":   "A 号窗口",
		"gone":   "C 区",
	} {
		if got := hall().Where(service, ""); got != want {
			t.Errorf("%s: %q, want %q", service, got, want)
		}
	}
	for lang, want := range map[string]string{"zh-TW": "二層 B 區 9–11、20、A 號窗口", "en": "Floor 2, area B, counter 9–11, 20, A"} {
		if got := hall().Where("social", lang); got != want {
			t.Errorf("in %s: %q, want %q", lang, got, want)
		}
	}
}

func TestNamesFallBackToTheFirstLanguage(t *testing.T) {
	n := display.Names{"en": "Social insurance", "zh-TW": ""}
	for lang, want := range map[string]string{"en": "Social insurance", "zh-TW": "社保", "fr": "社保"} {
		if got := n.In(lang, "社保"); got != want {
			t.Errorf("%s: %s, want %s", lang, got, want)
		}
	}
}

func TestRulesOfTheQueueComeFromTheDescription(t *testing.T) {
	c := hall().Rules(queue.Rules{AutoFinish: true})
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
	if len(c.Services) != 4 || !reflect.DeepEqual(c.Services[0], queue.Service{ID: "social", Name: "社会保险", Prefix: "M", Area: "B"}) || c.Classes[0].Rate != 1 || !c.Rules.AutoFinish {
		t.Errorf("%+v", c)
	}
	if w := c.Windows[0]; w.ID != "9" || w.Keypad != "kp" || w.Services[0] != "social" || c.Kiosks[0].Printer != "p1" {
		t.Errorf("%+v", c)
	}
}

func TestWallShowsItsFloorAndArea(t *testing.T) {
	w := display.Wall{Floor: 1, Area: "A"}
	for _, c := range []struct {
		floor int
		area  string
		want  bool
	}{{1, "A", true}, {1, "B", false}, {2, "A", false}} {
		if got := w.Shows(display.Window{Floor: c.floor, Area: c.area}); got != c.want {
			t.Errorf("floor %d area %s: %v", c.floor, c.area, got)
		}
	}
}

// A screen that the last row cannot read is a mistake in the hall file. A call
// on 55 inches is read comfortably from 10 m, and from 20 m at the limit.
func TestScreenMustBeReadableFromTheLastRow(t *testing.T) {
	if got := (display.Screen{Diagonal: 55}).Reach(); got < 19 || got > 21 {
		t.Errorf("55 inches are read from %.1f m, want about 20", got)
	}
	for s, want := range map[display.Screen]string{{55, 8}: "", {98, 30}: "", {55, 25}: "20 m at most", {0, 8}: "in inches", {55, 0}: "metres"} {
		err := s.Validate()
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", s, err, want)
		}
	}
}
