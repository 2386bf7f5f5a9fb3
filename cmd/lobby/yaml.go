package main

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"lobby/devices"
)

// node is a part of the configuration that only a driver understands. It
// keeps its place in the file, so that the driver's errors name it.
type node struct{ ast ast.Node }

// UnmarshalYAML keeps the node.
func (n *node) UnmarshalYAML(a ast.Node) error {
	n.ast = a
	return nil
}

// decode is the devices.Decode of this node; a missing one leaves the
// driver's defaults.
func (n node) decode() devices.Decode {
	return func(into any) error {
		if n.ast == nil {
			return nil
		}
		if errs := (speller{}).misfits(n.ast, reflect.TypeOf(into), ""); len(errs) > 0 {
			return errors.Join(errs...)
		}
		return toValue(n.ast, into)
	}
}

// toValue fills a value from a part of the file. Its errors name their place.
func toValue(n ast.Node, into any) error {
	return caught(n, func() error { return yaml.NodeToValue(n, into) })
}

// caught lets the YAML package read, which panics at some tags (goccy/go-yaml
// 1.19.2 at "a: !x 0"). That is an error of the file where it stands, near the
// node n or, without one, at the file's beginning, and no reason to stop a hall.
func caught(n ast.Node, read func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			at := place{line: 1, column: 1}
			if n != nil && n.GetToken() != nil {
				at.line, at.column = n.GetToken().Position.Line, n.GetToken().Position.Column
			}
			at.say = fmt.Sprintf("the YAML here cannot be read; write it without tags (!…), anchors (&…) and aliases (*…): %v", p)
			err = &at
		}
	}()
	return placed(read())
}

// place is an error at a line and column of the file.
type place struct {
	line, column int
	say          string
}

// Error is "LINE:COLUMN: message"; whoever knows the file puts its name before it.
func (p *place) Error() string { return fmt.Sprintf("%d:%d: %s", p.line, p.column, p.say) }

// placeAt makes an error of a node.
func placeAt(n ast.Node, format string, args ...any) error {
	at := n.GetToken().Position
	return &place{line: at.Line, column: at.Column, say: fmt.Sprintf(format, args...)}
}

// placed turns an error of the YAML package into one of ours: its first line
// is "[3:5] message".
func placed(err error) error {
	var y yaml.Error
	if err == nil || !errors.As(err, &y) {
		return err
	}
	at, say := y.GetToken().Position, y.GetMessage()
	if t := (*yaml.TypeError)(nil); errors.As(err, &t) {
		say = "want " + wanted(t.DstType) + " here"
	}
	return &place{line: at.Line, column: at.Column, say: say}
}

// wanted names what a type is written as.
func wanted(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a text"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Map, reflect.Struct:
		return "a mapping"
	case reflect.Float32, reflect.Float64:
		return "a number"
	}
	return "a whole number"
}

// document is a parsed file.
type document struct {
	name string
	file *ast.File
}

// parseDocument reads the syntax only.
func parseDocument(name string, data []byte) (*document, error) {
	var file *ast.File
	err := caught(nil, func() (err error) {
		file, err = parser.ParseBytes(data, 0)
		return err
	})
	if err != nil {
		return nil, &fileErrors{name, []error{err}}
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return nil, &fileErrors{name, []error{&place{1, 1, "the file is empty"}}}
	}
	return &document{name, file}, nil
}

// decode fills a struct and reports everything that does not fit it at once:
// unknown keys and wrong values anywhere. What can be read is filled in and of
// the rest it is told where it is lost, so that what the good values say can be
// checked all the same.
func (d *document) decode(into any) (*lost, error) {
	body := d.file.Docs[0].Body
	m, ok := body.(*ast.MappingNode)
	if !ok {
		return &lost{exact: []string{"$"}}, &fileErrors{d.name, []error{placeAt(body, "the file must be a mapping")}}
	}
	wrong := speller{mend: respell}.misfits(body, reflect.TypeOf(into), "")
	f := filler{}
	f.lost.loseUnknown(m, reflect.TypeOf(into).Elem())
	for _, v := range m.Values {
		f.member(v, reflect.ValueOf(into).Elem(), "$")
	}
	return &f.lost, newFileErrors(d.name, append(wrong, f.wrong...))
}

// filler fills values from a file, and goes on where one cannot be read: the
// YAML package stops at the first, and has no place for what a type of ours says.
type filler struct {
	wrong []error
	lost  lost
}

// fill reads a value whole if it can, and else part by part.
func (f *filler) fill(n ast.Node, v reflect.Value, path string) {
	if v.Kind() == reflect.Pointer && !isNull(n) { // what a pointer to one points to is not looked at by the YAML package
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(n, v.Elem(), path)
		return
	}
	err := toValue(n, v.Addr().Interface())
	if err == nil {
		return
	}
	v.SetZero()
	before := len(f.wrong)
	f.parts(n, v, path)
	if len(f.wrong) > before {
		return
	}
	v.SetZero()
	if !errors.As(err, new(*place)) {
		err = placeAt(n, "%s", err)
	}
	f.wrong = append(f.wrong, err)
	f.lost.add(path)
}

func isNull(n ast.Node) bool { _, ok := n.(*ast.NullNode); return ok }

