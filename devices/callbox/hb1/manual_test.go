package hb1

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	bridge "lobby/firmware-bridge"
)

// What "Timing" and "Rules" of the manual say of Lobby is what the driver does.
func TestTimesOfTheManual(t *testing.T) {
	page, err := os.ReadFile("../../../hardware-docs/hb1.md")
	if err != nil {
		t.Fatal(err)
	}
	words := map[int]string{3: "Three", 4: "four"}
	for _, want := range []string{
		fmt.Sprintf("| Lobby: one board is polled | every %s,", inWords(roundTime)),
		fmt.Sprintf("Lobby waits %s beyond the time the frame takes at 19200 baud", inWords(turnTime)),
		fmt.Sprintf("to the next frame | %s at least", inWords(gapTime)),
		fmt.Sprintf("| Lobby: one turn of a board | at most %s events |", words[burst]),
		fmt.Sprintf("%s questions without an answer mean down.** The host then asks this board only every %s", words[missesAllowed], inWords(probeEvery)),
		fmt.Sprintf("| Lobby: a board that is down is asked | every %s |", inWords(probeEvery)),
		fmt.Sprintf("| Lobby: TIME to all | every %d minutes |", clockEvery/time.Minute),
		"| Lobby: STATUS of each board | every minute |",
		fmt.Sprintf("one question between two rounds, begun every %s |", inWords(seekEvery)),
		fmt.Sprintf("next press of that board within %s", inWords(digitsLast)),
		// An unanswered POLL: its frame at 19200 baud, and the silence after it.
		fmt.Sprintf("costs the others %d ms", (frameTime(bridge.TypePoll) + turnTime).Round(time.Millisecond).Milliseconds()),
	} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the manual does not say %q", want)
		}
	}
	if inquireEvery != time.Minute || byteTime != time.Second*10/19200 {
		t.Errorf("STATUS every %v, a byte takes %v", inquireEvery, byteTime)
	}
}

// inWords writes a time as the manual does.
func inWords(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%d s", d/time.Second)
}

// frameTime is how long a packet without payload takes on the slowest line.
func frameTime(typ bridge.Type) time.Duration {
	frame, err := bridge.Append(nil, bridge.Packet{Dst: 1, Epoch: 1, Type: typ})
	if err != nil {
		panic(err)
	}
	return time.Duration(len(frame)) * byteTime
}
