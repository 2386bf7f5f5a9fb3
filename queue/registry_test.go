package queue_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"lobby/queue"
)

// methodsNamed lists the types of the package that have a method of a name,
// read from the source, so that a type nobody registered is seen as well.
func methodsNamed(t *testing.T, name string) []string {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	types := map[string]bool{}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == name && f.Recv != nil {
				types[f.Recv.List[0].Type.(*ast.Ident).Name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(types))
}

func TestEveryEventTypeIsRegisteredUnderItsName(t *testing.T) {
	registered := map[string]bool{}
	for _, name := range queue.EventNames() {
		e, err := queue.DecodeEvent(name, []byte("{}"))
		if err != nil {
			t.Fatal(err)
		}
		if e.Name() != name {
			t.Errorf("the event registered as %s calls itself %s", name, e.Name())
		}
		if topic := e.Topic(); !slices.Contains([]string{queue.TopicQueue, queue.TopicDevices, queue.TopicAlerts}, topic) {
			t.Errorf("%s has the topic %q", name, topic)
		}
		registered[reflect.TypeOf(e).Name()] = true
	}
	if got, want := slices.Sorted(maps.Keys(registered)), methodsNamed(t, "apply"); !slices.Equal(got, want) {
		t.Errorf("registered types\n%v\nwant all that can be applied\n%v", got, want)
	}
}

func TestEveryCommandIsForClientsOrForLobbyItself(t *testing.T) {
	internal := []string{"Activate", "Asked", "ClockDoubt", "ClockJump", "ClosingResult", "Deny", "DeviceReport", "DropPart", "ErasePersonal", "NoteAccess", "NoteBackup", "NoteExport", "PrintResult", "RestoreTrail", "RotateKey", "SignCheckpoint", "Tick"}
	decided := methodsNamed(t, "decide")
	var got []string
	for _, name := range queue.CommandNames() {
		c, err := queue.DecodeCommand([]byte(`{"type":"` + name + `"}`))
		if err != nil {
			t.Fatal(err)
		}
		typ := reflect.TypeOf(c).Name()
		if snake(typ) != name {
			t.Errorf("the command %s is the type %s", name, typ)
		}
		got = append(got, typ)
	}
	got = append(got, internal...)
	slices.Sort(got)
	if !slices.Equal(got, decided) {
		t.Errorf("commands\n%v\nwant all that can be decided\n%v", got, decided)
	}
}

func snake(name string) string {
	return strings.ToLower(regexp.MustCompile(`(.)([A-Z])`).ReplaceAllString(name, "${1}_$2"))
}

func TestEveryEventSurvivesItsJSON(t *testing.T) {
	for _, name := range queue.EventNames() {
		blank, err := queue.DecodeEvent(name, []byte("{}"))
		if err != nil {
			t.Fatal(err)
		}
		full := reflect.New(reflect.TypeOf(blank)).Elem()
		fill(t, full, name)
		want := full.Interface().(queue.Event)
		data, err := json.Marshal(want)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, err := queue.DecodeEvent(name, data)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s came back from %s\nas   %+v, %v\nwant %+v", name, data, got, err, want)
		}
	}
	for name, data := range map[string]string{"ticket.flown": "{}", "ticket.called": `{"ticket":7}`} {
		if e, err := queue.DecodeEvent(name, []byte(data)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s %s: got %v and the error %v, which does not name it", name, data, e, err)
		}
	}
}

// fill gives every field a value that is not its zero, so that a field which
// gets lost on the way is missed.
func fill(t *testing.T, v reflect.Value, path string) {
	t.Helper()
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(nine))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(path)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7_000_000_000)
	case reflect.Uint64:
		v.SetUint(7_000_000_000)
	case reflect.Float64:
		v.SetFloat(0.1)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), path)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(t, v.Index(0), path)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(t, key, path)
		fill(t, value, path)
		v.SetMapIndex(key, value)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), path+"."+v.Type().Field(i).Name)
		}
	default:
		t.Fatalf("%s: no value for a %s is known to the test", path, v.Kind())
	}
}
