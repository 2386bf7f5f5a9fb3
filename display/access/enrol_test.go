package access

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// screen is a browser that asks to be let in.
func (s *site) screen(t *testing.T) (c *http.Client, code, ticket string) {
	t.Helper()
	c = s.browser()
	var said struct{ Code, Ticket string }
	if status := s.say(t, c, "POST", "/api/v1/enrolment", "", &said); status != 200 || len(said.Code) != 6 {
		t.Fatalf("a screen asks: %d %+v", status, said)
	}
	return c, said.Code, said.Ticket
}

// say sends a request and reads what is answered.
func (s *site) say(t *testing.T, c *http.Client, method, path, body string, into any) int {
	t.Helper()
	r, err := http.NewRequest(method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if into != nil {
		if err := json.NewDecoder(answer.Body).Decode(into); err != nil {
			t.Fatal(err)
		}
	}
	return answer.StatusCode
}

func TestAScreenIsLetInByItsCode(t *testing.T) {
	s := newSite(t)
	screen, code, ticket := s.screen(t)
	boss := s.browser()
	s.signIn(t, boss, "0531", "a long password", "")
	enrol := func(code, device string) int {
		return s.say(t, boss, "POST", "/api/v1/enrolments", `{"code":"`+code+`","device":"`+device+`"}`, nil)
	}
	other := "000000"
	if code == other {
		other = "000001"
	}
	for _, c := range []struct {
		code, device string
		want         int
	}{{other, "kiosk:k1", 404}, {code, "kiosk:k9", 400}, {code, "manager:0531", 400}, {code, "0531", 400}} {
		if got := enrol(c.code, c.device); got != c.want {
			t.Errorf("code %s as %s: %d, want %d", c.code, c.device, got, c.want)
		}
	}
	if got := s.me(t, screen).Role; got != "citizen" {
		t.Errorf("before it the screen is %s", got)
	}
	if got := s.say(t, screen, "POST", "/api/v1/enrolments", `{"code":"`+code+`","device":"kiosk:k1"}`, nil); got != 401 {
		t.Errorf("the screen lets itself in: %d", got)
	}
	if got := enrol(code, "kiosk:k1"); got != 200 {
		t.Fatalf("the code is entered: %d", got)
	}
	stranger := s.browser()
	if got := s.say(t, stranger, "GET", "/api/v1/enrolment/"+strings.Repeat("0", len(ticket)), "", nil); got != 404 {
		t.Errorf("a stranger collects: %d", got)
	}
	if got := s.say(t, screen, "GET", "/api/v1/enrolment/"+ticket, "", nil); got != 200 {
		t.Fatalf("the screen collects: %d", got)
	}
	if me := s.me(t, screen); me.Device != "kiosk:k1" || me.Role != "kiosk" {
		t.Errorf("the screen is %+v", me)
	}
	if got := s.say(t, stranger, "GET", "/api/v1/enrolment/"+ticket, "", nil); got != 404 {
		t.Errorf("it is collected twice: %d", got)
	}
	if got := enrol(code, "wall:main"); got != 404 {
		t.Errorf("the code holds twice: %d", got)
	}
}

// Another screen in its place puts the first one out.
func TestTheSameDeviceIsOneScreen(t *testing.T) {
	s := newSite(t)
	boss := s.browser()
	s.signIn(t, boss, "0531", "a long password", "")
	letIn := func() *http.Client {
		screen, code, ticket := s.screen(t)
		s.say(t, boss, "POST", "/api/v1/enrolments", `{"code":"`+code+`","device":"wall:main"}`, nil)
		s.say(t, screen, "GET", "/api/v1/enrolment/"+ticket, "", nil)
		return screen
	}
	first := letIn()
	second := letIn()
	if a, b := s.me(t, first).Role, s.me(t, second).Role; a != "citizen" || b != "wall" {
		t.Errorf("the first is %s, the second %s", a, b)
	}
}

func TestCodesEndAndNobodyFillsTheList(t *testing.T) {
	s := newSite(t)
	screen, code, ticket := s.screen(t)
	for range enrolAddress - 1 {
		s.screen(t)
	}
	if got := s.say(t, screen, "POST", "/api/v1/enrolment", "", nil); got != 429 {
		t.Errorf("one more from this address: %d", got)
	}
	s.clock.pass(enrolLasts + 1)
	if got := s.say(t, screen, "GET", "/api/v1/enrolment/"+ticket, "", nil); got != 404 {
		t.Errorf("the code is over: %d", got)
	}
	boss := s.browser()
	s.signIn(t, boss, "0531", "a long password", "")
	if got := s.say(t, boss, "POST", "/api/v1/enrolments", `{"code":"`+code+`","device":"kiosk:k1"}`, nil); got != 404 {
		t.Errorf("an old code: %d", got)
	}
	s.screen(t)
}
