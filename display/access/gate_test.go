package access

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// clock is a clock that a test turns.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.at }

func (c *clock) pass(d time.Duration) { c.mu.Lock(); c.at = c.at.Add(d); c.mu.Unlock() }

// site is a hall with sign-in.
type site struct {
	*httptest.Server
	book  *Book
	gate  *Gate
	clock *clock
	held  chan struct{} // requests of /api/v1/feed that have come
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{clock: &clock{at: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}, held: make(chan struct{}, 8)}
	var err error
	if s.book, err = CreateBook(filepath.Join(t.TempDir(), "access.json")); err != nil {
		t.Fatal(err)
	}
	for badge, a := range map[string]struct {
		role   Role
		secret string
	}{"0412": {Window, "4711"}, "0413": {Window, "0815"}, "0531": {Manager, "a long password"}, "kiosk:k1": {Kiosk, strings.Repeat("k", 48)}} {
		if err := s.book.Set(badge, "n", a.role, a.secret, s.clock.now().Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	s.gate = NewGate(s.book, func(role Role, id string) bool {
		return id == "1" || id == "2" || role == Kiosk && id == "k1" || role == Wall && id == "main"
	}, slog.New(slog.DiscardHandler), s.clock.now)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/signin", s.gate.SignIn)
	mux.HandleFunc("POST /api/v1/signout", s.gate.SignOut)
	mux.HandleFunc("POST /api/v1/here", s.gate.Here)
	mux.HandleFunc("POST /api/v1/lock", s.gate.Lock)
	mux.HandleFunc("GET /api/v1/me", s.gate.Me)
	mux.HandleFunc("POST /api/v1/enrolment", s.gate.BeginEnrolment)
	mux.HandleFunc("GET /api/v1/enrolment/{ticket}", s.gate.CollectEnrolment)
	mux.HandleFunc("GET /api/v1/enrolments", s.gate.Enrolments)
	mux.HandleFunc("POST /api/v1/enrolments", s.gate.Enrol)
	mux.HandleFunc("GET /api/v1/feed", func(_ http.ResponseWriter, r *http.Request) {
		s.held <- struct{}{}
		<-r.Context().Done()
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "in") })
	s.Server = httptest.NewServer(s.gate.Protect(mux))
	t.Cleanup(s.Close)
	return s
}

// browser keeps cookies and follows nothing.
func (s *site) browser() *http.Client {
	jar, _ := cookiejar.New(nil) // never fails
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (s *site) signIn(t *testing.T, c *http.Client, badge, secret, window string) *http.Response {
	t.Helper()
	res, err := c.Post(s.URL+"/api/v1/signin", "application/json", strings.NewReader(`{"badge":"`+badge+`","secret":"`+secret+`","window":"`+window+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func (s *site) me(t *testing.T, c *http.Client) (v struct{ Code, Role, Window, Person, Device string }) {
	t.Helper()
	res, err := c.Get(s.URL + "/api/v1/me")
	if err != nil {
		t.Fatal(err)
	}
	return decode(t, res)
}

func TestSignInIsBoundToAWindow(t *testing.T) {
	s := newSite(t)
	one, two := s.browser(), s.browser()
	if v := decode(t, s.signIn(t, one, "0412", "4711", "")); v.Code != "unknown_window" {
		t.Errorf("without a window: %+v", v)
	}
	res := s.signIn(t, one, "0412", "4711", "1")
	set := res.Header.Get("Set-Cookie")
	if v := decode(t, res); v.Role != "window" || v.Window != "1" || v.Person != "0412" {
		t.Errorf("signed in as %+v", v)
	}
	for _, want := range []string{"HttpOnly", "SameSite=Strict", "Path=/"} {
		if !strings.Contains(set, want) {
			t.Errorf("the cookie %q is not %s", set, want)
		}
	}
	feed := make(chan error, 1)
	go func() {
		res, err := one.Get(s.URL + "/api/v1/feed")
		if err == nil {
			res.Body.Close()
		}
		feed <- err
	}()
	<-s.held
	// Somebody else takes the window over: the first one's feed ends.
	decode(t, s.signIn(t, two, "0413", "0815", "1"))
	if err := <-feed; err != nil {
		t.Errorf("the feed: %v", err)
	}
	if v := s.me(t, one); v.Role != "citizen" {
		t.Errorf("who was at the window is %+v", v)
	}
	if v := s.me(t, two); v.Window != "1" {
		t.Errorf("who took it over is %+v", v)
	}
	// Whoever moves on to another window is not sent away from there by the
	// one who comes after them, even when the hall was restarted in between.
	decode(t, s.signIn(t, two, "0413", "0815", "2"))
	s.gate.book = mustReopen(t, s.book)
	decode(t, s.signIn(t, one, "0412", "4711", "1"))
	if v := s.me(t, two); v.Window != "2" {
		t.Errorf("who moved on is %+v", v)
	}
	if v := s.me(t, one); v.Window != "1" {
		t.Errorf("who came after is %+v", v)
	}
}

// mustReopen reads a book as a hall that starts does.
func mustReopen(t *testing.T, b *Book) *Book {
	t.Helper()
	again, err := OpenBook(b.path)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func TestStrangersAreSentToTheSignIn(t *testing.T) {
	s := newSite(t)
	c := s.browser()
	res, err := c.Get(s.URL + "/manager")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/signin?to=%2Fmanager" {
		t.Errorf("a page: %s to %q", res.Status, res.Header.Get("Location"))
	}
	res, err = c.Get(s.URL + "/api/v1/state")
	if err != nil {
		t.Fatal(err)
	}
	if v := decode(t, res); res.StatusCode != http.StatusUnauthorized || v.Code != "sign_in" {
		t.Errorf("the API: %s %+v", res.Status, v)
	}
	decode(t, s.signIn(t, c, "0412", "4711", "1"))
	res, err = c.Get(s.URL + "/api/v1/followups")
	if err != nil {
		t.Fatal(err)
	}
	if v := decode(t, res); res.StatusCode != http.StatusForbidden || v.Code != "not_allowed" {
		t.Errorf("a clerk and ratings: %s %+v", res.Status, v)
	}
}

func TestACookieEnds(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, s *site, c *http.Client){
		"with its shift": func(_ *testing.T, s *site, _ *http.Client) { s.clock.pass(personLasts + time.Second) },
		"by signing out": func(t *testing.T, s *site, c *http.Client) {
			res, err := c.Post(s.URL+"/api/v1/signout", "", nil)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
		},
		"by a new secret": func(t *testing.T, s *site, _ *http.Client) {
			if err := s.book.Set("0531", "n", Manager, "another password", s.clock.now()); err != nil {
				t.Fatal(err)
			}
		},
		"by removal": func(t *testing.T, s *site, _ *http.Client) {
			if err := s.book.Remove("0531"); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			c := s.browser()
			res := s.signIn(t, c, "0531", "a long password", "")
			kept := res.Cookies()
			decode(t, res)
			if v := s.me(t, c); v.Role != "manager" {
				t.Fatalf("signed in as %+v", v)
			}
			// A restart does not sign anybody out.
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.AddCookie(kept[0])
			if i, _ := NewGate(s.book, nil, slog.New(slog.DiscardHandler), s.clock.now).identify(r); i.Role != Manager {
				t.Fatalf("after a restart %+v", i)
			}
			end(t, s, c)
			r = httptest.NewRequest(http.MethodGet, "/", nil)
			r.AddCookie(kept[0])
			if i, _ := NewGate(mustReopen(t, s.book), nil, slog.New(slog.DiscardHandler), s.clock.now).identify(r); i.Role != Citizen {
				t.Errorf("after a restart the cookie makes a %s again", i.Role)
			}
			r, _ = http.NewRequest(http.MethodGet, s.URL+"/api/v1/me", nil)
			r.AddCookie(kept[0]) // whoever copied it
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			if v := decode(t, res); v.Role != "citizen" {
				t.Errorf("the cookie still makes a %+v", v)
			}
		})
	}
}

func TestGuessingBecomesSlowAndNeverLocks(t *testing.T) {
	s := newSite(t)
	c := s.browser()
	codes := map[string]int{}
	for range 10 {
		codes[decode(t, s.signIn(t, c, "0531", "a wrong password", "")).Code]++
	}
	if codes["wrong_secret"] != freeTries || codes["too_often"] != 10-freeTries {
		t.Errorf("answers %v", codes)
	}
	if v := decode(t, s.signIn(t, c, "0531", "a long password", "")); v.Code != "too_often" {
		t.Errorf("the right secret at once: %+v", v)
	}
	s.clock.pass(2 * time.Second)
	if v := decode(t, s.signIn(t, c, "0531", "a long password", "")); v.Role != "manager" {
		t.Errorf("the right secret after the wait: %+v", v)
	}
	for n := range 40 {
		s.gate.brake.wrong([]string{"x"}, s.clock.now())
		if d := s.gate.brake.wait([]string{"x"}, s.clock.now()); d > longest {
			t.Fatalf("after %d wrong tries the wait is %s", n+1, d)
		}
	}
}

// A secret for a badge that is nobody's is tried at the same cost, so that the
// answer does not tell by its time who is known.
func TestNobodysHashCostsAsMuchAsSomebodys(t *testing.T) {
	somebody, no := strings.Split(hash("a long password"), "$"), strings.Split(nobody, "$")
	if len(no) != len(somebody) {
		t.Fatalf("nobody's hash is %s", nobody)
	}
	for i, part := range somebody {
		if i < 4 && no[i] != part || len(no[i]) != len(part) { // the last two are salt and sum
			t.Errorf("nobody's hash has %q, somebody's %q", no[i], part)
		}
	}
	if again := phc(drawn(saltLength), drawn(hashLength)); again == nobody {
		t.Error("nobody's hash is always the same")
	}
}

func TestForgedCookiesAreStrangers(t *testing.T) {
	s := newSite(t)
	a, _ := s.book.find("0531")
	good := pass{Badge: "0531", At: s.clock.now(), Turn: a.Turn}
	other := make([]byte, 32)
	key := s.book.cookieKey()
	sealed := good.seal(key)
	for name, value := range map[string]string{
		"another key": good.seal(other), "nothing": "", "no code": strings.Split(sealed, ".")[0], "a cut code": sealed[:len(sealed)-1],
		"another body": "e30." + strings.Split(sealed, ".")[1], "another turn": pass{Badge: "0531", At: s.clock.now(), Turn: "x"}.seal(key),
		"of tomorrow": pass{Badge: "0531", At: s.clock.now().Add(24 * time.Hour), Turn: a.Turn}.seal(key),
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.AddCookie(&http.Cookie{Name: "lobby", Value: value})
		if i, _ := s.gate.identify(r); i.Role != Citizen {
			t.Errorf("a cookie with %s makes a %s", name, i.Role)
		}
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.AddCookie(&http.Cookie{Name: "lobby", Value: sealed})
	if i, _ := s.gate.identify(r); i.Role != Manager {
		t.Error("the true cookie does not hold")
	}
}

func TestProgramsSignInByBearer(t *testing.T) {
	s := newSite(t)
	for token, want := range map[string]Role{"kiosk:k1:" + strings.Repeat("k", 48): Kiosk, "kiosk:k1:x": Citizen, "nobody:x": Citizen, "": Citizen} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		if i, _ := s.gate.identify(r); i.Role != want {
			t.Errorf("%q is a %s", token, i.Role)
		}
	}
}

func TestFaultF49_SecretsOthersCanReadAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "access.json")
	book, err := CreateBook(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := book.Set("1", "n", Window, "123", time.Now()); !errors.Is(err, ErrWeak) {
		t.Errorf("a PIN of three digits: %v", err)
	}
	if err := book.Set("1", "n", Manager, "123456789", time.Now()); !errors.Is(err, ErrWeak) {
		t.Errorf("a short password: %v", err)
	}
	if err := book.Set("1", "n", "king", "1234567890", time.Now()); !errors.Is(err, ErrRole) {
		t.Errorf("an unknown role: %v", err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenBook(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a book that others can read: %v", err)
	}
}

func FuzzUnseal(f *testing.F) {
	key := make([]byte, 32)
	f.Add(pass{Badge: "0531", Window: "1", At: time.Now(), Turn: "x"}.seal(key))
	f.Add("a.b")
	f.Fuzz(func(t *testing.T, value string) {
		if p, ok := unseal(value, key); ok && p.seal(key) == "" {
			t.Error("sealed to nothing")
		}
		matches(value, "secret")
	})
}
