package main

import (
	"cmp"
	"slices"
	"time"

	"lobby/devices/wire"
	"lobby/display"
	"lobby/display/slip"
	"lobby/queue"
)

// Config is a hall file: a struct of the packages' own structs, and nothing
// else. Wires and models are the only things here that a demo has otherwise.
type Config struct {
	Hall        display.Hall             `yaml:"hall"`
	Listen      string                   `yaml:"listen"`
	Hosts       []string                 `yaml:"hosts"`   // further names under which the hall is reached
	Origins     []string                 `yaml:"origins"` // pages of other makers that may command windows, https://desk.example
	Public      string                   `yaml:"public"`  // address for citizens' phones, https://hall.example
	TLS         TLS                      `yaml:"tls"`
	Access      Access                   `yaml:"access"`
	Data        string                   `yaml:"data"`
	Trail       Trail                    `yaml:"trail"`
	MQTT        MQTT                     `yaml:"mqtt"`
	RTSP        RTSP                     `yaml:"rtsp"`
	WebRTC      WebRTC                   `yaml:"webrtc"`
	Items       string                   `yaml:"items"` // file beside this one
	Activation  Activation               `yaml:"activation"`
	Rules       queue.Rules              `yaml:"rules"`
	Calendar    queue.Calendar           `yaml:"calendar"`
	Rating      queue.Standard           `yaml:"rating"` // levels and reasons; the national ones where it is missing
	Chains      []display.Chain          `yaml:"chains"`
	Departments []display.Department     `yaml:"departments"`
	Classes     []display.Class          `yaml:"classes"` // the first is everybody's; one class, normal, where none is named
	Services    []display.Service        `yaml:"services"`
	Windows     []display.Window         `yaml:"windows"`
	Kiosks      []display.Kiosk          `yaml:"kiosks"`
	Walls       []display.Wall           `yaml:"walls"`
	Screens     []string                 `yaml:"screens"`      // walls and kiosks whose silence raises an alert, wall:main, kiosk:k1
	Walks       []queue.Walk             `yaml:"walks"`        // between the areas of services and windows
	Slips       map[string]slip.Template `yaml:"slips"`        // further templates, by the name printers refer to
	ClosingSlip string                   `yaml:"closing_slip"` // printer that the day's closing slip comes out of; empty for none
	Printers    map[string]Printer       `yaml:"printers"`
	Boards      map[string]Bus           `yaml:"boards"`    // unit names are window ids
	Callboxes   map[string]Bus           `yaml:"callboxes"` // unit names are what windows and kiosks refer to
	Speakers    map[string]Speaker       `yaml:"speakers"`
	Outputs     map[string]Output        `yaml:"outputs"` // lamps and bells on pins of this computer
	Paper       map[string]PaperSensor   `yaml:"paper"`   // sensors on pins, beside printers that have none
	Scanners    map[string]Attached      `yaml:"scanners"`
	Readers     map[string]Attached      `yaml:"readers"` // of identity cards
	Identity    Identity                 `yaml:"identity"`
	Keypads     map[string]Keypad        `yaml:"keypads"`
	Cameras     map[string]Camera        `yaml:"cameras"`
	Footage     Footage                  `yaml:"footage"`
}

// Trail says how long records are kept.
type Trail struct {
	KeepMonths int `yaml:"keep_months"` // whole months before this one; 0 keeps all
	// KeepPersonal is for how many days what is personal in the records is kept:
	// tokens and what people wrote. 0 means 30.
	KeepPersonal int `yaml:"keep_personal_days"`
}

// Activation says which version of the hall file this is, who answers for it,
// and from when its rules hold. A file without it takes effect at its start.
type Activation struct {
	Version  int       `yaml:"version"` // greater than the one before; 0 takes the next
	From     time.Time `yaml:"from"`    // 2026-11-24T12:00:00+08:00
	Author   string    `yaml:"author"`
	Approver string    `yaml:"approver"` // somebody else
}

// MQTT says where the keypads' broker is.
type MQTT struct {
	Embedded     bool   `yaml:"embedded"`
	Listen       string `yaml:"listen"` // of the embedded broker
	Broker       string `yaml:"broker"` // of an external one
	User         string `yaml:"user"`
	PasswordFile string `yaml:"password_file"`
	CAFile       string `yaml:"ca_file"`

	// CertFile and KeyFile, in PEM, have the embedded broker speak TLS only.
	CertFile string `yaml:"cert_file"`
	KeyFile  string `yaml:"key_file"`
}

