package access

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"lobby/queue"
)

// A passkey ceremony is begun and finished within so long; so many may be
// under way.
const (
	ceremonyLasts = 5 * time.Minute
	ceremonyMost  = 1000
)

// maxPasskeys is how many one person may have: a computer, a phone, spares.
const maxPasskeys = 10

// ceremonies are those under way, by challenge. The zero value is ready.
type ceremonies struct {
	mu    sync.Mutex
	begun map[string]ceremony
}

type ceremony struct {
	webauthn.SessionData
	badge string // who adds a passkey; empty for a sign-in
	until time.Time
}

// begin remembers a ceremony; false when too many are under way.
func (c *ceremonies) begin(s webauthn.SessionData, badge string, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.begun == nil {
		c.begun = map[string]ceremony{}
	}
	for challenge, o := range c.begun {
		if now.After(o.until) {
			delete(c.begun, challenge)
		}
	}
	if len(c.begun) >= ceremonyMost {
		return false
	}
	c.begun[s.Challenge] = ceremony{s, badge, now.Add(ceremonyLasts)}
	return true
}

// end takes a ceremony out, so that no answer counts twice.
func (c *ceremonies) end(challenge, badge string, now time.Time) (webauthn.SessionData, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o, ok := c.begun[challenge]
	delete(c.begun, challenge)
	return o.SessionData, ok && o.badge == badge && !now.After(o.until)
}

// holder is an account as the webauthn package asks for it.
type holder struct{ Account }

// WebAuthnID implements webauthn.User: the badge, which passkeys keep.
func (h holder) WebAuthnID() []byte { return []byte(h.Badge) }

// WebAuthnName implements webauthn.User.
func (h holder) WebAuthnName() string { return h.Badge }

// WebAuthnDisplayName implements webauthn.User.
func (h holder) WebAuthnDisplayName() string { return h.Name }

// WebAuthnCredentials implements webauthn.User.
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.Passkeys }

// party is the hall as this request names it. Browsers bind a passkey to the
// name, so one that was made for hall.local is of no use to another site, and
// there is none for a bare address.
func party(r *http.Request) (*webauthn.WebAuthn, error) {
	name, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		name = r.Host
	}
	if net.ParseIP(name) != nil {
		return nil, fmt.Errorf("access: passkeys need a name instead of %s", name)
	}
	origin := "http://" + r.Host
	if r.TLS != nil {
		origin = "https://" + r.Host
	}
	return webauthn.New(&webauthn.Config{
		RPID: name, RPDisplayName: "Lobby", RPOrigins: []string{origin},
		AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired},
	})
}

// BeginPasskey begins to add a passkey to whoever is signed in.
func (g *Gate) BeginPasskey(w http.ResponseWriter, r *http.Request) {
	a, ok := g.person(r)
	if !ok {
		problem(w, http.StatusForbidden, CodeNotAllowed, "窗口人员用 PIN 登录")
		return
	}
	p, err := party(r)
	if err != nil {
		problem(w, http.StatusBadRequest, "no_name", "请用大厅的名称打开本页，通行密钥不能用于 IP 地址")
		return
	}
	var exclude []protocol.CredentialDescriptor
	for _, c := range a.Passkeys {
		exclude = append(exclude, c.Descriptor())
	}
	options, session, err := p.BeginRegistration(holder{a}, webauthn.WithExclusions(exclude))
	if err != nil || !g.ceremonies.begin(*session, a.Badge, g.now()) {
		problem(w, http.StatusServiceUnavailable, "too_often", "请稍等再试")
		return
	}
	answer(w, options)
}

