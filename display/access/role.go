// Package access says who a request comes from and what that one may do.
//
// A hall without sign-in is open: everybody may do everything, and it listens
// to its own machine only. A hall with sign-in has a book of people and
// devices, each with one role; package access keeps it, checks secrets, signs
// cookies, and holds every address, command and record of the feed against one
// table, the Policy.
package access

import "context"

// Role is what somebody or something may do, as in the Policy.
type Role string

// The roles. Whoever has not signed in is a citizen.
const (
	Citizen     Role = "citizen"
	Kiosk       Role = "kiosk"
	Wall        Role = "wall"
	Window      Role = "window" // staff at one window
	Guide       Role = "guide"  // staff in the hall
	Manager     Role = "manager"
	Supervisor  Role = "supervisor"  // judges, and serves nobody (批管分离)
	Maintenance Role = "maintenance" // devices
)

// Roles lists all of them.
func Roles() []Role {
	return []Role{Citizen, Kiosk, Wall, Window, Guide, Manager, Supervisor, Maintenance}
}

// device tells whether a role is that of a device, not of a person.
func (r Role) device() bool { return r == Kiosk || r == Wall }

// Identity is who a request comes from. A citizen has nothing but the role.
type Identity struct {
	Role   Role   `json:"role"`
	Person string `json:"person,omitempty"` // badge
	Name   string `json:"name,omitempty"`
	Window string `json:"window,omitempty"` // that window staff signed in at
	Device string `json:"device,omitempty"` // "kiosk:k1"
	Lock   int    `json:"lock,omitempty"`   // seconds without a touch after which a page locks
}

// Actor names the identity in the trail.
func (i Identity) Actor() string {
	switch {
	case i.Window != "":
		return "window:" + i.Window
	case i.Device != "":
		return i.Device
	case i.Person != "":
		return "person:" + i.Person
	}
	return string(i.Role)
}

type contextKey struct{}

// With is a context of a request by i.
func With(ctx context.Context, i Identity) context.Context {
	return context.WithValue(ctx, contextKey{}, i)
}

// From is who a request comes from; false in an open hall.
func From(ctx context.Context) (Identity, bool) {
	i, ok := ctx.Value(contextKey{}).(Identity)
	return i, ok
}
