package queue

import "maps"

// NoteAccess records that somebody signed in or out or was refused, or that who
// may sign in was changed. Lobby itself says so.
type NoteAccess struct {
	What   string // see AccessNoted
	Badge  string
	Role   string
	Window string
	By     string
	Mark   string
	N      int
}

func (c NoteAccess) decide(*State, Input) (Outcome, error) {
	return events1(nil, AccessNoted(c))
}

// AccessNoted says who came and went at the hall's pages, without secrets,
// names and addresses.
type AccessNoted struct {
	// What is signed_in, signed_out, refused, braked, enrolled, passkey_added,
	// account_set or account_removed.
	What   string `json:"what"`
	Badge  string `json:"badge,omitempty"` // empty where nobody has what was typed
	Role   string `json:"role,omitempty"`
	Window string `json:"window,omitempty"`
	By     string `json:"by,omitempty"`   // badge of whoever let a screen in
	Mark   string `json:"mark,omitempty"` // of a set account: another role or secret has another one
	N      int    `json:"n"`              // times within some seconds
}

// Name implements Event.
func (AccessNoted) Name() string { return "access.noted" }

// Topic implements Event.
func (AccessNoted) Topic() string { return TopicQueue }

func (e AccessNoted) apply(s *State, _ Record) {
	switch e.What {
	case "account_set":
		s.accounts[e.Badge] = e
	case "account_removed":
		delete(s.accounts, e.Badge)
	}
}

// Accounts are those who may sign in, as far as the trail knows, by badge: how
// each was set last.
func (s *State) Accounts() map[string]AccessNoted { return maps.Clone(s.accounts) }
