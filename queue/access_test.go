package queue

import "testing"

func TestTheTrailKnowsWhoMaySignIn(t *testing.T) {
	b := newBench(OrderAccumulating)
	for _, c := range []NoteAccess{
		{What: "account_set", Badge: "0412", Role: "window", Mark: "a", N: 1}, {What: "account_set", Badge: "0800", Role: "guide", Mark: "b", N: 1},
		{What: "signed_in", Badge: "0412", Role: "window", Window: "1", N: 1}, {What: "account_removed", Badge: "0800", N: 1}, {What: "account_set", Badge: "0412", Role: "guide", Mark: "c", N: 1},
	} {
		if err := b.do(c); err != nil {
			t.Fatal(err)
		}
		b.state = reload(t, b.state)
	}
	if known := b.state.Accounts(); len(known) != 1 || known["0412"].Mark != "c" || known["0412"].Role != "guide" {
		t.Errorf("known are %+v", known)
	}
}
