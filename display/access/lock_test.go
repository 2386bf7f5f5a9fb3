package access

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// lockable is a hall whose pages lock after ten minutes.
func lockable(t *testing.T) *site {
	s := newSite(t)
	s.gate.IdleLock = 10 * time.Minute
	return s
}

func (s *site) post(t *testing.T, c *http.Client, path string) int {
	t.Helper()
	res, err := c.Post(s.URL+path, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}

func TestABrowserThatNobodyTouchesIsLocked(t *testing.T) {
	s := lockable(t)
	c, kiosk := s.browser(), s.browser()
	decode(t, s.signIn(t, c, "0412", "4711", "1"))
	decode(t, s.signIn(t, kiosk, "kiosk:k1", strings.Repeat("k", 48), ""))
	for range 5 { // half an hour of somebody who is there
		s.clock.pass(6 * time.Minute)
		if got := s.post(t, c, "/api/v1/here"); got != http.StatusOK {
			t.Fatalf("here answers %d", got)
		}
	}
	if v := s.me(t, c); v.Role != "window" || v.Window != "1" {
		t.Fatalf("somebody who is there is %+v", v)
	}
	s.clock.pass(12 * time.Minute) // its page would have locked it; a quarter is for pages that are closed
	if v := s.me(t, c); v.Role != "window" {
		t.Errorf("after 12 minutes %+v", v)
	}
	s.clock.pass(time.Minute)
	if v := s.me(t, c); v.Role != "citizen" {
		t.Errorf("untouched for 13 minutes it is still %+v", v)
	}
	if got := s.post(t, c, "/api/v1/here"); got != http.StatusUnauthorized {
		t.Errorf("a locked browser says here and is answered %d", got)
	}
	if v := s.me(t, kiosk); v.Role != "kiosk" {
		t.Errorf("a kiosk was locked: %+v", v)
	}
	if v := decode(t, s.signIn(t, c, "0412", "4711", "1")); v.Role != "window" || v.Window != "1" {
		t.Errorf("unlocked it is %+v", v)
	}
}

func TestASignInLastsItsShiftHoweverOftenItIsTouched(t *testing.T) {
	s := lockable(t)
	c := s.browser()
	decode(t, s.signIn(t, c, "0531", "a long password", ""))
	for range 12 * 7 { // more than twelve hours
		s.clock.pass(9 * time.Minute)
		s.post(t, c, "/api/v1/here")
	}
	if v := s.me(t, c); v.Role != "citizen" {
		t.Errorf("after 12.6 hours %+v", v)
	}
}

func TestLockEndsWhatItsBrowserHasOpenAndNoOther(t *testing.T) {
	s := lockable(t)
	one, two := s.browser(), s.browser()
	decode(t, s.signIn(t, one, "0531", "a long password", ""))
	s.clock.pass(time.Second) // another sign-in is another time
	decode(t, s.signIn(t, two, "0531", "a long password", ""))
	ended := func(c *http.Client) chan error {
		feed := make(chan error, 1)
		go func() {
			res, err := c.Get(s.URL + "/api/v1/feed")
			if err == nil {
				res.Body.Close()
			}
			feed <- err
		}()
		<-s.held
		return feed
	}
	first, second := ended(one), ended(two)
	hungUp := 0
	s.gate.mu.Lock()
	for key, cancel := range s.gate.open {
		s.gate.open[key] = func() { hungUp++; cancel() }
	}
	s.gate.mu.Unlock()
	if got := s.post(t, one, "/api/v1/lock"); got != http.StatusOK {
		t.Fatalf("lock answers %d", got)
	}
	if err := <-first; err != nil {
		t.Errorf("its own feed: %v", err)
	}
	s.gate.mu.Lock()
	if hungUp != 1 {
		t.Errorf("%d feeds were ended, want the one of the browser that was locked", hungUp)
	}
	s.gate.mu.Unlock()
	if v := s.me(t, one); v.Role != "citizen" {
		t.Errorf("the locked browser is %+v", v)
	}
	if v := s.me(t, two); v.Role != "manager" {
		t.Errorf("the other browser is %+v", v)
	}
	s.post(t, two, "/api/v1/lock")
	<-second
}

func TestWithoutIdleLockNobodyIsLocked(t *testing.T) {
	s := newSite(t)
	c := s.browser()
	decode(t, s.signIn(t, c, "0412", "4711", "1"))
	s.clock.pass(personLasts - time.Minute)
	if v := s.me(t, c); v.Role != "window" {
		t.Errorf("after most of a shift %+v", v)
	}
}
