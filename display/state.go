package display

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"lobby/queue"
)

// State is the hall as the feed and the pages see it: the description joined
// with the queue's view. Its JSON is the outside contract.
type State struct {
	Day         string              `json:"day"`
	Open        bool                `json:"open"`
	Frozen      *queue.FrozenView   `json:"frozen"` // since when and why all clocks stand
	Now         time.Time           `json:"now"`
	Config      queue.ConfigView    `json:"config"` // in force, and what is scheduled
	Hall        Hall                `json:"hall"`
	Chains      []Chain             `json:"chains"`
	Departments []Department        `json:"departments"`
	Classes     []Class             `json:"classes"`
	Services    []ServiceState      `json:"services"`
	Windows     []WindowState       `json:"windows"`
	Waiting     []queue.WaitingView `json:"waiting"`
	Journeys    []queue.JourneyView `json:"journeys"` // under way
	Calls       []queue.CallView    `json:"calls"`
	Kiosks      []KioskState        `json:"kiosks"`
	Walls       []WallState         `json:"walls"`
	Cameras     []CameraState       `json:"cameras"`
	Devices     []DeviceState       `json:"devices"`
	Alerts      []queue.AlertView   `json:"alerts"`
	Figures     FiguresState        `json:"figures"`

	// Checkpoint is the newest that was signed. Clients keep it: with it they can
	// tell later whether the records before it were changed.
	// It is missing before the first.
	Checkpoint queue.CheckpointSigned `json:"checkpoint,omitzero"`
}

// ServiceState is a service with its queue.
type ServiceState struct {
	Service
	Waiting  int            `json:"waiting"`
	Open     bool           `json:"open"`
	Windows  []string       `json:"windows"`
	Stalled  bool           `json:"stalled,omitempty"` // somebody waits and no window serves it now
	Forecast queue.Forecast `json:"forecast"`
}

// WindowState is a window with what it is doing and its devices' ids.
type WindowState struct {
	queue.WindowView
	Name    string            `json:"name"`
	Floor   int               `json:"floor"`
	Area    string            `json:"area"`
	Devices map[string]string `json:"devices"`
}

// KioskState is a kiosk; Screen is false for a panel of buttons.
type KioskState struct {
	Kiosk
	Screen bool `json:"screen"`
}

// WallState is a wall with the windows it shows.
type WallState struct {
	Wall
	Windows []string `json:"windows"`
}

// CameraState is a camera with its health.
type CameraState struct {
	Camera
	State string     `json:"state"`
	Since *time.Time `json:"since,omitempty"`
	Why   string     `json:"why,omitempty"`
	Whys  Names      `json:"whys,omitempty"` // in further languages

	Shutter *queue.Shutter `json:"shutter,omitempty"` // of a camera that is closed
}

// DeviceState is a device with its health.
type DeviceState struct {
	Device
	State  string     `json:"state"`
	Since  *time.Time `json:"since"` // null for one that was never heard of
	Why    string     `json:"why,omitempty"`
	Effect string     `json:"effect"` // empty while nothing is missing

	LastGood *time.Time `json:"last_good,omitempty"` // of one that works no more

	// In further languages, while something is wrong with it: name, why and effect.
	Names   Names `json:"names,omitempty"`
	Whys    Names `json:"whys,omitempty"`
	Effects Names `json:"effects,omitempty"`
}

// FiguresState are the day's sums with the share of satisfied citizens.
type FiguresState struct {
	queue.Figures
	Satisfaction *float64 `json:"satisfaction"`
}

