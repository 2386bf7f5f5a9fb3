package main

import (
	"bytes"
	"encoding"
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

var updateSchema = flag.Bool("update-schema", false, "write deploy/lobby.schema.json anew")

const schemaFile = "../../deploy/lobby.schema.json"

// The schema that editors complete hall files with has every key that the
// hall file may have, and no other.
func TestTheSchemaIsThatOfTheHallFile(t *testing.T) {
	s := schemas{defs: map[string]any{}, said: map[string]string{}}
	root := s.of(reflect.TypeFor[Config]())
	doc := map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"title":   "A hall file of Lobby", "$ref": root["$ref"], "$defs": s.defs,
	}
	var want bytes.Buffer
	e := json.NewEncoder(&want)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(doc); err != nil {
		t.Fatal(err)
	}
	if *updateSchema {
		if err := os.WriteFile(schemaFile, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Error("deploy/lobby.schema.json is not that of the hall file; write it anew with\n\tgo test ./cmd/lobby -run Schema -update-schema")
	}
}

// schemas makes JSON Schemas of the structs that hall files are read into.
type schemas struct {
	defs map[string]any
	said map[string]string // what the source says of a field, by package.Type.Field
}

func (s schemas) of(t reflect.Type) map[string]any {
	switch t {
	case reflect.TypeFor[node]():
		return map[string]any{"description": "What the model takes; see its page."}
	case reflect.TypeFor[size]():
		return map[string]any{"type": []string{"string", "integer"}}
	case reflect.TypeFor[time.Time]():
		return map[string]any{"type": "string", "format": "date-time"}
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return map[string]any{"type": []string{"string", "integer"}}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.Slice:
		return map[string]any{"type": "array", "items": s.of(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.Struct:
		return s.object(t)
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int64, reflect.Uint, reflect.Uint64, reflect.Uint16, reflect.Uint8:
		return map[string]any{"type": "integer"}
	case reflect.Float64:
		return map[string]any{"type": "number"}
	}
	return map[string]any{"type": "string"}
}

// object keeps a struct as a definition of its own and refers to it.
func (s schemas) object(t reflect.Type) map[string]any {
	name := path.Base(t.PkgPath()) + "." + t.Name()
	ref := map[string]any{"$ref": "#/$defs/" + name}
	if _, known := s.defs[name]; known {
		return ref
	}
	s.read(t.PkgPath())
	members := map[string]any{}
	object := map[string]any{"type": "object", "additionalProperties": false, "properties": members}
	if say := s.said[name]; say != "" {
		object["description"] = say
	}
	s.defs[name] = object
	for _, key := range keysOf(t) {
		f, _ := fieldOf(t, key)
		member := s.of(f.Type)
		if say := s.said[name+"."+f.Name]; say != "" {
			member["description"] = say
		}
		members[key] = member
	}
	return ref
}

// read reads what a package of ours says of its structs and their fields.
func (s schemas) read(pkg string) {
	dir := "."
	if rest, ours := strings.CutPrefix(pkg, "lobby/"); ours && pkg != "lobby/cmd/lobby" {
		dir = "../../" + rest
	}
	files, _ := filepath.Glob(dir + "/*.go")
	name := path.Base(pkg)
	if s.said[name+"."] != "" {
		return
	}
	s.said[name+"."] = "read"
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			continue // it would not build either
		}
		ast.Inspect(f, func(n ast.Node) bool {
			d, ok := n.(*ast.GenDecl)
			if !ok {
				return true
			}
			for _, spec := range d.Specs {
				if x, ok := spec.(*ast.TypeSpec); ok {
					s.note(name+"."+x.Name.Name, d.Doc)
					s.fields(name+"."+x.Name.Name, x.Type)
				}
			}
			return false
		})
	}
}

func (s schemas) fields(name string, t ast.Expr) {
	x, ok := t.(*ast.StructType)
	if !ok {
		return
	}
	for _, f := range x.Fields.List {
		for _, n := range f.Names {
			s.note(name+"."+n.Name, f.Doc)
			s.note(name+"."+n.Name, f.Comment)
		}
	}
}

func (s schemas) note(name string, c *ast.CommentGroup) {
	if c != nil {
		s.said[name] = strings.Join(strings.Fields(c.Text()), " ")
	}
}
