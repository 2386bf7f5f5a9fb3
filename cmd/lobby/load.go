package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lobby/devices"
	"lobby/devices/board"
	"lobby/devices/callbox"
	"lobby/devices/emulator"
	"lobby/devices/printer"
	"lobby/devices/scanner"
	"lobby/devices/speaker"
	"lobby/devices/wire"
	"lobby/display"
	"lobby/display/api"
	"lobby/display/slip"
	"lobby/queue"
	"lobby/queue/forecast"
)

// hallFile is a hall as it was read, ready to run.
type hallFile struct {
	Config
	items  *api.Items
	hash   string                           // of the file's bytes
	models map[string]emulator.New          // the other end of emulated wires
	past   func(*forecast.Forecaster) error // what a forecaster lives through first; nil for nothing
	path   string                           // where it was read; empty when it is no file that can be written
	fit    func(*hallFile)                  // what flags and the demo make of a file when it is read again
}

// load reads and checks a hall file. Its error holds everything that is
// wrong, one line each.
func load(path string) (*hallFile, error) {
	h, err := loadFS(os.DirFS(filepath.Dir(path)), filepath.Base(path), path)
	if err != nil {
		return nil, err
	}
	h.path = path
	return h, nil
}

// again reads the file as it is now, as it was read at first.
func (h *hallFile) again() (*hallFile, error) {
	next, err := load(h.path)
	if err != nil {
		return nil, err
	}
	next.fit = h.fit
	next.fit(next)
	return next, nil
}

// loadFS is load in a file system; shown is the name for errors.
func loadFS(files fs.FS, name, shown string) (*hallFile, error) {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shown, err)
	}
	return parseHall(files, data, shown)
}

// parseHall checks the text of a hall file; what stands beside it is read from
// the file system.
func parseHall(files fs.FS, data []byte, shown string) (*hallFile, error) {
	doc, err := parseDocument(shown, data)
	if err != nil {
		return nil, err
	}
	h := &hallFile{fit: func(*hallFile) {}, hash: hashOf(data), models: emulatorCatalog}
	gone, err := doc.decode(&h.Config)
	if len(h.Classes) == 0 {
		h.Classes = []display.Class{everybody}
	}
	err = errors.Join(err, newFileErrors(shown, checker{doc, gone, h.Config}.check()))
	err = errors.Join(err, h.loadLogos(files, doc))
	if h.Items != "" {
		items, itemsErr := h.loadItems(gone, files, filepath.Join(filepath.Dir(shown), h.Items))
		h.items, err = items, errors.Join(err, itemsErr)
	} else {
		h.items, _ = api.NewItems(nil, nil) // an empty catalogue is always good
	}
	return h, err
}

// everybody is the class of a hall that names none: all wait alike.
var everybody = display.Class{ID: "normal", Name: "普通", Names: display.Names{"en": "Normal", "zh-TW": "普通"}, Rate: 1}

// loadLogos reads the pictures that slips show.
func (h *hallFile) loadLogos(files fs.FS, doc *document) error {
	var errs []error
	for _, name := range sorted(h.Slips) {
		for i, e := range h.Slips[name] {
			if e.File == "" {
				continue
			}
			data, err := fs.ReadFile(files, e.File)
			if errors.Is(err, fs.ErrInvalid) {
				err = errors.New("name a file beside or below the hall file, without .. and without a / in front")
			}
			if err == nil {
				h.Slips[name][i].Picture, err = slip.ReadLogo(data)
			}
			if err != nil {
				errs = append(errs, placeAt(doc.at(fmt.Sprintf("$.slips.%s[%d]", name, i)), "slip %s: logo %s: %v", name, e.File, err))
			}
		}
	}
	return newFileErrors(doc.name, errs)
}

func (h *hallFile) loadItems(gone *lost, files fs.FS, shown string) (*api.Items, error) {
	data, err := fs.ReadFile(files, h.Items)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shown, err)
	}
	doc, err := parseDocument(shown, data)
	if err != nil {
		return nil, err
	}
	var list struct {
		Items []api.Item `yaml:"items"`
	}
	if _, err := doc.decode(&list); err != nil {
		return nil, err
	}
	services := map[string]bool{}
	for _, s := range h.Services {
		services[s.ID] = true
	}
	items, err := api.NewItems(list.Items, services)
	if gone.excuses("$.items") {
		return nil, nil // which services there are is not known
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shown, err)
	}
	return items, nil
}

