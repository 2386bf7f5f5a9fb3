package access

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"lobby/queue"
)

// Gate stands before every address of a hall with sign-in.
type Gate struct {
	IdleLock time.Duration // after which a person's page locks; 0 never. Set before the first request

	book   *Book
	places func(role Role, id string) bool // is there such a window, kiosk or wall
	log    *slog.Logger
	now    func() time.Time
	policy policy
	brake  brake
	tell   func(queue.NoteAccess)

	enrolments enrolments
	ceremonies ceremonies

	mu    sync.Mutex
	open  map[string]context.CancelFunc // ends what is open under a badge, by sign-in and number
	count int
}

// NewGate makes a gate. Places tells whether the hall has a window, kiosk or
// wall of that name.
func NewGate(book *Book, places func(role Role, id string) bool, log *slog.Logger, now func() time.Time) *Gate {
	return &Gate{book: book, places: places, log: log, now: now, policy: newPolicy(), open: map[string]context.CancelFunc{}, tell: func(queue.NoteAccess) {}}
}

// Tell has somebody told, who must not wait, of everybody who comes and goes and
// of every change of the book. It is called before the first request.
func (g *Gate) Tell(tell func(queue.NoteAccess)) { g.tell, g.book.tell = tell, tell }

// Protect lets through what the Policy allows and says who it comes from. A
// person's page that is refused leads to the sign-in.
func (g *Gate) Protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i, p := g.identify(r)
		if !g.policy.admits(r, i.Role) {
			g.refuse(w, r, i)
			return
		}
		ctx, done := g.follow(With(r.Context(), i), p)
		defer done()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// refuse says 401 to whoever has not signed in, and 403 to whoever has.
func (g *Gate) refuse(w http.ResponseWriter, r *http.Request, i Identity) {
	page := r.Method == http.MethodGet && !strings.HasPrefix(r.URL.Path, "/api/") && r.URL.Path != "/metrics"
	switch {
	case page:
		http.Redirect(w, r, "/signin?to="+url.QueryEscape(r.URL.Path), http.StatusSeeOther)
	case i.Role == Citizen:
		problem(w, http.StatusUnauthorized, "sign_in", "请先登录")
	default:
		problem(w, http.StatusForbidden, "not_allowed", "您的角色不能这样做")
	}
}

// identify reads a request's cookie, or its bearer token for programs. Whoever
// has neither, or none that holds, is a citizen.
func (g *Gate) identify(r *http.Request) (Identity, pass) {
	if badge, secret, ok := bearer(r); ok {
		if a, ok := g.check(r, badge, secret); ok {
			return a.identity(""), pass{}
		}
	}
	c, err := r.Cookie(cookieName(r))
	if err != nil {
		return Identity{Role: Citizen}, pass{}
	}
	p, ok := unseal(c.Value, g.book.cookieKey())
	a, found := g.book.find(p.Badge)
	lasts := personLasts
	if a.Role.device() {
		lasts = deviceLasts
	}
	now := g.now()
	if age := now.Sub(p.At); !ok || !found || p.Turn != a.Turn || age > lasts || age < -time.Minute || !a.Role.device() && g.asleep(p, now) {
		return Identity{Role: Citizen}, pass{}
	}
	return a.identity(p.Window), p
}

// bearer reads "Authorization: Bearer BADGE:SECRET", which programs send.
func bearer(r *http.Request) (badge, secret string, ok bool) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	at := strings.LastIndexByte(token, ':')
	if !ok || at < 0 {
		return "", "", false
	}
	return token[:at], token[at+1:], true
}

func (a Account) identity(window string) Identity {
	if a.Role.device() {
		return Identity{Role: a.Role, Name: a.Name, Device: a.Badge}
	}
	return Identity{Role: a.Role, Person: a.Badge, Name: a.Name, Window: window}
}

// check tries a secret.
func (g *Gate) check(r *http.Request, badge, secret string) (Account, bool) {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	names, now := []string{"account " + badge, "address " + host}, g.now()
	a, found := g.book.find(badge)
	if g.brake.wait(names, now) > 0 {
		g.tell(queue.NoteAccess{What: "braked", Badge: a.Badge})
		return Account{}, false
	}
	if !found {
		a.Hash = nobody // takes as long as somebody
	}
	if !matches(a.Hash, secret) || !found {
		g.brake.wrong(names, now)
		g.log.Warn("sign-in refused", "badge", badge, "address", host)
		g.tell(queue.NoteAccess{What: "refused", Badge: a.Badge}) // who types a secret for a badge does not find it in the trail
		return Account{}, false
	}
	g.brake.right(names[0])
	return a, true
}