// RTSP says where cameras are served on, and to whom.
type RTSP struct {
	Listen string            `yaml:"listen"`
	Users  map[string]Player `yaml:"users"` // recorders and players, by the name they sign in with; everybody where there are none
}

// Player is a recorder or player that cameras are served on to.
type Player struct {
	PasswordFile string `yaml:"password_file"`
}

// Printer is one printer on its own wire.
type Printer struct {
	Model   string   `yaml:"model"`
	Wire    wire.URL `yaml:"wire"`
	Slip    string   `yaml:"slip"` // template; the standard one where empty
	Options node     `yaml:"options"`
}

// Bus is one wire with several units.
type Bus struct {
	Model string          `yaml:"model"`
	Wire  wire.URL        `yaml:"wire"`
	Units map[string]node `yaml:"units"`
}

// Speaker is one voice module on its own wire.
type Speaker struct {
	Model   string   `yaml:"model"`
	Wire    wire.URL `yaml:"wire"`
	Floors  []int    `yaml:"floors"` // empty means all
	Options node     `yaml:"options"`
}

// Attached is a device on its own wire that stands at a kiosk.
type Attached struct {
	Model   string   `yaml:"model"`
	Wire    wire.URL `yaml:"wire"`
	Kiosk   string   `yaml:"kiosk"`
	Options node     `yaml:"options"`
}

// Keypad is one rating keypad. With the embedded broker it needs a password;
// with a key its presses must carry a code made of it.
type Keypad struct {
	PasswordFile string `yaml:"password_file"`
	KeyFile      string `yaml:"key_file"` // hex
	Emulated     bool   `yaml:"emulated"`

	// Levels are what the keys of a keypad with fewer than five stand for, by
	// what it sends: {1: 5, 2: 4, 3: 2, 4: 1} for four keys without a middle.
	Levels map[int]int `yaml:"levels"`

	password string // read or made at start
	key      []byte
}

// Camera is one camera source.
type Camera struct {
	Name         string   `yaml:"name"`
	Floor        int      `yaml:"floor"`
	Windows      []string `yaml:"windows"`
	Source       string   `yaml:"source"`
	User         string   `yaml:"user"`
	PasswordFile string   `yaml:"password_file"`
	Fingerprint  string   `yaml:"fingerprint"`
	CAFile       string   `yaml:"ca_file"`
	Transport    string   `yaml:"transport"`
	Clip         string   `yaml:"clip"` // what an emulated camera plays
	Emulated     bool     `yaml:"emulated"`

	Regions map[string]display.Region `yaml:"regions"` // of its windows, in the picture
	Masks   []display.Region          `yaml:"masks"`   // that pages draw over the picture
	Shutter []queue.Shift             `yaml:"shutter"` // when it is closed, every day
	Record  *Record                   `yaml:"record"`  // nil for relay only
}

// Record switches a camera's recording on and says for how long footage is
// kept.
type Record struct {
	Days  int  `yaml:"days"`
	Bytes size `yaml:"bytes"` // 200GB; no bound where it is missing
}

// Footage is what all recorded cameras have in common.
type Footage struct {
	Bytes    size `yaml:"bytes"`     // of all cameras together; no bound where it is missing
	KeepDays int  `yaml:"keep_days"` // for what is kept because of an alert, a bad rating or a manager; 0 means 90
}

// description collects everything with a name, for the pages.
func (c Config) description() display.Description {
	d := display.Description{
		Hall: c.Hall, Chains: c.Chains, Departments: c.Departments, Classes: c.Classes,
		Services: c.Services, Windows: c.Windows, Kiosks: c.Kiosks, Walls: c.Walls, Walks: c.Walks, Calendar: c.Calendar, Standard: c.Rating,
	}
	d.Kiosks = slices.Clone(c.Kiosks)
	for i := range d.Kiosks {
		d.Kiosks[i].Scanner = c.scansAt(d.Kiosks[i].ID)
	}
	d.Walls = slices.Clone(c.Walls)
	for i := range d.Walls {
		d.Walls[i].Sound = c.hasSound(d.Walls[i].ID)
	}
	for _, id := range c.cameraOrder() {
		cam := c.Cameras[id]
		shown := display.Camera{ID: id, Name: cam.Name, Floor: cam.Floor, Windows: notNil(cam.Windows), Regions: cam.Regions, Masks: cam.Masks, Schedule: cam.Shutter}
		if cam.Record != nil {
			shown.KeepDays = cam.Record.Days
		}
		d.Cameras = append(d.Cameras, shown)
	}
	d.Devices = c.deviceList(d)
	return d
}