// checker holds what a hall file says against itself.
type checker struct {
	doc  *document
	gone *lost
	Config
}

// check finds every reference to something that is not there and every option
// that a driver does not take.
func (c checker) check() []error {
	var errs []error
	bad := func(path, format string, args ...any) {
		if !c.gone.excuses(path) {
			errs = append(errs, placeAt(c.doc.at(path), format, args...))
		}
	}
	if c.Hall.ID == "" {
		bad("$.hall.id", "the hall needs an id")
	}
	if _, err := time.LoadLocation(c.Hall.Timezone); err != nil {
		bad("$.hall.timezone", "no time zone %q", c.Hall.Timezone)
	}
	if _, err := queue.ParseClock(c.Hall.Closes); err != nil && c.Hall.Closes != "" {
		bad("$.hall.closes", "%s", err)
	}
	if c.Listen != "" {
		if err := c.mayListen(); err != nil {
			bad("$.listen", "%s", err)
		}
	}
	for i, origin := range c.Origins {
		if u, err := url.Parse(origin); err != nil || u.Scheme == "" || u.Host == "" || u.Scheme+"://"+u.Host != origin {
			bad(fmt.Sprintf("$.origins[%d]", i), "%q is no origin; write scheme, host and port alone, as https://desk.example:8443", origin)
		}
	}
	if err := c.description().Rules(c.Rules).Validate(); err != nil {
		for _, line := range strings.Split(err.Error(), "\n") {
			bad(pathOf(c.Config, line), "%s", line)
		}
	}
	for i, w := range c.Walls {
		at := fmt.Sprintf("$.walls[%d]", i)
		if !slices.ContainsFunc(c.Windows, w.Shows) {
			bad(at, "wall %s shows no window: none stands on floor %d, area %q", w.ID, w.Floor, w.Area)
		}
		if w.Screen == nil {
			continue
		}
		if err := w.Screen.Validate(); err != nil {
			bad(at+".screen", "wall %s: %s", w.ID, err)
		}
	}
	for i, id := range c.Screens {
		if c.screenName(id) == "" {
			bad(fmt.Sprintf("$.screens[%d]", i), "no screen %q; write wall:ID or kiosk:ID of a wall or of a kiosk with a touch screen", id)
		}
	}
	for _, name := range sorted(c.Slips) {
		if err := c.Slips[name].Validate(); err != nil {
			bad("$.slips."+name, "slip %s: %v", name, err)
		}
	}
	c.references(bad)
	c.footage(bad)
	if m := c.Access.LockMinutes; m != nil && *m < 0 {
		bad("$.access.lock_minutes", "lock_minutes is %d; write the minutes without a touch until a page locks, or 0 for never", *m)
	}
	c.retention(bad)
	c.drivers(bad)
	c.cameras(bad)
	c.players(bad)
	return errs
}

// retention refuses what would have records removed that are still in use.
func (c checker) retention(bad func(path, format string, args ...any)) {
	if m := c.Trail.KeepMonths; m < 0 {
		bad("$.trail.keep_months", "keep_months is %d; write how many whole months before this one are kept, or 0 for all", m)
	}
	if d := c.Trail.KeepPersonal; d < 0 {
		bad("$.trail.keep_personal_days", "keep_personal_days is %d; write for how many days what is personal is kept, or 0 for 30", d)
	}
}

// cameras checks the addresses of cameras and the ways to them.
func (c checker) cameras(bad func(path, format string, args ...any)) {
	for _, id := range sorted(c.Cameras) {
		cam, at := c.Cameras[id], "$.cameras."+id
		if t := cam.Transport; t != "" && t != "tcp" && t != "udp" {
			bad(at+".transport", "camera %s: no transport %q; write tcp or udp", id, t)
		}
		if cam.Fingerprint != "" && cam.CAFile != "" {
			bad(at+".ca_file", "camera %s: give its fingerprint or its certificate authority, not both", id)
		}
		if cam.Emulated {
			continue
		}
		if err := cam.source(id).Validate(); err != nil {
			bad(at+".source", "%v", err)
		}
	}
}

