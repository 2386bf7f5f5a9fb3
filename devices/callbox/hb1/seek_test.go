package hb1

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lobby/devices"
	bridge "lobby/firmware-bridge"
)

// uids of a box of chips: most differ late, as those of one wafer do.
func uidOf(i int) string { return fmt.Sprintf("4c4f5431%02x00000000%04x%02x", i%3, i*7, i) }

func TestBoardsGetTheirAddressByTheirUID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		units := map[string]string{}
		for i := range 16 {
			units[fmt.Sprintf("box-%02d", i)] = fmt.Sprintf("{address: %d, uid: %s}", 20+i, uidOf(i))
		}
		b, e := startWith(t, units, units, 1)
		until(t, "sixteen boards to be up", func() bool {
			up := slices.DeleteFunc(b.reported(), func(s string) bool { return !strings.HasSuffix(s, " up") })
			return len(up) == 16
		})
		mustPress(t, e, "box-07", devices.KeyNext, "")
		pass(5 * time.Second)
		if got := b.seen(); len(got) != 1 || got[0].Unit != "box-07" {
			t.Errorf("signals %+v", got)
		}
	})
}

// Boards that nobody configured are told of once each, however they collide.
func TestStrangersAreFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		present := map[string]string{"box-1": "address: 1"}
		var want []string
		for i := range 5 {
			present["new-"+fmt.Sprint(i)] = fmt.Sprintf("{address: %d, uid: %s}", 20+i, uidOf(i))
			want = append(want, uidOf(i))
		}
		var found []string
		b := start(t, unitsOf(oneBox), func(b *bench) {
			b.bus.Found(func(h bridge.Hello) { found = append(found, fmt.Sprintf("%x", h.UID)) })
		}, serving(newEmulator(t, present, 1)))
		pass(2 * time.Minute)
		b.stop()
		<-b.ended
		slices.Sort(found)
		slices.Sort(want)
		if !slices.Equal(found, want) {
			t.Errorf("found %q\n want %q", found, want)
		}
	})
}

func TestAnotherBoardAtTheAddressIsNotTakenForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _ := startWith(t, map[string]string{"box-1": "{address: 1, uid: " + uidOf(1) + "}"}, oneBox, 1)
		pass(time.Second)
		if want := []string{"box-1 down"}; !slices.Equal(b.reported(), want) {
			t.Errorf("health %q, want %q", b.reported(), want)
		}
	})
}

func TestUIDIsWrittenInHex(t *testing.T) {
	for text, good := range map[string]bool{
		uidOf(3): true, "": true, "4c4f": false, uidOf(3) + "00": false, strings.Repeat("x", 24): false, uidOf(3)[:23]: false,
	} {
		if _, err := Open(nil, unitsOf(map[string]string{"a": fmt.Sprintf("{address: 1, uid: %q}", text)})); (err == nil) != good {
			t.Errorf("uid %q: %v", text, err)
		}
	}
}

func TestFiguresTellOfTheLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, e := startWith(t, oneBox, oneBox, 1)
		pass(2 * time.Second)
		mustFault(t, e, "silent", true)
		pass(200 * time.Millisecond)
		mustFault(t, e, "silent", false)
		mustFault(t, e, "lost_ack", true)
		mustPress(t, e, "box-1", devices.KeyNext, "")
		pass(10 * time.Second)
		mustFault(t, e, "lost_ack", false)
		pass(2 * time.Minute)
		mustFault(t, e, "reboot", true)
		pass(2 * time.Second)
		f := b.bus.Figures()[0]
		if f.Unit != "box-1" || f.Events != 1 || f.Again == 0 || f.Lost == 0 || f.Lost > 5 || f.Boots != 2 ||
			f.Asked < 100 || f.Board.Name != "box-1" || f.Status.Supply == 0 || f.Slowest <= 0 {
			t.Errorf("figures %+v", f)
		}
	})
}
