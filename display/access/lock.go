package access

import (
	"net/http"
	"strconv"
	"time"
)

// A page that nobody touches for a while is locked, so that whoever walks by
// cannot work under somebody else's badge: it says so itself, with Lock, and
// tells of touches, with Here, no less than four times in that while. A browser
// whose page does neither is locked by its cookie a quarter later. To unlock is
// to sign in again. What runs in the hall does not notice; devices and
// programs are never locked.

// asleep tells whether nobody has touched a person's page for too long.
func (g *Gate) asleep(p pass, now time.Time) bool {
	seen := p.Seen
	if seen.IsZero() {
		seen = p.At // a cookie from before there was a lock
	}
	return g.IdleLock > 0 && now.Sub(seen) > g.IdleLock+g.IdleLock/4
}

// Here takes that somebody is at the page.
func (g *Gate) Here(w http.ResponseWriter, r *http.Request) {
	i, p := g.identify(r)
	if p.Badge != "" && i.Person != "" {
		p.Seen = g.now().UTC()
		http.SetCookie(w, cookie(r, p.seal(g.book.cookieKey()), p.At.Add(personLasts).Sub(g.now())))
	}
	answer(w, i)
}

// Lock locks the browser that asks and ends what it has open. The same person's
// other browsers go on.
func (g *Gate) Lock(w http.ResponseWriter, r *http.Request) {
	i, p := g.identify(r)
	if p.Badge != "" && i.Person != "" {
		g.hangUp(p.where())
		g.log.Info("locked", "badge", p.Badge, "window", p.Window)
		http.SetCookie(w, cookie(r, "", 0))
	}
	answer(w, Identity{Role: Citizen})
}

// where names what is open under one sign-in, to follow and to hang up.
func (p pass) where() string { return p.Badge + " " + strconv.FormatInt(p.At.UnixNano(), 36) }
