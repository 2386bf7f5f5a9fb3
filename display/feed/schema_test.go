package feed

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// Document is asyncapi.yaml, with as much of JSON Schema as it uses.
type Document struct{ root map[string]any }

// ReadDocument reads the published document.
func ReadDocument() (*Document, error) {
	data, err := os.ReadFile("asyncapi.yaml")
	if err != nil {
		return nil, err
	}
	d := &Document{}
	return d, yaml.Unmarshal(data, &d.root)
}

// at follows a reference, "#/components/schemas/beat".
func (d *Document) at(ref string) (map[string]any, error) {
	var here any = d.root
	for _, step := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
		m, _ := here.(map[string]any)
		here = m[step]
	}
	m, ok := here.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("asyncapi.yaml has no %s", ref)
	}
	return m, nil
}

// resolve follows references until there is none.
func (d *Document) resolve(schema map[string]any) (map[string]any, error) {
	for {
		ref, ok := schema["$ref"].(string)
		if !ok {
			return schema, nil
		}
		var err error
		if schema, err = d.at(ref); err != nil {
			return nil, err
		}
	}
}

// Check holds a message of the feed against the schema of a name.
func (d *Document) Check(name string, message []byte) error {
	var v any
	if err := json.Unmarshal(message, &v); err != nil {
		return err
	}
	return d.check(map[string]any{"$ref": "#/components/schemas/" + name}, v, name)
}

func (d *Document) check(schema map[string]any, v any, path string) error {
	schema, err := d.resolve(schema)
	if err != nil {
		return err
	}
	if types := words(schema["type"]); len(types) > 0 && !slices.Contains(types, typeOf(v)) && (typeOf(v) != "integer" || !slices.Contains(types, "number")) {
		return fmt.Errorf("%s is %s, want %v", path, typeOf(v), types)
	}
	if want, ok := schema["const"]; ok && want != v {
		return fmt.Errorf("%s is %v, want %v", path, v, want)
	}
	if enum, ok := schema["enum"].([]any); ok && !slices.Contains(enum, v) {
		return fmt.Errorf("%s is %v, want one of %v", path, v, enum)
	}
	return errors.Join(d.checkMembers(schema, v, path), d.checkElements(schema, v, path), d.checkChoices(schema, v, path))
}

func (d *Document) checkMembers(schema map[string]any, v any, path string) error {
	members, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	var errs []error
	for _, name := range words(schema["required"]) {
		if _, ok := members[name]; !ok {
			errs = append(errs, fmt.Errorf("%s has no %s", path, name))
		}
	}
	properties, _ := schema["properties"].(map[string]any)
	rest, _ := schema["additionalProperties"].(map[string]any)
	open := len(properties) == 0 || schema["type"] == nil // a choice speaks of some members only
	for name, member := range members {
		s, ok := properties[name].(map[string]any)
		if !ok {
			s = rest
		}
		if s == nil && !open {
			errs = append(errs, fmt.Errorf("%s.%s is not in the document", path, name))
		}
		if s != nil {
			errs = append(errs, d.check(s, member, path+"."+name))
		}
	}
	return errors.Join(errs...)
}

func (d *Document) checkElements(schema map[string]any, v any, path string) error {
	items, _ := schema["items"].(map[string]any)
	elements, _ := v.([]any)
	if items == nil {
		return nil
	}
	var errs []error
	for i, e := range elements {
		errs = append(errs, d.check(items, e, fmt.Sprintf("%s[%d]", path, i)))
	}
	return errors.Join(errs...)
}

func (d *Document) checkChoices(schema map[string]any, v any, path string) error {
	for _, s := range schemas(schema["allOf"]) {
		if err := d.check(s, v, path); err != nil {
			return err
		}
	}
	choices := schemas(schema["oneOf"])
	if len(choices) == 0 {
		return nil
	}
	var errs []error
	for _, s := range choices {
		if err := d.check(s, v, path); err != nil {
			errs = append(errs, err)
		}
	}
	if fits := len(choices) - len(errs); fits != 1 {
		return fmt.Errorf("%s fits %d of the choices: %w", path, fits, errors.Join(errs...))
	}
	return nil
}

func schemas(list any) (ss []map[string]any) {
	elements, _ := list.([]any)
	for _, e := range elements {
		if s, ok := e.(map[string]any); ok {
			ss = append(ss, s)
		}
	}
	return ss
}

// words reads a word or a list of words.
func words(v any) (out []string) {
	if s, ok := v.(string); ok {
		return []string{s}
	}
	elements, _ := v.([]any)
	for _, e := range elements {
		out = append(out, fmt.Sprint(e))
	}
	return out
}

func typeOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case bool:
		return "boolean"
	case float64:
		if v == float64(int64(v)) {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	}
	return "object"
}

// jsonNames lists the members a struct has in JSON.
func jsonNames(t reflect.Type) map[string]reflect.StructField {
	names := map[string]reflect.StructField{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-":
		case f.Anonymous && name == "":
			for inner, field := range jsonNames(f.Type) {
				if _, hidden := names[inner]; !hidden {
					names[inner] = field
				}
			}
		case f.IsExported():
			names[name] = f
		}
	}
	return names
}