// Compose joins the description with a view. Boards tells which windows have
// a board.
func (d Description) Compose(v queue.View, now time.Time) State {
	s := State{
		Day: v.Day, Open: v.Open, Frozen: v.Frozen, Now: now.UTC(), Config: v.Config, Hall: d.Hall, Chains: list(d.Chains), Departments: list(d.Departments),
		Classes: list(d.Classes), Waiting: list(v.Waiting), Journeys: list(v.Journeys), Calls: list(v.Calls), Alerts: alertsInWords(v.Alerts),
		Services: []ServiceState{}, Windows: []WindowState{}, Kiosks: []KioskState{}, Walls: []WallState{}, Cameras: []CameraState{}, Devices: []DeviceState{},
		Figures: FiguresState{Figures: v.Figures}, Checkpoint: v.Checkpoint,
	}
	if share, ok := v.Figures.Satisfaction(); ok {
		s.Figures.Satisfaction = &share
	}
	for _, sv := range v.Services {
		s.Services = append(s.Services, ServiceState{Service: d.Service(sv.ID), Waiting: sv.Waiting, Open: sv.Open, Stalled: sv.Stalled, Forecast: sv.Forecast, Windows: d.serving(sv.ID)})
	}
	health := map[string]queue.DeviceView{}
	for _, dv := range v.Devices {
		health[dv.ID] = dv
	}
	for _, w := range v.Windows {
		s.Windows = append(s.Windows, d.windowState(w))
	}
	for _, k := range d.Kiosks {
		s.Kiosks = append(s.Kiosks, KioskState{Kiosk: k, Screen: k.Panel == "" && len(k.Pins) == 0})
	}
	for _, w := range d.Walls {
		s.Walls = append(s.Walls, WallState{Wall: w, Windows: d.on(w)})
	}
	for _, c := range d.Cameras {
		h := d.deviceState(Device{ID: "camera/" + c.ID}, health)
		cs := CameraState{Camera: c, State: h.State, Since: h.Since, Why: h.Why, Whys: h.Whys}
		if shut, closed := v.Shutters[c.ID]; closed {
			cs.Shutter, cs.State = &shut, "shutter"
		}
		s.Cameras = append(s.Cameras, cs)
	}
	for _, dev := range d.Devices {
		s.Devices = append(s.Devices, d.deviceState(dev, health))
	}
	return s
}

func (d Description) serving(service string) []string {
	ids := []string{}
	for _, w := range d.Windows {
		if slices.Contains(w.Services, service) {
			ids = append(ids, w.ID)
		}
	}
	return ids
}

func (d Description) on(w Wall) []string {
	ids := []string{}
	for _, x := range d.Windows {
		if w.Shows(x) {
			ids = append(ids, x.ID)
		}
	}
	return ids
}

func (d Description) windowState(v queue.WindowView) WindowState {
	w := d.Window(v.ID)
	v.Services = list(v.Services)
	s := WindowState{WindowView: v, Name: w.Name, Floor: w.Floor, Area: w.Area, Devices: map[string]string{}}
	for kind, id := range map[string]string{"callbox": w.Callbox, "keypad": w.Keypad, "camera": w.Camera} {
		if id != "" {
			s.Devices[kind] = kind + "/" + id
		}
	}
	board := "board/" + w.ID
	if slices.ContainsFunc(d.Devices, func(x Device) bool { return x.ID == board }) {
		s.Devices["board"] = board
	}
	return s
}

func (d Description) deviceState(dev Device, health map[string]queue.DeviceView) DeviceState {
	h, ok := health[dev.ID]
	if !ok {
		return DeviceState{Device: dev, State: "unknown"}
	}
	since := h.Since
	s := DeviceState{Device: dev, State: h.State, Since: &since, Why: h.Why, Effect: h.Effect, LastGood: h.LastGood}
	if h.State != "up" {
		s.Names, s.Whys, s.Effects = translated(dev.Name), translated(h.Why), translated(h.Effect)
	}
	return s
}

// list makes an empty JSON list of a nil slice.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// Patch is a partial state: what changed, by the members' JSON names.
type Patch map[string]json.RawMessage

// Sections is a state cut into its members, ready to be compared.
type Sections map[string]section

// section is one member: whole, or by id for the long lists.
type section struct {
	whole json.RawMessage
	byID  map[string]json.RawMessage
	order []string
}

// keyed are the lists of which a patch carries only the changed elements.
var keyed = map[string]bool{"services": true, "windows": true, "devices": true, "cameras": true}

// Cut makes the sections of a state. The time of day is left out; it would
// make every patch differ.
func (s State) Cut() (Sections, error) {
	data, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("display: %w", err)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return nil, fmt.Errorf("display: %w", err)
	}
	delete(members, "now")
	cut := Sections{}
	for name, raw := range members {
		cut[name] = section{whole: raw}
		if keyed[name] {
			if cut[name], err = cutList(raw); err != nil {
				return nil, err
			}
		}
	}
	return cut, nil
}

