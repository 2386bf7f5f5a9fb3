package broker

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"
)

// hook is what the library asks before it does anything for a client.
type hook struct {
	mochi.HookBase
	broker *Broker
	server *mochi.Server

	mu     sync.Mutex
	guests map[string]*guest // by user
}

// guest is what is remembered of a user for as long as the broker runs.
type guest struct {
	rate      *bucket
	denials   int
	tooFast   int       // messages above the rate
	takeovers int       // since the first of them
	first     time.Time // of the present row of takeovers
	remote    string    // who had the session before
}

// ID names the hook in the library's log.
func (h *hook) ID() string { return "lobby" }

// Provides says which of the library's questions this hook answers.
func (h *hook) Provides(b byte) bool {
	return slices.Contains([]byte{
		mochi.OnConnectAuthenticate, mochi.OnSessionEstablish, mochi.OnACLCheck,
		mochi.OnPacketRead, mochi.OnPublish, mochi.OnWill,
	}, b)
}

// OnPacketRead makes room for a subscription. Both ends number their packets
// for themselves, but the library keeps one list, and refuses to subscribe or
// unsubscribe under a number that one of its own unanswered messages bears
// (mochi-mqtt/server v2.7.9, server.go, processSubscribe). So that message
// counts as answered. Should the line break before it really is, it is not sent
// again: a state comes with the next subscription, a keypad repeats its event.
func (h *hook) OnPacketRead(cl *mochi.Client, pk packets.Packet) (packets.Packet, error) {
	if t := pk.FixedHeader.Type; t != packets.Subscribe && t != packets.Unsubscribe {
		return pk, nil
	}
	waiting := cl.State.Inflight
	if m, ok := waiting.Get(pk.PacketID); ok && m.FixedHeader.Type == packets.Publish && waiting.Delete(pk.PacketID) {
		waiting.IncreaseSendQuota()
	}
	return pk, nil
}

// OnConnectAuthenticate lets in who has an account, the right password and no
// will on foreign topics; the library does not check a will's topic itself.
func (h *hook) OnConnectAuthenticate(cl *mochi.Client, pk packets.Packet) bool {
	b, user := h.broker, string(pk.Connect.Username)
	why := ""
	switch account, known := b.rights.accounts[user]; {
	case !known:
		why = "unknown user"
	case !account.Password.matches(pk.Connect.Password):
		why = "wrong password"
	case pk.Connect.WillFlag && !b.rights.mayLeave(user, pk.Connect.WillTopic):
		why = "last will on a foreign topic"
	case account.Role == Device && h.sessions(user, pk.Connect.ClientIdentifier) >= maxSessions:
		why = "too many sessions"
	default:
		return true
	}
	b.log.Warn("client refused", "user", user, "remote", cl.Net.Remote, "why", why)
	return false
}

// maxSessions is how many sessions one device may have, asleep or awake.
const maxSessions = 8

// sessions counts the sessions of a user besides the one with this client id.
func (h *hook) sessions(user, clientID string) int {
	n, own := 0, user+"/"+clientID
	for id := range h.server.Clients.GetAll() {
		if strings.HasPrefix(id, user+"/") && id != own {
			n++
		}
	}
	return n
}

// OnSessionEstablish makes the client id the user's own: without that a device
// could take over the session of another by using its id.
func (h *hook) OnSessionEstablish(cl *mochi.Client, _ packets.Packet) {
	user := string(cl.Properties.Username)
	cl.ID = user + "/" + cl.ID
	old, known := h.server.Clients.Get(cl.ID)
	h.countTakeover(cl, user, known && !old.Closed())
}

// Two devices with one id throw each other out every few seconds.
const (
	takeoverRow  = 5
	takeoverTime = 30 * time.Second
)

// countTakeover notices when a session changes hands again and again, and names
// both hands.
func (h *hook) countTakeover(cl *mochi.Client, user string, takenOver bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	g, now := h.guest(user), time.Now()
	before := g.remote
	g.remote = cl.Net.Remote
	if !takenOver {
		return
	}
	if now.Sub(g.first) > takeoverTime {
		g.first, g.takeovers = now, 0
	}
	if g.takeovers++; g.takeovers == takeoverRow {
		h.broker.log.Warn("two clients use one account and client id and throw each other out",
			"client", cl.ID, "one", before, "other", cl.Net.Remote)
	}
}

