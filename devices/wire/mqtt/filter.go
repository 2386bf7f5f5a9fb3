package mqtt

import (
	"fmt"
	"strings"
)

// checkFilter says whether a topic filter is well formed (MQTT 3.1.1, 4.7).
func checkFilter(filter string) error {
	levels := strings.Split(filter, "/")
	for i, level := range levels {
		last := i == len(levels)-1
		switch {
		case level == "+", level == "#" && last:
		case strings.ContainsAny(level, "+#\x00"):
			return fmt.Errorf("mqtt: malformed topic filter %q", filter)
		}
	}
	if filter == "" {
		return fmt.Errorf("mqtt: empty topic filter")
	}
	return nil
}

// matches says whether a topic falls under a filter (MQTT 3.1.1, 4.7).
func matches(filter, topic string) bool {
	if strings.HasPrefix(topic, "$") != strings.HasPrefix(filter, "$") {
		return false
	}
	want, have := strings.Split(filter, "/"), strings.Split(topic, "/")
	for i, level := range want {
		if level == "#" {
			return true
		}
		if i >= len(have) || level != "+" && level != have[i] {
			return false
		}
	}
	return len(want) == len(have)
}
