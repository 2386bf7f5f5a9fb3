package queue

import (
	"encoding/json"
	"os"
	"reflect"
	"testing"
	"time"

	"lobby/queue/plaintest"
)

func TestMain(m *testing.M) { os.Exit(plaintest.Main(m)) }

// longer is how far a random test goes; LOBBY_NIGHTLY=1 goes much farther.
func longer(steps int) int {
	if os.Getenv("LOBBY_NIGHTLY") != "" {
		return 10 * steps
	}
	return steps
}

type fataler interface {
	Helper()
	Fatalf(string, ...any)
}

// reload saves and loads a state and insists that it is the same.
func reload(t fataler, s *State) *State {
	t.Helper()
	data, err := s.Save()
	if err != nil {
		t.Fatalf("%v", err)
	}
	other, err := Load(data)
	if err != nil {
		t.Fatalf("%v", err)
	}
	if again, err := other.Save(); err != nil || string(again) != string(data) {
		t.Fatalf("%v: saved again\n%s\nwant\n%s", err, again, data)
	}
	if got, want := inWords(t, other.View()), inWords(t, s.View()); got != want {
		t.Fatalf("loaded view\n%s\nwant\n%s", got, want)
	}
	return other
}

// through sends a value through its JSON.
func through[V any](t fataler, v V) (out V) {
	t.Helper()
	if err := json.Unmarshal([]byte(inWords(t, v)), &out); err != nil {
		t.Fatalf("%v", err)
	}
	return out
}

func inWords(t fataler, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return string(data)
}

// fillAll gives every plain field a value that is not its zero, also those
// that JSON does not show. Pointers and maps stay as they are.
func fillAll(t *testing.T, v reflect.Value, path string) {
	t.Helper()
	v = reflect.NewAt(v.Type(), v.Addr().UnsafePointer()).Elem() // unexported fields as well
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Date(2026, 11, 23, 1, 2, 3, 4e6, time.UTC)))
	case v.Kind() == reflect.String:
		v.SetString(path)
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.CanInt():
		v.SetInt(7)
	case v.CanUint():
		v.SetUint(7)
	case v.CanFloat():
		v.SetFloat(0.1)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			fillAll(t, v.Field(i), path+"."+v.Type().Field(i).Name)
		}
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fillAll(t, v.Index(0), path)
	case v.Kind() == reflect.Pointer, v.Kind() == reflect.Map:
	default:
		t.Fatalf("%s: no value for a %s is known to the test", path, v.Kind())
	}
}
