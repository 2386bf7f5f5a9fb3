package feed

import (
	"context"
	"slices"
	"testing"

	"lobby/display/access"
)

// In a hall with sign-in a screen speaks for itself alone.
func TestScreenBeatsForItselfAlone(t *testing.T) {
	var heard []string
	c := &client{feed: &Feed{Options: Options{Beat: func(s string) { heard = append(heard, s) }}}}
	open := t.Context()
	signed := access.With(open, access.Identity{Role: access.Kiosk, Device: "kiosk:k1"})
	for _, sent := range []struct {
		ctx    context.Context
		screen string
	}{{open, "wall:main"}, {signed, "kiosk:k1"}, {signed, "wall:main"}} {
		if !c.handle(sent.ctx, []byte(`{"type":"screen","screen":"`+sent.screen+`"}`), nil) {
			t.Error("a beat ends the connection")
		}
	}
	if want := []string{"wall:main", "kiosk:k1"}; !slices.Equal(heard, want) {
		t.Errorf("heard %q, want %q", heard, want)
	}
}
