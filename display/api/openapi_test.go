package api

import (
	"maps"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"lobby/display/access"
	"lobby/display/settings"
)

type document struct {
	Paths      map[string]map[string]struct{ Summary string }
	Components struct {
		Schemas map[string]struct{ Properties map[string]any }
	}
}

func readDocument(t *testing.T) document {
	t.Helper()
	data, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var d document
	if err := yaml.Unmarshal(data, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// everything is a hall that has all that a hall may have.
func everything() *API {
	return New(Options{Feed: http.NotFoundHandler(), Pages: http.NotFoundHandler(), Metrics: http.NotFoundHandler(), Evidence: struct{ Evidence }{}, Settings: struct{ Settings }{}, Emulators: struct{ Emulators }{}, Gate: access.NewGate(nil, nil, nil, nil)}, nil)
}

func TestTheDocumentHasEveryAddress(t *testing.T) {
	var told []string
	for path, methods := range readDocument(t).Paths {
		for method, op := range methods {
			told = append(told, strings.ToUpper(method)+" "+path)
			if op.Summary == "" {
				t.Errorf("%s %s says nothing", method, path)
			}
		}
	}
	// The pages are no interface, and what is below /api/ and unknown is told so.
	served := slices.DeleteFunc(everything().routes().patterns, func(p string) bool { return p == "/" || p == "/api/" })
	slices.Sort(told)
	slices.Sort(served)
	if !slices.Equal(told, served) {
		t.Errorf("openapi.yaml has\n%s\nserved are\n%s", strings.Join(told, "\n"), strings.Join(served, "\n"))
	}
}

// Who may is decided by pattern; an address without a rule would be nobody's.
func TestEveryAddressHasARule(t *testing.T) {
	for _, pattern := range everything().routes().patterns {
		if !slices.ContainsFunc(access.Policy, func(r access.Rule) bool { return r.Pattern == pattern }) {
			t.Errorf("access.Policy has no %s", pattern)
		}
	}
}

func TestTheDocumentHasEveryMember(t *testing.T) {
	d := readDocument(t)
	for name, typ := range map[string]reflect.Type{
		"FoundTicket": reflect.TypeFor[foundTicket](), "PhoneTicket": reflect.TypeFor[phoneView](), "Ticket": reflect.TypeFor[ticketView](),
		"Event": reflect.TypeFor[eventView](), "Span": reflect.TypeFor[Span](), "Film": reflect.TypeFor[Film](), "Films": reflect.TypeFor[Films](),
		"Clip": reflect.TypeFor[ClipView](), "Item": reflect.TypeFor[Item](), "Camera": reflect.TypeFor[CameraFigures](),
		"Track": reflect.TypeFor[CameraTrack](), "CameraClock": reflect.TypeFor[CameraClock](), "Emulator": reflect.TypeFor[EmulatorState](),
		"SettingsWish": reflect.TypeFor[settingsWish](), "Settings": reflect.TypeFor[settings.View](), "SettingsVersion": reflect.TypeFor[settings.Version](),
		"Proposal": reflect.TypeFor[settings.Proposal](), "Fault": reflect.TypeFor[settings.Fault](),
	} {
		told := slices.Sorted(maps.Keys(d.Components.Schemas[name].Properties))
		if sent := members(typ); !slices.Equal(told, sent) {
			t.Errorf("%s has in openapi.yaml\n%v\nsent are\n%v", name, told, sent)
		}
	}
}

// members lists what a struct is in JSON, with what is embedded.
func members(t reflect.Type) (names []string) {
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			names = append(names, members(f.Type)...)
		case name != "-":
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
