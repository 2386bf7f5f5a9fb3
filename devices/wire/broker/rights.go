package broker

import "strings"

// rights decides who may do what. What no rule allows is denied.
type rights struct {
	root     string // lobby/<hall>/
	accounts map[string]Account
}

// keypads is where the topics of one device begin.
func (r rights) keypad(user string) string { return r.root + "keypad/" + user + "/" }

// mayPublish says whether a user may publish on a topic.
func (r rights) mayPublish(user, topic string) bool {
	switch a := r.accounts[user]; a.Role {
	case Hall:
		return strings.HasPrefix(topic, r.root)
	case Device:
		leaf, own := strings.CutPrefix(topic, r.keypad(a.User))
		return own && (leaf == "state" || leaf == "info" || leaf == "event")
	}
	return false
}

// mayRead says whether a user may subscribe to a filter or receive a topic. A
// device has exactly two filters and so no wildcard at all; the hall's filters
// are literal up to the hall's name.
func (r rights) mayRead(user, filter string) bool {
	switch a := r.accounts[user]; a.Role {
	case Hall:
		return strings.HasPrefix(filter, r.root)
	case Device:
		leaf, own := strings.CutPrefix(filter, r.keypad(a.User))
		return own && (leaf == "ack" || leaf == "cmd")
	}
	return false
}

// mayLeave says whether a last will on a topic is allowed. A will goes past the
// rules for publishing, therefore only one's own state may be one.
func (r rights) mayLeave(user, topic string) bool {
	switch a := r.accounts[user]; a.Role {
	case Hall:
		return strings.HasPrefix(topic, r.root) && !r.isEvent(topic)
	case Device:
		return topic == r.keypad(a.User)+"state"
	}
	return false
}

// isEvent says whether a topic is a keypad's event topic.
func (r rights) isEvent(topic string) bool {
	_, ok := r.eventDevice(topic)
	return ok
}

// eventDevice gives the device of an event topic.
func (r rights) eventDevice(topic string) (string, bool) {
	rest, below := strings.CutPrefix(topic, r.root+"keypad/")
	device, event := strings.CutSuffix(rest, "/event")
	return device, below && event && device != "" && !strings.Contains(device, "/")
}
