package access

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// How long a sign-in lasts: a shift, or a year for a device that stands in
// the hall.
const (
	personLasts = 12 * time.Hour
	deviceLasts = 366 * 24 * time.Hour
)

// pass is what a cookie says. It is signed and holds no secret, so it outlives
// a restart: a window that is signed in goes on.
type pass struct {
	Badge  string    `json:"b"`
	Window string    `json:"w,omitempty"`
	At     time.Time `json:"t"`
	Turn   string    `json:"n"`          // the account's
	Seen   time.Time `json:"s,omitzero"` // when its page was touched last; long ago is locked
}

func sign(key []byte, body string) string {
	m := hmac.New(sha256.New, key)
	m.Write([]byte("lobby cookie " + body))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// seal writes a pass as a cookie's value.
func (p pass) seal(key []byte) string {
	data, err := json.Marshal(p)
	if err != nil {
		panic("access: a pass does not marshal: " + err.Error())
	}
	body := base64.RawURLEncoding.EncodeToString(data)
	return body + "." + sign(key, body)
}

// unseal reads a cookie's value. Whose key it is signed with is only known
// when it is read, for there is one key.
func unseal(value string, key []byte) (p pass, ok bool) {
	body, mac, found := strings.Cut(value, ".")
	if !found || len(key) == 0 || !hmac.Equal([]byte(mac), []byte(sign(key, body))) {
		return p, false
	}
	data, err := base64.RawURLEncoding.DecodeString(body)
	return p, err == nil && json.Unmarshal(data, &p) == nil
}

// cookieName is bound to the host by browsers where there is TLS.
func cookieName(r *http.Request) string {
	if r.TLS != nil {
		return "__Host-lobby"
	}
	return "lobby"
}

func cookie(r *http.Request, value string, lasts time.Duration) *http.Cookie {
	c := &http.Cookie{
		Name: cookieName(r), Value: value, Path: "/", MaxAge: int(lasts / time.Second),
		HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode,
	}
	if value == "" {
		c.MaxAge = -1
	}
	return c
}