func cutList(raw json.RawMessage) (section, error) {
	var elements []json.RawMessage
	if err := json.Unmarshal(raw, &elements); err != nil {
		return section{}, fmt.Errorf("display: %w", err)
	}
	s := section{byID: map[string]json.RawMessage{}}
	for _, e := range elements {
		var head struct {
			ID string `json:"id"`
		}
		if err := json.Unmarshal(e, &head); err != nil {
			return section{}, fmt.Errorf("display: %w", err)
		}
		s.byID[head.ID] = e
		s.order = append(s.order, head.ID)
	}
	return s, nil
}

// Since is the patch that leads from older sections to these; empty when
// nothing changed.
func (s Sections) Since(old Sections) (Patch, error) {
	p := Patch{}
	for name, now := range s {
		was := old[name]
		if now.byID == nil {
			if !bytes.Equal(now.whole, was.whole) {
				p[name] = now.whole
			}
			continue
		}
		changed := []json.RawMessage{}
		for _, id := range now.order {
			if !bytes.Equal(now.byID[id], was.byID[id]) {
				changed = append(changed, now.byID[id])
			}
		}
		if len(changed) == 0 {
			continue
		}
		raw, err := json.Marshal(changed)
		if err != nil {
			return nil, fmt.Errorf("display: %w", err)
		}
		p[name] = raw
	}
	return p, nil
}

// further are the languages in which things are said besides zh-CN.
var further = []string{"zh-TW", "en"}

// inFurther says something in each of the further languages.
func inFurther(say func(lang string) string) Names {
	n := Names{}
	for _, lang := range further {
		n[lang] = say(lang)
	}
	return n
}

// Place is where somebody has to go.
type Place struct {
	Where  string `json:"where"`
	Wheres Names  `json:"wheres,omitempty"` // in further languages
}

// Place tells where a service is called.
func (d Description) Place(service string) Place {
	return placeOf(func(lang string) string { return d.Where(service, lang) })
}

// PlaceOfWindow tells where a window is, for whoever is called there.
func PlaceOfWindow(window string) Place {
	return placeOf(func(lang string) string { return fmt.Sprintf(placesIn(lang).windows, window) })
}

func placeOf(say func(lang string) string) Place { return Place{say(""), inFurther(say)} }

// Where says in one line where a service is called, for slips, in a language as
// of a ticket.
func (d Description) Where(service, lang string) string {
	svc, say := d.Service(service), placesIn(lang)
	var parts []string
	if svc.Floor > 0 {
		parts = append(parts, fmt.Sprintf(say.floor, say.number(svc.Floor)))
	}
	if svc.Area != "" {
		parts = append(parts, fmt.Sprintf(say.area, svc.Area))
	}
	if windows := ranges(d.serving(service), say.between); windows != "" {
		parts = append(parts, fmt.Sprintf(say.windows, windows))
	}
	return strings.Join(parts, say.join)
}

// places are the words for where to go.
type places struct{ floor, area, windows, between, join string }

func placesIn(lang string) places {
	switch {
	case strings.HasPrefix(lang, "en"):
		return places{"Floor %s", "area %s", "counter %s", ", ", ", "}
	case lang == "zh-TW":
		return places{"%s層", "%s 區", "%s 號窗口", "、", " "}
	}
	return places{"%s层", "%s 区", "%s 号窗口", "、", " "}
}

// number writes a floor: in Chinese the low ones in characters.
func (p places) number(floor int) string {
	if p.join == " " && floor < len(floorNames) {
		return floorNames[floor]
	}
	return strconv.Itoa(floor)
}

var floorNames = []string{"", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}

// ranges writes window numbers shortly: "9–16、20".
func ranges(ids []string, between string) string {
	out, i := "", 0
	for i < len(ids) {
		j := i
		for j+1 < len(ids) && follows(ids[j], ids[j+1]) {
			j++
		}
		if out != "" {
			out += between
		}
		out += ids[i]
		if j > i {
			out += "–" + ids[j]
		}
		i = j + 1
	}
	return out
}

func follows(a, b string) bool {
	x, errX := strconv.Atoi(a)
	y, errY := strconv.Atoi(b)
	return errX == nil && errY == nil && y == x+1
}
