package feed

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"lobby/display"
	"lobby/queue"
)

func document(t *testing.T) *Document {
	t.Helper()
	d, err := ReadDocument()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// schemaNames lists the schemas with a prefix, without it.
func schemaNames(t *testing.T, d *Document, prefix string) (names []string) {
	t.Helper()
	all, err := d.at("#/components/schemas")
	if err != nil {
		t.Fatal(err)
	}
	for name := range all {
		if after, ok := strings.CutPrefix(name, prefix); ok {
			names = append(names, after)
		}
	}
	slices.Sort(names)
	return names
}

func TestTheDocumentNamesAllEventsAndCommands(t *testing.T) {
	d := document(t)
	for prefix, want := range map[string][]string{"event.": queue.EventNames(), "command.": queue.CommandNames()} {
		slices.Sort(want)
		if got := schemaNames(t, d, prefix); !slices.Equal(got, want) {
			t.Errorf("the schemas %s… are\n%v\nwant\n%v", prefix, got, want)
		}
	}
	record, err := d.at("#/components/schemas/record")
	if err != nil {
		t.Fatal(err)
	}
	if n := len(schemas(record["oneOf"])); n != len(queue.EventNames()) {
		t.Errorf("a record may be one of %d events, want %d", n, len(queue.EventNames()))
	}
	command, err := d.at("#/components/schemas/command/properties/command")
	if err != nil {
		t.Fatal(err)
	}
	if n := len(schemas(command["oneOf"])); n != len(queue.CommandNames()) {
		t.Errorf("a command may be one of %d, want %d", n, len(queue.CommandNames()))
	}
}

// Every member of every message is in the document, and nothing else is.
func TestTheDocumentHasTheMembersOfAllMessages(t *testing.T) {
	d := document(t)
	messages := map[string]reflect.Type{
		"hello": reflect.TypeFor[hello](), "snapshot": reflect.TypeFor[snapshotMessage](), "record": reflect.TypeFor[recordMessage](),
		"skip": reflect.TypeFor[skip](), "beat": reflect.TypeFor[message](), "patch": reflect.TypeFor[patchMessage](),
		"answer": reflect.TypeFor[answerMessage](), "command": reflect.TypeFor[request](), "screen": reflect.TypeFor[screenBeat](),
		"TakeResult": reflect.TypeFor[queue.TakeResult](), "ReprintResult": reflect.TypeFor[queue.ReprintResult](), "CallResult": reflect.TypeFor[queue.CallResult](), "RateResult": reflect.TypeFor[queue.RateResult](),
	}
	for _, name := range queue.EventNames() {
		e, err := queue.DecodeEvent(name, []byte("{}"))
		if err != nil {
			t.Fatal(err)
		}
		messages["event."+name] = reflect.TypeOf(e)
	}
	for name, typ := range messages {
		compare(t, d, "#/components/schemas/"+name, typ)
	}
	for _, name := range queue.CommandNames() {
		c, err := queue.DecodeCommand([]byte(`{"type":"` + name + `"}`))
		if err != nil {
			t.Fatal(err)
		}
		compare(t, d, "#/components/schemas/command."+name, reflect.TypeOf(c), "type")
	}
	whole, partial := jsonNames(reflect.TypeFor[display.State]()), members(t, d, "#/components/schemas/patch/properties/state")
	delete(whole, "now")
	if want := slices.Sorted(maps.Keys(whole)); !slices.Equal(partial, want) {
		t.Errorf("a patch has %v, want %v", partial, want)
	}
}

func members(t *testing.T, d *Document, ref string) []string {
	t.Helper()
	s, err := d.at(ref)
	if err == nil {
		s, err = d.resolve(s)
	}
	if err != nil {
		t.Error(err)
		return nil
	}
	properties, _ := s["properties"].(map[string]any)
	return slices.Sorted(maps.Keys(properties))
}

// compare holds a struct and all structs within it against a schema.
func compare(t *testing.T, d *Document, ref string, typ reflect.Type, besides ...string) {
	t.Helper()
	fields := jsonNames(typ)
	want := append(slices.Collect(maps.Keys(fields)), besides...)
	slices.Sort(want)
	if got := members(t, d, ref); !slices.Equal(got, want) {
		t.Errorf("%s has\n%v\nthe code has\n%v", ref, got, want)
		return
	}
	for name, f := range fields {
		inner, path := f.Type, ref+"/properties/"+name
		for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice && inner.Elem().Kind() != reflect.Uint8 {
			if inner.Kind() == reflect.Slice {
				path += "/items"
			}
			inner = inner.Elem()
		}
		if inner.Kind() != reflect.Struct || inner == reflect.TypeFor[time.Time]() {
			continue
		}
		s, err := d.at(path)
		if err != nil {
			t.Error(err)
			continue
		}
		if all := schemas(s["allOf"]); len(all) == 1 {
			s = all[0]
		}
		target, ok := s["$ref"].(string)
		if !ok {
			t.Errorf("%s refers to no schema", path)
			continue
		}
		compare(t, d, target, inner)
	}
}

func TestTheDocumentRefersToNothingThatIsMissing(t *testing.T) {
	d := document(t)
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				if _, err := d.at(ref); err != nil {
					t.Error(err)
				}
			}
			for _, inner := range v {
				walk(inner)
			}
		case []any:
			for _, inner := range v {
				walk(inner)
			}
		}
	}
	walk(d.root)
	if d.root["asyncapi"] != "3.0.0" {
		t.Errorf("the version is %v", d.root["asyncapi"])
	}
}

func TestTheDocumentNamesTheLimits(t *testing.T) {
	d := document(t)
	channel, err := d.at("#/channels/feed")
	if err != nil {
		t.Fatal(err)
	}
	text, _ := channel["description"].(string)
	for _, want := range []string{"| 4000 |", "| 1009 |", "| 1001 |", "64 KiB", "two minutes"} {
		if !strings.Contains(text, want) {
			t.Errorf("the description does not speak of %s", want)
		}
	}
	if CloseTooSlow != 4000 || readLimit != 64<<10 || farewell != 2*time.Minute || maxBacklog != 20_000 || time.Second/patchEvery != 25 {
		t.Error("a limit has changed; the document speaks of the old one")
	}
}
