package main

import (
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// speller looks whether a file fits a type. A key that was meant as another is
// mended in what was read of the file, unless that is read again.
type speller struct {
	mend func(v *ast.MappingValueNode, right string)
}

// unknown tells of a key that the type has no field for.
func (s speller) unknown(v *ast.MappingValueNode, beside []*ast.MappingValueNode, t reflect.Type, path string) []error {
	key := v.Key.String()
	right := meant(keyOf(v), keysOf(t), beside)
	if right == "" {
		return []error{placeAt(v.Key, "unknown key %q; known are %s", path+key, strings.Join(keysOf(t), ", "))}
	}
	err := placeAt(v.Key, "unknown key %q; write %s", path+key, right)
	if s.mend == nil {
		return []error{err}
	}
	s.mend(v, right)
	field, _ := fieldOf(t, right)
	return append([]error{err}, s.misfits(v.Value, field.Type, path+right+".")...)
}

// meant finds the key that somebody meant who wrote an unknown one: the nearest
// of those that are not written there as well. It is empty where none is near, or
// two are.
func meant(wrong string, known []string, written []*ast.MappingValueNode) (right string) {
	far := min((len(wrong)+1)/3, 2) + 1
	for _, key := range known {
		d := distance(wrong, key)
		switch {
		case d > far || isWritten(key, written):
		case d < far:
			right, far = key, d
		default:
			right = "" // as near as another
		}
	}
	return right
}

func isWritten(key string, in []*ast.MappingValueNode) bool {
	for _, v := range in {
		if keyOf(v) == key {
			return true
		}
	}
	return false
}

// keyOf is a key without quotes.
func keyOf(v *ast.MappingValueNode) string { return strings.Trim(v.Key.String(), `"'`) }

// distance counts the letters that are wrong, missing, too many, or exchanged with
// the next one.
func distance(a, b string) int {
	var before, last []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before, last, row = last, row, make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			wrong := last[j]
			if a[i] != b[j] {
				wrong++
			}
			row[j+1] = min(wrong, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}

// respell writes the right key into a file that was read, so that what is below
// it is looked at as what it was meant to be, and found by its right path.
func respell(v *ast.MappingValueNode, right string) {
	v.Key.GetToken().Value = right
	if s, ok := v.Key.(*ast.StringNode); ok {
		s.Value = right
	}
}

// loseUnknown gives up the sections that an unknown key may stand for: those
// that the file does not have and whose kind is that of its value.
func (l *lost) loseUnknown(m *ast.MappingNode, t reflect.Type) {
	for _, v := range m.Values {
		if _, ok := fieldOf(t, keyOf(v)); ok {
			continue
		}
		for _, key := range keysOf(t) {
			if f, _ := fieldOf(t, key); !isWritten(key, m.Values) && isLike(v.Value, f.Type) {
				l.add("$." + key)
			}
		}
	}
}

// isLike tells whether a value has the form that a type is written in.
func isLike(n ast.Node, t reflect.Type) bool {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return t.Kind() == reflect.Map || t.Kind() == reflect.Struct
	case *ast.SequenceNode:
		return t.Kind() == reflect.Slice
	}
	return t.Kind() != reflect.Map && t.Kind() != reflect.Struct && t.Kind() != reflect.Slice
}