// parts fills what a mapping or list is made of.
func (f *filler) parts(n ast.Node, v reflect.Value, path string) {
	switch n := n.(type) {
	case *ast.MappingNode:
		for _, m := range n.Values {
			f.member(m, v, path)
		}
	case *ast.MappingValueNode:
		f.member(n, v, path)
	case *ast.SequenceNode:
		if v.Kind() != reflect.Slice {
			return
		}
		for i, m := range n.Values {
			element := reflect.New(v.Type().Elem()).Elem()
			f.fill(m, element, fmt.Sprintf("%s[%d]", path, i))
			v.Set(reflect.Append(v, element))
		}
	}
}

// member fills what one key of a mapping has. A key that is not known is told of
// elsewhere.
func (f *filler) member(m *ast.MappingValueNode, v reflect.Value, path string) {
	key := keyOf(m)
	path += "." + key
	switch v.Kind() {
	case reflect.Struct:
		if field, ok := fieldOf(v.Type(), key); ok {
			f.fill(m.Value, v.FieldByIndex(field.Index), path)
		}
	case reflect.Map:
		name, element := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		if toValue(m.Key, name.Addr().Interface()) != nil {
			return
		}
		f.fill(m.Value, element, path)
		if v.IsNil() {
			v.Set(reflect.MakeMap(v.Type()))
		}
		v.SetMapIndex(name, element)
	}
}

// at finds the node of a path such as "$.windows[3].services[0]"; of one that
// is not in the file, what it would be part of.
func (d *document) at(path string) ast.Node {
	for path != "$" && path != "" {
		if p, err := yaml.PathString(path); err == nil {
			if n, err := p.FilterFile(d.file); err == nil && n != nil {
				return n
			}
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return d.file.Docs[0].Body
}

// fileErrors are the errors of one file.
type fileErrors struct {
	name string
	errs []error
}

func newFileErrors(name string, errs []error) error {
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	if len(errs) == 0 {
		return nil
	}
	return &fileErrors{name, errs}
}

// Error writes one line an error: FILE:LINE:COLUMN: message.
func (f *fileErrors) Error() string {
	lines := make([]string, 0, len(f.errs))
	for _, err := range f.errs {
		lines = append(lines, f.name+":"+strings.TrimSpace(err.Error()))
	}
	return strings.Join(lines, "\n")
}

// misfits reports what the YAML package would pass over: every key that the type
// has no field for, and every number whose fraction would be cut off.
func (s speller) misfits(n ast.Node, t reflect.Type, path string) []error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	var errs []error
	switch n := n.(type) {
	case *ast.MappingNode:
		for _, v := range n.Values {
			errs = append(errs, s.memberMisfits(v, n.Values, t, path)...)
		}
	case *ast.MappingValueNode:
		return s.memberMisfits(n, nil, t, path)
	case *ast.SequenceNode:
		if t.Kind() != reflect.Slice {
			return nil
		}
		for _, v := range n.Values {
			errs = append(errs, s.misfits(v, t.Elem(), path)...)
		}
	case *ast.AnchorNode:
		return s.misfits(n.Value, t, path)
	case ast.ScalarNode:
		return fraction(n, t)
	}
	return errs
}

// maxWhole is the greatest number that is still told from the next one where it
// is written with a point or an exponent.
const maxWhole = 1 << 53

// fraction refuses a number that is not whole where the type counts. The YAML
// package takes one also out of quotes.
func fraction(n ast.ScalarNode, t reflect.Type) []error {
	switch {
	case t.Kind() < reflect.Int || t.Kind() > reflect.Uint64, t == reflect.TypeFor[time.Duration](),
		reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		return nil
	}
	f, err := strconv.ParseFloat(fmt.Sprint(n.GetValue()), 64)
	switch {
	case err != nil, f == math.Trunc(f) && math.Abs(f) <= maxWhole:
		return nil // what is no number at all is told of elsewhere
	case math.Abs(f) > maxWhole:
		return []error{placeAt(n, "want a whole number here; %s is too much", n.GetToken().Value)}
	}
	return []error{placeAt(n, "want a whole number here; write %d or %d for %s", int(math.Floor(f)), int(math.Ceil(f)), n.GetToken().Value)}
}

// memberMisfits are the misfits of one key and of what it has.
func (s speller) memberMisfits(v *ast.MappingValueNode, beside []*ast.MappingValueNode, t reflect.Type, path string) []error {
	key := v.Key.String()
	switch {
	case t == reflect.TypeFor[node]():
		return nil // the driver checks it
	case t.Kind() == reflect.Map:
		return append(s.misfits(v.Key, t.Key(), path), s.misfits(v.Value, t.Elem(), path+key+".")...)
	case t.Kind() == reflect.Struct:
		field, ok := fieldOf(t, key)
		if !ok {
			return s.unknown(v, beside, t, path)
		}
		return s.misfits(v.Value, field.Type, path+key+".")
	}
	return nil
}

// fieldOf finds the field of a key, also in a struct that is part of this one.
func fieldOf(t reflect.Type, key string) (reflect.StructField, bool) {
	key = strings.Trim(key, `"'`)
	for _, f := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(f.Tag.Get("yaml"), ","); name == key && f.IsExported() {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

func keysOf(t reflect.Type) []string {
	var keys []string
	for _, f := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(f.Tag.Get("yaml"), ","); name != "" && name != "-" {
			keys = append(keys, name)
		}
	}
	return keys
}