// nobody is a hash that no secret is known of. Its sum is drawn, for every start
// of the program, and of its camera processes, would wait for one that is reckoned.
var nobody = phc(drawn(saltLength), drawn(hashLength))

// follow ends a request when its pass does, so that a feed does not outlive
// the sign-out.
func (g *Gate) follow(ctx context.Context, p pass) (context.Context, func()) {
	if p.Badge == "" {
		return ctx, func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.count++
	key := p.where() + " " + strconv.Itoa(g.count)
	g.open[key] = cancel
	return ctx, func() {
		cancel()
		g.mu.Lock()
		defer g.mu.Unlock()
		delete(g.open, key)
	}
}

// hangUp ends what is open under a badge, or under one of its sign-ins.
func (g *Gate) hangUp(badge string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for key, cancel := range g.open {
		if strings.HasPrefix(key, badge+" ") {
			cancel()
		}
	}
}

// Me answers who is signed in.
func (g *Gate) Me(w http.ResponseWriter, r *http.Request) {
	i, _ := From(r.Context())
	if i.Person != "" {
		i.Lock = int(g.IdleLock / time.Second)
	}
	answer(w, i)
}

// SignOut signs whoever asks out, on every screen.
func (g *Gate) SignOut(w http.ResponseWriter, r *http.Request) {
	_, p := g.identify(r)
	if p.Badge != "" {
		g.unsaved(g.book.void(p.Badge))
		g.hangUp(p.Badge)
		g.tell(queue.NoteAccess{What: "signed_out", Badge: p.Badge})
	}
	http.SetCookie(w, cookie(r, "", 0))
	answer(w, Identity{Role: Citizen})
}

// SignIn takes {"badge","secret","window"}. Window staff name their window:
// whoever was signed in there, and they themselves elsewhere, are no longer.
func (g *Gate) SignIn(w http.ResponseWriter, r *http.Request) {
	var said struct{ Badge, Secret, Window string }
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4096)).Decode(&said); err != nil {
		problem(w, http.StatusBadRequest, "bad_request", "请求不是有效的 JSON")
		return
	}
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	if wait := g.brake.wait([]string{"account " + said.Badge, "address " + host}, g.now()); wait > 0 {
		a, _ := g.book.find(said.Badge)
		g.tell(queue.NoteAccess{What: "braked", Badge: a.Badge})
		w.Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
		problem(w, http.StatusTooManyRequests, "too_often", "输错次数过多，请稍等再试")
		return
	}
	a, ok := g.check(r, said.Badge, said.Secret)
	switch {
	case !ok:
		problem(w, http.StatusUnauthorized, "wrong_secret", "工号或口令不对")
		return
	case a.Role == Window && !g.places(Window, said.Window):
		problem(w, http.StatusBadRequest, "unknown_window", "请写明在哪个窗口登录")
		return
	case a.Role != Window:
		said.Window = ""
	}
	g.welcome(w, r, a, said.Window)
}

// welcome signs an account in.
func (g *Gate) welcome(w http.ResponseWriter, r *http.Request, a Account, window string) {
	lasts := personLasts
	if a.Role.device() {
		lasts = deviceLasts
	}
	g.seat(a.Badge, window)
	a, _ = g.book.find(a.Badge) // its turn may be new
	now := g.now().UTC()
	p := pass{Badge: a.Badge, Window: window, At: now, Turn: a.Turn, Seen: now}
	http.SetCookie(w, cookie(r, p.seal(g.book.cookieKey()), lasts))
	g.log.Info("signed in", "badge", a.Badge, "role", a.Role, "window", window)
	g.tell(queue.NoteAccess{What: "signed_in", Badge: a.Badge, Role: string(a.Role), Window: window})
	answer(w, a.identity(window))
}

// seat lets one person be at one window.
func (g *Gate) seat(badge, window string) {
	if window == "" {
		return
	}
	away, err := g.book.seat(badge, window)
	g.unsaved(err)
	for _, badge := range append(away, badge) {
		g.hangUp(badge)
	}
}

// unsaved says that who is signed in will be forgotten; the hall goes on.
func (g *Gate) unsaved(err error) {
	if err != nil {
		g.log.Error("who signed in or out holds until the next start only", "err", err)
	}
}

func answer(w http.ResponseWriter, said any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(said) // the client may be gone
}

// problem answers with RFC 9457 problem details.
func problem(w http.ResponseWriter, status int, code, say string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{ // the client may be gone
		"type": "about:blank", "title": http.StatusText(status), "status": status, "code": code, "say": say,
	})
}
