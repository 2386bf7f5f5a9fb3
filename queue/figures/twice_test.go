package figures_test

import (
	"reflect"
	"testing"

	"lobby/queue/figures"
)

// Books are asked again and again while the day goes on.
func TestAReportLeavesTheBooksAsTheyWere(t *testing.T) {
	records, err := office(7, 2)
	if err != nil {
		t.Fatal(err)
	}
	asked := figures.New("", "")
	for n, r := range records {
		if err := asked.Apply(r); err != nil {
			t.Fatal(err)
		}
		if n%97 == 0 {
			asked.Report()
		}
	}
	if got, want := asked.Report(), books(t, "", "", records); !reflect.DeepEqual(got, want) {
		t.Errorf("books that were asked on the way came to\n%+v\nthe others to\n%+v", got, want)
	}
}