// hasSound tells whether a speaker's other end is the page of a wall.
func (c Config) hasSound(wall string) bool {
	for _, s := range c.Speakers {
		if s.Wire.Scheme == wire.Page && s.Wire.Path == wall {
			return true
		}
	}
	return false
}

// cameraOrder puts the first window's camera first and the overviews behind
// it, so that a wall of a few tiles shows the whole hall.
func (c Config) cameraOrder() []string {
	ids := sorted(c.Cameras)
	slices.SortStableFunc(ids, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) // cam-2 before cam-10
	})
	first := slices.IndexFunc(ids, func(id string) bool { return len(c.Cameras[id].Windows) > 0 })
	rank := func(i string) int {
		switch {
		case first >= 0 && i == ids[first]:
			return 0
		case len(c.Cameras[i].Windows) == 0:
			return 1
		}
		return 2
	}
	order := slices.Clone(ids)
	slices.SortStableFunc(order, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	return order
}

// deviceList names every device of the hall.
func (c Config) deviceList(d display.Description) []display.Device {
	var list []display.Device
	add := func(kind, name, say string) {
		list = append(list, display.Device{ID: kind + "/" + name, Kind: kind, Name: say})
	}
	printing := map[string]string{}
	for _, k := range c.Kiosks {
		printing[k.Printer] = k.Name
	}
	for _, id := range sorted(c.Printers) {
		add("printer", id, "打印机 "+id+"（"+printing[id]+"）")
	}
	for _, w := range c.Windows {
		for bus := range c.Boards {
			if _, ok := c.Boards[bus].Units[w.ID]; ok {
				add("board", w.ID, w.ID+" 号窗口屏")
			}
		}
		if w.Callbox != "" {
			add("callbox", w.Callbox, w.ID+" 号窗口呼叫器")
		}
		for _, unit := range w.Displays {
			add("callbox", unit, w.ID+" 号窗口显示屏 "+unit)
		}
		if w.Keypad != "" {
			add("keypad", w.Keypad, w.ID+" 号窗口评价器")
		}
	}
	for _, k := range c.Kiosks {
		if k.Panel != "" {
			add("panel", k.Panel, k.Name)
		}
		for _, button := range sorted(k.Pins) {
			add("panel", k.ID+"-"+button, k.Name+" 按键 "+button)
		}
	}
	for _, id := range sorted(c.Outputs) {
		add("output", id, c.Outputs[id].Window+" 号窗口"+outputNames[c.Outputs[id].Kind]+" "+id)
	}
	for _, id := range sorted(c.Paper) {
		add("paper", id, "纸传感器 "+id+"（打印机 "+c.Paper[id].Printer+"）")
	}
	for _, id := range sorted(c.Scanners) {
		add("scanner", id, "扫码器 "+id+c.atKiosk(c.Scanners[id].Kiosk))
	}
	for _, id := range sorted(c.Readers) {
		add("reader", id, "读卡器 "+id+c.atKiosk(c.Readers[id].Kiosk))
	}
	for _, id := range sorted(c.Speakers) {
		add("speaker", id, "广播 "+id)
	}
	for _, id := range c.Screens {
		add("screen", id, "屏幕 "+c.screenName(id))
	}
	for _, cam := range d.Cameras {
		add("camera", cam.ID, cam.Name)
		if cam.KeepDays > 0 {
			add("recorder", cam.ID, "录像 "+cam.Name)
		}
	}
	if c.TLS.CertFile != "" {
		add("certificate", "tls", "网页证书")
	}
	if len(c.Keypads) > 0 {
		add("broker", "mqtt", "评价消息服务")
	}
	return list
}

// screenName is how the wall or kiosk of a screen is called; empty for none.
func (c Config) screenName(id string) string {
	for _, w := range c.Walls {
		if id == "wall:"+w.ID {
			return cmp.Or(w.Name, w.ID)
		}
	}
	for _, k := range c.Kiosks {
		if id == "kiosk:"+k.ID && k.Panel == "" && len(k.Pins) == 0 {
			return cmp.Or(k.Name, k.ID)
		}
	}
	return ""
}
