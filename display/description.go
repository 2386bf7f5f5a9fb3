// Package display is what the public sees and hears. It turns the queue's
// state and the hall's description into the state of the feed, the frames of
// boards and the phrases of speakers. It decides nothing.
package display

import (
	"fmt"
	"slices"

	"lobby/queue"
)

// Description is everything about a hall that has a name and does not change
// while it runs. Its parts are read from the configuration as they stand.
type Description struct {
	Hall        Hall           `json:"hall"`
	Chains      []Chain        `json:"chains"`
	Departments []Department   `json:"departments"`
	Classes     []Class        `json:"classes"`
	Services    []Service      `json:"services"`
	Windows     []Window       `json:"windows"`
	Kiosks      []Kiosk        `json:"kiosks"`
	Walls       []Wall         `json:"walls"`
	Walks       []queue.Walk   `json:"walks"`
	Calendar    queue.Calendar `json:"-"` // working days, for what has a last day
	Standard    queue.Standard `json:"-"` // of ratings; the national one where it is not set
	Cameras     []Camera       `json:"cameras"`
	Devices     []Device       `json:"devices"`
}

// Names are translations by language tag, besides the name in zh-CN.
type Names map[string]string

// In returns the name in a language, or the zh-CN one.
func (n Names) In(lang, name string) string {
	if v := n[lang]; v != "" {
		return v
	}
	return name
}

// Hall names the hall itself.
type Hall struct {
	ID       string `json:"id" yaml:"id"`
	Name     string `json:"name" yaml:"name"`
	Names    Names  `json:"names" yaml:"names"`
	Phone    string `json:"phone" yaml:"phone"`
	Timezone string `json:"timezone" yaml:"timezone"`
	Opens    string `json:"opens" yaml:"opens"`   // "08:30", for notices
	Closes   string `json:"closes" yaml:"closes"` // "17:00"

	Complaints string `json:"complaints,omitempty" yaml:"complaints"` // telephone of those who supervise the hall
}

// Chain is a one-stop chain: a group of services, and the flow through some of
// them.
type Chain struct {
	ID      string `json:"id" yaml:"id"`
	Name    string `json:"name" yaml:"name"`
	Short   string `json:"short" yaml:"short"`
	Names   Names  `json:"names" yaml:"names"`
	Icon    string `json:"icon" yaml:"icon"`
	Example string `json:"example" yaml:"example"`
	Flow    *Flow  `json:"flow,omitempty" yaml:"flow"` // what one number leads through, if anything
}

// Department is one of the authorities in the hall.
type Department struct {
	ID    string `json:"id" yaml:"id"`
	Name  string `json:"name" yaml:"name"`
	Names Names  `json:"names" yaml:"names"`
}

// Class is a priority class with its names.
type Class struct {
	ID    string  `json:"id" yaml:"id"`
	Name  string  `json:"name" yaml:"name"`
	Names Names   `json:"names" yaml:"names"`
	Rate  float64 `json:"-" yaml:"rate"`

	// LargeSlip prints the slips of this class in large letters.
	LargeSlip bool           `json:"-" yaml:"large_slip"`
	Offset    queue.Duration `json:"-" yaml:"offset"` // credit it begins with
}

// Service is a queue with its names and place.
type Service struct {
	ID         string `json:"id" yaml:"id"`
	Prefix     string `json:"prefix" yaml:"prefix"`
	Name       string `json:"name" yaml:"name"`
	Names      Names  `json:"names" yaml:"names"`
	Chain      string `json:"chain" yaml:"chain"`
	Department string `json:"department" yaml:"department"`
	Floor      int    `json:"floor" yaml:"floor"`
	Area       string `json:"area" yaml:"area"`

	queue.Limits `json:"-" yaml:",inline"`
}

// Window is a place of service with its devices.
type Window struct {
	ID       string   `json:"id" yaml:"id"`
	Name     string   `json:"name" yaml:"name"`
	Floor    int      `json:"floor" yaml:"floor"`
	Area     string   `json:"area" yaml:"area"`
	Services []string `json:"services" yaml:"services"`
	Callbox  string   `json:"callbox,omitempty" yaml:"callbox"`
	Displays []string `json:"displays,omitempty" yaml:"displays"` // further units of call box wires that show its number
	Keypad   string   `json:"keypad,omitempty" yaml:"keypad"`
	Camera   string   `json:"camera,omitempty" yaml:"camera"`

	Prefer [][]string    `json:"-" yaml:"prefer"`                // groups of its services, the preferred first
	Roster []queue.Shift `json:"roster,omitempty" yaml:"roster"` // when it is meant to be staffed; empty means all day
}

