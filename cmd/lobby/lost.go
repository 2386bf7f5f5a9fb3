package main

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// lost are the places of a hall file whose values cannot be read. What would be
// found because of them is not told, since it may be gone when they are right.
type lost struct {
	exact   []string // "$.windows[3].floor"
	general []string // "$.windows[].floor"
}

func (l *lost) add(path string) {
	l.exact, l.general = append(l.exact, path), append(l.general, generalPath(path))
}

// excuses tells whether what is found at a place may come of what is lost: the
// place itself, what it is part of or has within it, or what it is held against.
func (l *lost) excuses(path string) bool {
	for _, gone := range l.exact {
		if isPart(path, gone) || isPart(gone, path) {
			return true
		}
	}
	for _, other := range heldAgainst[generalPath(path)] {
		if slices.ContainsFunc(l.general, func(gone string) bool { return isPart(other, gone) }) {
			return true
		}
	}
	return false
}

// isPart tells whether a place is another or a part of it.
func isPart(path, whole string) bool {
	rest, ok := strings.CutPrefix(path, whole)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// The places by which things are known, for those who refer to them.
const (
	serviceID = "$.services[].id"
	classID   = "$.classes[].id"
	windowID  = "$.windows[].id"
	kioskID   = "$.kiosks[].id"
	wallID    = "$.walls[].id"
	unitID    = "$.callboxes.*.units"
)

// heldAgainst are the places that decide whether a value is right, besides its
// own. Where a thing has a name in a mapping, the name is known whatever is
// wrong with the thing.
var heldAgainst = map[string][]string{
	"$.listen":             {"$.tls", "$.tls.cert_file", "$.access", "$.access.file"},
	"$.rtsp.listen":        {"$.rtsp.users"},
	"$.closing_slip":       {"$.printers"},
	"$.rules":              {classID},
	"$.services":           {serviceID, "$.services[].prefix", "$.services[].first", "$.services[].last"},
	"$.services[].id":      {serviceID},
	"$.classes":            {classID, "$.classes[].rate"},
	"$.windows[].id":       {windowID},
	"$.windows[].services": {serviceID},
	"$.windows[].prefer":   {"$.windows[].services"},
	"$.windows[].callbox":  {unitID},
	"$.windows[].displays": {unitID},
	"$.windows[].keypad":   {"$.keypads"},
	"$.windows[].camera":   {"$.cameras"},
	"$.chains[].flow":      {serviceID},
	"$.kiosks[].printer":   {"$.printers"},
	"$.kiosks[].spare":     {"$.printers", "$.kiosks[].printer"},
	"$.kiosks[].panel":     {unitID},
	"$.kiosks[].pins":      {"$.kiosks[].buttons"},
	"$.kiosks[].buttons":   {serviceID},
	"$.walls[]":            {windowID, "$.windows[].floor", "$.windows[].area"},
	"$.screens[]":          {wallID, kioskID, "$.kiosks[].panel", "$.kiosks[].pins"},
	"$.boards.*.units":     {windowID},
	"$.printers.*.slip":    {"$.slips"},
	"$.speakers.*.wire":    {wallID, "$.speakers.*.model"},
	"$.outputs.*.window":   {windowID},
	"$.paper.*.printer":    {"$.printers"},
	"$.scanners.*.kiosk":   {kioskID},
	"$.readers.*.kiosk":    {kioskID},
	"$.readers.*":          {"$.identity.key_file"},
	"$.cameras.*.regions":  {windowID, "$.windows[].camera", "$.cameras.*.windows"},
	"$.items":              {serviceID},
}

var (
	index = regexp.MustCompile(`\[\d+\]`)
	// mappings are the parts of a hall file whose keys are names.
	mappings = mappingsOf(reflect.TypeFor[Config]())
)

func mappingsOf(t reflect.Type) (keys []string) {
	for f := range t.Fields() {
		if f.Type.Kind() == reflect.Map {
			key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
			keys = append(keys, key)
		}
	}
	return keys
}

// generalPath is a place without the numbers and names of its things.
func generalPath(path string) string {
	path = index.ReplaceAllString(path, "[]")
	parts := strings.SplitN(path, ".", 4)
	if len(parts) > 2 && slices.Contains(mappings, parts[1]) {
		parts[2] = "*"
	}
	return strings.Join(parts, ".")
}