// players checks who may play the cameras.
func (c checker) players(bad func(path, format string, args ...any)) {
	for _, name := range sorted(c.RTSP.Users) {
		if c.RTSP.Users[name].PasswordFile == "" {
			bad("$.rtsp.users."+name, "rtsp: user %s needs a password_file", name)
		}
	}
	if c.RTSP.Listen == "" {
		return
	}
	host, _, err := net.SplitHostPort(c.RTSP.Listen)
	switch {
	case err != nil:
		bad("$.rtsp.listen", "rtsp: listen %q: write it as host:port, for example 127.0.0.1:8554", c.RTSP.Listen)
	case !loopback(host) && len(c.RTSP.Users) == 0:
		bad("$.rtsp.listen", "rtsp: listen %q: an address that others can reach shows them the cameras: write users with a password_file each, or listen on 127.0.0.1", c.RTSP.Listen)
	}
}

// pathOf guesses where an error about a named thing stands.
func pathOf(c Config, say string) string {
	named := func(kind, id string) bool { return strings.HasPrefix(say, fmt.Sprintf("%s %q", kind, id)) }
	for i, w := range c.Windows {
		if named("window", w.ID) {
			return fmt.Sprintf("$.windows[%d].%s", i, memberOf(windowMembers, say))
		}
	}
	for i, s := range c.Services {
		if named("service", s.ID) {
			return fmt.Sprintf("$.services[%d].%s", i, memberOf(serviceMembers, say))
		}
	}
	for i, k := range c.Chains {
		if named("chain", k.ID) {
			return fmt.Sprintf("$.chains[%d].flow", i)
		}
	}
	kind, _, _ := strings.Cut(say, " ")
	if at, ok := sections[kind]; ok {
		return at
	}
	return "$.classes"
}

// sections are where the errors stand that begin with a word.
var sections = map[string]string{"rules:": "$.rules", "calendar:": "$.calendar", "rating:": "$.rating", "services": "$.services"}

// The member that an error about a window or service is about, by what the error
// says; the last one is for all others.
var (
	windowMembers  = [][2]string{{"the id is", "id"}, {"no service", "services"}, {"the service", "services"}, {"prefers", "prefer"}, {"", "roster"}}
	serviceMembers = [][2]string{{"the id is", "id"}, {"the prefix", "prefix"}, {"the numbers", "first"}, {"the quota", "quota"}, {"", "slices"}}
)

func memberOf(members [][2]string, say string) string {
	at := slices.IndexFunc(members, func(m [2]string) bool { return strings.Contains(say, m[0]) })
	return members[at][1]
}

// references checks that everything named is there.
func (c checker) references(bad func(path, format string, args ...any)) {
	units := map[string]bool{}
	for _, bus := range c.Callboxes {
		for name := range bus.Units {
			units[name] = true
		}
	}
	for i, w := range c.Windows {
		path := fmt.Sprintf("$.windows[%d]", i)
		if w.Callbox != "" && !units[w.Callbox] {
			bad(path+".callbox", "window %s: no call box %q on any bus", w.ID, w.Callbox)
		}
		for _, unit := range w.Displays {
			if !units[unit] {
				bad(path+".displays", "window %s: no unit %q on any call box bus", w.ID, unit)
			}
		}
		if _, ok := c.Keypads[w.Keypad]; w.Keypad != "" && !ok {
			bad(path+".keypad", "window %s: no keypad %q", w.ID, w.Keypad)
		}
		if _, ok := c.Cameras[w.Camera]; w.Camera != "" && !ok {
			bad(path+".camera", "window %s: no camera %q", w.ID, w.Camera)
		}
	}
	if _, ok := c.Printers[c.ClosingSlip]; c.ClosingSlip != "" && !ok {
		bad("$.closing_slip", "no printer %q for the closing slip", c.ClosingSlip)
	}
	for _, id := range sorted(c.Keypads) {
		for key, level := range c.Keypads[id].Levels {
			if key < 1 || key > 5 || level < 1 || level > 5 {
				bad("$.keypads."+id+".levels", "keypad %s: key %d stands for level %d; both are from 1 to 5", id, key, level)
			}
		}
	}
	services := map[string]bool{}
	for _, s := range c.Services {
		services[s.ID] = true
	}
	for i, k := range c.Kiosks {
		path := fmt.Sprintf("$.kiosks[%d]", i)
		if _, ok := c.Printers[k.Printer]; k.Printer != "" && !ok {
			bad(path+".printer", "kiosk %s: no printer %q", k.ID, k.Printer)
		}
		for _, name := range k.Spare {
			if _, ok := c.Printers[name]; !ok || name == k.Printer {
				bad(path+".spare", "kiosk %s: %q is no other printer that could stand in", k.ID, name)
			}
		}
		if k.Panel != "" && !units[k.Panel] {
			bad(path+".panel", "kiosk %s: no panel %q on any call box bus", k.ID, k.Panel)
		}
		for button := range k.Pins {
			if k.Buttons[button] == "" {
				bad(path+".pins", "kiosk %s: button %s has a pin and no service; add it to buttons", k.ID, button)
			}
		}
		for button, service := range k.Buttons {
			if !services[service] {
				bad(path+".buttons", "kiosk %s: button %s takes a number for %q, which is no service", k.ID, button, service)
			}
		}
	}
	for name, bus := range c.Boards {
		for window := range bus.Units {
			if !slices.ContainsFunc(c.windowIDs(), func(id string) bool { return id == window }) {
				bad("$.boards."+name+".units", "board bus %s: no window %q", name, window)
			}
		}
	}
}

