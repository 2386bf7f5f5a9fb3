package broker

import "testing"

func TestRights(t *testing.T) {
	r := rights{root: "lobby/h1/", accounts: map[string]Account{
		"kp-1": {User: "kp-1", Role: Device}, "lobby": {User: "lobby", Role: Hall},
	}}
	for _, c := range []struct {
		user, topic   string
		publish, read bool
	}{
		{"kp-1", "lobby/h1/keypad/kp-1/event", true, false},
		{"kp-1", "lobby/h1/keypad/kp-1/state", true, false},
		{"kp-1", "lobby/h1/keypad/kp-1/info", true, false},
		{"kp-1", "lobby/h1/keypad/kp-1/ack", false, true},
		{"kp-1", "lobby/h1/keypad/kp-1/cmd", false, true},
		{"kp-1", "lobby/h1/keypad/kp-1/event/x", false, false},
		{"kp-1", "lobby/h1/keypad/kp-1/", false, false},
		{"kp-1", "lobby/h1/keypad/kp-1/+", false, false},
		{"kp-1", "lobby/h1/keypad/kp-1/#", false, false},
		{"kp-1", "lobby/h1/keypad/kp-2/event", false, false},
		{"kp-1", "lobby/h1/keypad/kp-2/cmd", false, false},
		{"kp-1", "lobby/h1/keypad/+/ack", false, false},
		{"kp-1", "lobby/h2/keypad/kp-1/event", false, false},
		{"kp-1", "$share/g/lobby/h1/keypad/kp-1/cmd", false, false},
		{"kp-1", "#", false, false},
		{"kp-1", "+/+/+/+/cmd", false, false},
		{"kp-1", "", false, false},
		{"lobby", "lobby/h1/keypad/kp-1/cmd", true, true},
		{"lobby", "lobby/h1/#", true, true}, // publishing on a filter is stopped earlier
		{"lobby", "lobby/+/#", false, false},
		{"lobby", "lobby/h10/x", false, false},
		{"lobby", "#", false, false},
		{"lobby", "$SYS/#", false, false},
		{"", "lobby/h1/keypad//event", false, false},
		{"nobody", "lobby/h1/keypad/nobody/event", false, false},
	} {
		if got := r.mayPublish(c.user, c.topic); got != c.publish {
			t.Errorf("%s publishes %q: %v", c.user, c.topic, got)
		}
		if got := r.mayRead(c.user, c.topic); got != c.read {
			t.Errorf("%s reads %q: %v", c.user, c.topic, got)
		}
	}
}

func TestPasswordHash(t *testing.T) {
	h, err := HashPassword("secret")
	if err != nil {
		t.Fatal(err)
	}
	if !h.matches([]byte("secret")) || h.matches([]byte("Secret")) || h.matches(nil) {
		t.Errorf("%s matches wrongly", h)
	}
	for _, broken := range []Hash{"", "secret", "pbkdf2-sha256$0$AA$AA", "pbkdf2-sha256$9$AA$AA", "md5$1$$"} {
		if broken.matches([]byte("")) {
			t.Errorf("%q matches the empty password", broken)
		}
		if err := (Account{User: "a", Role: Hall, Password: broken}).validate(); err == nil {
			t.Errorf("%q is taken for a hash", broken)
		}
	}
}

func TestOptionsSayEverythingThatIsWrong(t *testing.T) {
	err := Options{
		Listen: "1883", Hall: "a/b",
		Accounts: []Account{{User: "#"}, {User: "x", Role: "root"}, {User: "x", Role: Hall}},
	}.Validate()
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok || len(joined.Unwrap()) != 6 {
		t.Errorf("errors: %v", err)
	}
}