// Kiosk is a place where numbers are taken: a screen, or a panel of buttons.
type Kiosk struct {
	ID      string            `json:"id" yaml:"id"`
	Name    string            `json:"name" yaml:"name"`
	Floor   int               `json:"floor" yaml:"floor"`
	Printer string            `json:"printer,omitempty" yaml:"printer"`
	Spare   []string          `json:"-" yaml:"spare"` // printers nearby, for while the own one is down
	Panel   string            `json:"panel,omitempty" yaml:"panel"`
	Buttons map[string]string `json:"buttons,omitempty" yaml:"buttons"` // button to service
	Pins    map[string]string `json:"-" yaml:"pins"`                    // button to pin of this computer, GPIO17

	// Scanner says that codes or cards can be held before it; its page asks what
	// came of them. It follows from the devices.
	Scanner bool `json:"scanner,omitempty" yaml:"-"`
}

// Camera is a picture of the hall.
type Camera struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Floor   int      `json:"floor"`
	Windows []string `json:"windows"`

	Regions  map[string]Region `json:"regions,omitempty"`   // where its windows are in the picture
	Masks    []Region          `json:"masks,omitempty"`     // what pages hide of the picture
	Schedule []queue.Shift     `json:"schedule,omitempty"`  // when it is closed, every day
	KeepDays int               `json:"keep_days,omitempty"` // for how long it is recorded; 0 for not at all
}

// Region is a part of a picture, in shares of its width and height from its
// upper left corner.
type Region struct {
	X float64 `json:"x" yaml:"x"`
	Y float64 `json:"y" yaml:"y"`
	W float64 `json:"w" yaml:"w"`
	H float64 `json:"h" yaml:"h"`
}

// Validate says what is wrong with a region.
func (r Region) Validate() error {
	if !(r.X >= 0 && r.Y >= 0 && r.W > 0 && r.H > 0 && r.X+r.W <= 1.000001 && r.Y+r.H <= 1.000001) {
		return fmt.Errorf("the region x %g, y %g, w %g, h %g does not lie in the picture, which goes from 0 to 1", r.X, r.Y, r.W, r.H)
	}
	return nil
}

// Seeing lists the cameras that see a window, its own one first.
func (d Description) Seeing(window string) []Camera {
	own := d.Window(window).Camera
	var first, rest []Camera
	for _, c := range d.Cameras {
		switch {
		case c.ID == own:
			first = append(first, c)
		case slices.Contains(c.Windows, window):
			rest = append(rest, c)
		}
	}
	return append(first, rest...)
}

// Device is a configured device. IDs are "kind/name".
type Device struct {
	ID   string `json:"id"`
	Kind string `json:"kind"`
	Name string `json:"name"`
}

// Rules makes the queue's configuration of the description.
func (d Description) Rules(r queue.Rules) queue.Config {
	c := queue.Config{Rules: r, Chains: d.chains(), Walks: d.Walks, Calendar: d.Calendar, Standard: d.Standard}
	for _, s := range d.Services {
		c.Services = append(c.Services, queue.Service{ID: s.ID, Name: s.Name, Prefix: s.Prefix, Department: s.Department, Limits: s.Limits, Area: s.Area})
	}
	for _, k := range d.Classes {
		c.Classes = append(c.Classes, queue.Class{ID: k.ID, Name: k.Name, Rate: k.Rate, Offset: k.Offset})
	}
	for _, w := range d.Windows {
		c.Windows = append(c.Windows, queue.Window{ID: w.ID, Services: w.Services, Prefer: w.Prefer, Keypad: w.Keypad, Roster: w.Roster, Area: w.Area})
	}
	for _, k := range d.Kiosks {
		c.Kiosks = append(c.Kiosks, queue.Kiosk{ID: k.ID, Printer: k.Printer, Spare: k.Spare})
	}
	return c
}

// Service finds a service by id; the zero service if there is none.
func (d Description) Service(id string) Service {
	for _, s := range d.Services {
		if s.ID == id {
			return s
		}
	}
	return Service{}
}

// Window finds a window by id; the zero window if there is none.
func (d Description) Window(id string) Window {
	for _, w := range d.Windows {
		if w.ID == id {
			return w
		}
	}
	return Window{}
}