// guest returns the memory of a user; h.mu must be held.
func (h *hook) guest(user string) *guest {
	g := h.guests[user]
	if g == nil {
		rate := h.broker.options.DeviceRate
		g = &guest{rate: newBucket(rate, rate*burstFactor)}
		h.guests[user] = g
	}
	return g
}

// OnACLCheck applies the rights, for publishing and for reading. Who publishes
// where he may not is thrown out, whatever QoS he chose.
func (h *hook) OnACLCheck(cl *mochi.Client, topic string, write bool) bool {
	r, user := h.broker.rights, string(cl.Properties.Username)
	if write && r.mayPublish(user, topic) || !write && r.mayRead(user, topic) {
		return true
	}
	h.countDenial(user, topic, write)
	if write {
		_ = cut(cl)
	}
	return false
}

// denialsPerLine is how many denials of one user make one line of the log.
const denialsPerLine = 1000

func (h *hook) countDenial(user, topic string, write bool) {
	h.mu.Lock()
	g := h.guest(user)
	n := g.denials
	g.denials++
	h.mu.Unlock()
	if n%denialsPerLine == 0 {
		h.broker.log.Warn("client denied", "user", user, "topic", topic, "publish", write, "before", n)
	}
}

// OnPublish brings an event to the disk before the library acknowledges it.
//
// For clients of MQTT 3.1.1 the library acknowledges in spite of every error
// but ErrRejectPacket (mochi-mqtt/server v2.7.9, server.go, processPublish), so
// that is the one to return, and then nothing at all is sent: the line is cut,
// so that the client notices and sends again.
func (h *hook) OnPublish(cl *mochi.Client, pk packets.Packet) (packets.Packet, error) {
	b, user := h.broker, string(cl.Properties.Username)
	if b.rights.accounts[user].Role == Device && !h.mayPass(user) {
		h.countTooFast(user)
		return pk, cut(cl)
	}
	device, event := b.rights.eventDevice(pk.TopicName)
	if !event {
		return pk, nil
	}
	err := h.takeIn(device, pk)
	if pk.FixedHeader.Retain {
		// Stored, it would come again at every start of Lobby.
		b.log.Warn("retained event ignored", "device", device)
		return pk, packets.CodeSuccessIgnore
	}
	if err != nil {
		b.log.Error("event not stored and not acknowledged", "device", device, "error", err)
		return pk, cut(cl)
	}
	return pk, nil
}

// countTooFast tells of the first of many, for what a client has sent before its
// line is cut is still read.
func (h *hook) countTooFast(user string) {
	h.mu.Lock()
	g := h.guest(user)
	n := g.tooFast
	g.tooFast++
	h.mu.Unlock()
	if n%denialsPerLine == 0 {
		h.broker.log.Warn("client publishes too fast and is thrown out", "user", user, "before", n)
	}
}

func (h *hook) mayPass(user string) bool {
	h.mu.Lock()
	g := h.guest(user)
	h.mu.Unlock()
	return g.rate.take(time.Now())
}

// takeIn calls the intake with what is left of the broker's life.
func (h *hook) takeIn(device string, pk packets.Packet) error {
	b := h.broker
	if b.intake == nil {
		return nil
	}
	b.mu.Lock()
	parent := b.ctx
	b.mu.Unlock()
	ctx, cancel := context.WithTimeout(parent, intakeTimeout)
	defer cancel()
	return b.intake(ctx, device, pk.Payload, pk.FixedHeader.Retain)
}

// cut closes the line under the client. The library's own Stop would make the
// end look planned and keep the last will back.
func cut(cl *mochi.Client) error {
	if cl.Net.Conn != nil {
		_ = cl.Net.Conn.Close()
	}
	return packets.ErrRejectPacket
}

// OnWill keeps a will back when its client is there again already: the new
// session has said online, and offline after it would be a lie that stays. A
// will cannot be forbidden here, so it goes where nobody may listen.
func (h *hook) OnWill(cl *mochi.Client, will mochi.Will) (mochi.Will, error) {
	current, known := h.server.Clients.Get(cl.ID)
	if cl.IsTakenOver() || known && current != cl {
		will.TopicName, will.Retain, will.Payload = "$lost", false, nil
	}
	return will, nil
}
