package mqtt

import "testing"

func TestFilters(t *testing.T) {
	for _, c := range []struct {
		filter, topic string
		want          bool
	}{
		{"a/b", "a/b", true}, {"a/b", "a/c", false}, {"a/b", "a", false}, {"a/b", "a/b/c", false},
		{"a/+", "a/b", true}, {"a/+", "a/", true}, {"a/+", "a", false}, {"+/+", "a/b", true}, {"+", "a/b", false},
		{"a/#", "a", true}, {"a/#", "a/b/c", true}, {"#", "a/b", true}, {"#", "$SYS/x", false}, {"$SYS/#", "$SYS/x", true},
		{"a/+/c", "a/b/c", true}, {"a/+/c", "a/b/d", false},
	} {
		if err := checkFilter(c.filter); err != nil {
			t.Error(err)
		}
		if got := matches(c.filter, c.topic); got != c.want {
			t.Errorf("%s under %s: %v", c.topic, c.filter, got)
		}
	}
	for _, bad := range []string{"", "#/a", "a#", "a/b+", "a/+b/c", "a/\x00"} {
		if checkFilter(bad) == nil {
			t.Errorf("%q is taken for a filter", bad)
		}
	}
}
