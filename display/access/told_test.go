package access

import (
	"slices"
	"sync"
	"testing"

	"lobby/queue"
)

// Who comes and goes is told by badge, and nothing that was typed.
func TestWhoComesAndGoesIsTold(t *testing.T) {
	s := newSite(t)
	var mu sync.Mutex
	var told []queue.NoteAccess
	marks := map[string]string{}
	s.gate.Tell(func(n queue.NoteAccess) {
		mu.Lock()
		defer mu.Unlock()
		marks[n.Badge], n.Mark = n.Mark, ""
		told = append(told, n)
	})
	c := s.browser()
	s.signIn(t, c, "0412", "9999", "1").Body.Close()
	s.signIn(t, c, "my secret", "9999", "1").Body.Close()
	for range 2 {
		s.signIn(t, c, "0412", "9999", "1").Body.Close()
	}
	s.clock.pass(longest)
	s.signIn(t, c, "0412", "4711", "1").Body.Close()
	res, err := c.Post(s.URL+"/api/v1/signout", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	other := mustReopen(t, s.book) // as a command does
	if err := other.Set("0413", "n", Guide, "a longer password", s.clock.now()); err != nil {
		t.Fatal(err)
	}
	if err := other.Remove("0531"); err != nil {
		t.Fatal(err)
	}
	s.signIn(t, c, "0412", "4711", "2").Body.Close()
	want := []queue.NoteAccess{
		{What: "refused", Badge: "0412"}, {What: "refused"}, {What: "refused", Badge: "0412"}, {What: "braked", Badge: "0412"},
		{What: "signed_in", Badge: "0412", Role: "window", Window: "1"}, {What: "signed_out", Badge: "0412"},
		{What: "account_set", Badge: "0413", Role: "guide"}, {What: "account_removed", Badge: "0531", Role: "manager"},
		{What: "signed_in", Badge: "0412", Role: "window", Window: "2"},
	}
	mu.Lock()
	defer mu.Unlock()
	if !slices.Equal(told, want) {
		t.Errorf("told\n%+v\nwant\n%+v", told, want)
	}
	if marks["0413"] == "" {
		t.Error("nothing marks the account that was set")
	}
}