// FinishPasskey keeps the passkey that the browser made.
func (g *Gate) FinishPasskey(w http.ResponseWriter, r *http.Request) {
	a, ok := g.person(r)
	p, err := party(r)
	if !ok || err != nil {
		problem(w, http.StatusForbidden, CodeNotAllowed, "窗口人员用 PIN 登录")
		return
	}
	made, err := protocol.ParseCredentialCreationResponseBody(http.MaxBytesReader(w, r.Body, 64<<10))
	if err != nil {
		problem(w, http.StatusBadRequest, "bad_request", "通行密钥读不出来")
		return
	}
	session, ok := g.ceremonies.end(made.Response.CollectedClientData.Challenge, a.Badge, g.now())
	if !ok {
		problem(w, http.StatusConflict, "ceremony_over", "时间已过，请重新开始")
		return
	}
	key, err := p.CreateCredential(holder{a}, session, made)
	if err != nil {
		g.log.Warn("passkey refused", "badge", a.Badge, "err", err)
		problem(w, http.StatusBadRequest, "wrong_passkey", "这个通行密钥不能用")
		return
	}
	err = g.book.change(func(known map[string]Account) error {
		now := known[a.Badge]
		if now.Turn != a.Turn || len(now.Passkeys) >= maxPasskeys {
			return ErrUnknown
		}
		now.Passkeys = append(slices.Clone(now.Passkeys), *key)
		known[a.Badge] = now
		return nil
	})
	if err != nil {
		problem(w, http.StatusServiceUnavailable, "not_saved", "通行密钥没有保存")
		return
	}
	g.log.Info("passkey added", "badge", a.Badge)
	g.tell(queue.NoteAccess{What: "passkey_added", Badge: a.Badge, Role: string(a.Role)})
	answer(w, map[string]any{"ok": true})
}

// person is the account of whoever is signed in and may have passkeys: people
// who do not sit at a window, whose PIN is bound to it.
func (g *Gate) person(r *http.Request) (Account, bool) {
	i, _ := From(r.Context())
	a, found := g.book.find(i.Person)
	return a, found && !a.Role.device() && a.Role != Window
}

// BeginPasskeySignIn begins a sign-in by any passkey of the hall.
func (g *Gate) BeginPasskeySignIn(w http.ResponseWriter, r *http.Request) {
	p, err := party(r)
	if err != nil {
		problem(w, http.StatusBadRequest, "no_name", "请用大厅的名称打开本页，通行密钥不能用于 IP 地址")
		return
	}
	options, session, err := p.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil || !g.ceremonies.begin(*session, "", g.now()) {
		problem(w, http.StatusServiceUnavailable, "too_often", "请稍等再试")
		return
	}
	answer(w, options)
}

// FinishPasskeySignIn signs in whose passkey it is.
func (g *Gate) FinishPasskeySignIn(w http.ResponseWriter, r *http.Request) {
	p, err := party(r)
	if err != nil {
		problem(w, http.StatusBadRequest, "no_name", "请用大厅的名称打开本页")
		return
	}
	shown, err := protocol.ParseCredentialRequestResponseBody(http.MaxBytesReader(w, r.Body, 64<<10))
	if err != nil {
		problem(w, http.StatusBadRequest, "bad_request", "通行密钥读不出来")
		return
	}
	session, ok := g.ceremonies.end(shown.Response.CollectedClientData.Challenge, "", g.now())
	if !ok {
		problem(w, http.StatusConflict, "ceremony_over", "时间已过，请重新开始")
		return
	}
	user, key, err := p.ValidatePasskeyLogin(func(_, badge []byte) (webauthn.User, error) {
		a, found := g.book.find(string(badge))
		if !found || a.Role == Window || a.Role.device() {
			return nil, ErrUnknown
		}
		return holder{a}, nil
	}, session, shown)
	if err == nil && key.Authenticator.CloneWarning {
		err = errors.New("the counter of the passkey went back: there are two of it")
	}
	if err != nil {
		g.log.Warn("sign-in by passkey refused", "err", err)
		g.tell(queue.NoteAccess{What: "refused"})
		problem(w, http.StatusUnauthorized, "wrong_passkey", "这个通行密钥不能用")
		return
	}
	a := user.(holder).Account
	g.unsaved(g.book.used(a.Badge, *key))
	g.welcome(w, r, a, "")
}

// used keeps the counter of a passkey, which tells copies from the original.
func (b *Book) used(badge string, key webauthn.Credential) error {
	return b.change(func(known map[string]Account) error {
		a := known[badge]
		a.Passkeys = slices.Clone(a.Passkeys)
		for i, have := range a.Passkeys {
			if bytes.Equal(have.ID, key.ID) {
				a.Passkeys[i] = key
			}
		}
		known[badge] = a
		return nil
	})
}
