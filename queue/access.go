package queue

import (
	"maps"
	"time"
)

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
	return events1(nil, AccessNoted{What: c.What, Badge: c.Badge, Role: c.Role, Window: c.Window, By: c.By, Mark: c.Mark, N: c.N})
}

// NoteExport records that somebody takes what is personal out of the house, and
// why. It is recorded before they do.
type NoteExport struct {
	By     string
	Reason string
	Day    string // empty for all days
	Ticket string // of the day; empty for all
}

func (c NoteExport) decide(*State, Input) (Outcome, error) {
	switch {
	case c.By == "":
		return Outcome{}, refuse(CodeBadgeMissing)
	case c.Reason == "":
		return Outcome{}, refuse("reason_missing.export")
	}
	about := c.Day
	if c.Ticket != "" {
		about += "/" + c.Ticket
	}
	return events1(nil, AccessNoted{What: "exported", Badge: c.By, About: about, Reason: c.Reason, N: 1})
}

// NoteBackup records that a copy of the trail was taken, with what is personal.
// It is recorded before the copy has its name.
type NoteBackup struct {
	By         string    `json:"by"`
	Taken      time.Time `json:"taken"` // when the copy was whole
	Records    uint64    `json:"records"`
	Recipients []string  `json:"recipients,omitempty"`
}

func (c NoteBackup) decide(*State, Input) (Outcome, error) {
	return events1(nil, AccessNoted{What: "backed_up", Badge: c.By, Taken: c.Taken, Records: c.Records, Recipients: c.Recipients, N: 1})
}

// AccessNoted says who came and went at the hall's pages, without secrets,
// names and addresses, and who took what is personal out of the house.
type AccessNoted struct {
	// What is signed_in, signed_out, refused, braked, enrolled, passkey_added,
	// account_set, account_removed, exported or backed_up.
	What   string `json:"what"`
	Badge  string `json:"badge,omitempty"` // empty where nobody has what was typed; user:NAME is one of the operating system
	Role   string `json:"role,omitempty"`
	Window string `json:"window,omitempty"`
	By     string `json:"by,omitempty"`     // badge of whoever let a screen in
	Mark   string `json:"mark,omitempty"`   // of a set account: another role or secret has another one
	About  string `json:"about,omitempty"`  // what was exported, a day or DAY/NUMBER; empty for the whole trail
	Reason string `json:"reason,omitempty"` // of an export
	// Of a backup: when it was whole, the last record that is in it, and the age
	// public keys that it is encrypted for, none where it is not.
	Taken      time.Time `json:"taken,omitzero"`
	Records    uint64    `json:"records,omitempty"`
	Recipients []string  `json:"recipients,omitempty"`
	N          int       `json:"n"` // times within some seconds
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