func (c Config) windowIDs() []string {
	ids := make([]string, 0, len(c.Windows))
	for _, w := range c.Windows {
		ids = append(ids, w.ID)
	}
	return ids
}

// drivers makes every driver without a wire, so that its options are checked,
// and sees that no wire has two owners.
func (c checker) drivers(bad func(path, format string, args ...any)) {
	owner := map[string]string{}
	claim := func(path string, u wire.URL) {
		if first, ok := owner[u.String()]; ok {
			bad(path+".wire", "the wire %s belongs to %s already", u, first)
		}
		owner[u.String()] = path
	}
	for _, name := range sorted(c.Printers) {
		p, path := c.Printers[name], "$.printers."+name
		if _, ok := c.Slips[p.Slip]; p.Slip != "" && !ok {
			bad(path+".slip", "printer %s: no slip %q; write it under slips", name, p.Slip)
		}
		claim(path, p.Wire)
		tryOpen(bad, path, printer.Catalog, p.Model, p.Options)
	}
	for _, name := range sorted(c.Boards) {
		b, path := c.Boards[name], "$.boards."+name
		claim(path, b.Wire)
		for _, unit := range sorted(b.Units) {
			tryOpen(bad, path, board.Catalog, b.Model, b.Units[unit])
		}
	}
	for _, name := range sorted(c.Speakers) {
		s, path := c.Speakers[name], "$.speakers."+name
		claim(path, s.Wire)
		tryOpen(bad, path, speaker.Catalog, s.Model, s.Options)
		if s.Wire.Scheme == wire.Page && (s.Model != "clips" || !slices.ContainsFunc(c.Walls, func(w display.Wall) bool { return w.ID == s.Wire.Path })) {
			bad(path+".wire", "%s: a page plays what the model clips says, and the wall must be one of walls", s.Wire)
		}
	}
	for _, name := range sorted(c.Scanners) {
		s, path := c.Scanners[name], "$.scanners."+name
		claim(path, s.Wire)
		c.attached(bad, path, s)
		tryOpen(bad, path, scanner.Catalog, s.Model, s.Options)
	}
	c.outputs(bad)
	c.readers(bad, func(path string, a Attached) { claim(path, a.Wire) })
	for _, name := range sorted(c.Callboxes) {
		b, path := c.Callboxes[name], "$.callboxes."+name
		claim(path, b.Wire)
		open, ok := callbox.Catalog[b.Model]
		if !ok {
			bad(path+".model", "no call box model %q; known are %s", b.Model, strings.Join(sorted(callbox.Catalog), ", "))
			continue
		}
		if _, err := open(nil, b.units()); err != nil {
			bad(path+".units", "%s", stripPlace(err))
		}
	}
}

// tryOpen makes a driver without a wire.
func tryOpen[D any](bad func(path, format string, args ...any), path string, catalog map[string]devices.Open[D], model string, options node) {
	open, ok := catalog[model]
	if !ok {
		bad(path+".model", "no model %q; known are %s", model, strings.Join(sorted(catalog), ", "))
		return
	}
	if _, err := open(nil, options.decode()); err != nil {
		bad(path+".options", "%s", stripPlace(err))
	}
}

// stripPlace keeps an error on one line.
func stripPlace(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }

// units are the bus's units for a driver, in a fixed order.
func (b Bus) units() []devices.Unit {
	var us []devices.Unit
	for _, name := range sorted(b.Units) {
		us = append(us, devices.Unit{Name: name, Options: b.Units[name].decode()})
	}
	return us
}

// sorted lists a map's keys.
func sorted[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func notNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
