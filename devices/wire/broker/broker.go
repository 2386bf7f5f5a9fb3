// Package broker is the MQTT broker inside Lobby, for halls that have none. It
// is the only package that knows mochi.
//
// It denies whatever is not allowed: nobody is anonymous, a device reaches
// nothing but its own topics, and a client id belongs to the user who brought
// it. A press is on the hall's disk before the keypad gets its PUBACK.
//
// # What a restart loses
//
// Sessions, subscriptions and retained messages live in memory and are gone
// when the broker stops. That is harmless. Every client connects again and
// subscribes again on each connect; a keypad publishes its retained state and
// info at every connect, so the picture of the hall is complete again as soon
// as the keypads are back; and an event whose ack was lost with its session is
// sent again, because a keypad forgets an event only at Lobby's own ack. What
// was acknowledged by PUBACK is on disk through Intake. Only prompts, thanks
// and beeps on their way are lost, and those are worth nothing a minute later.
package broker

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"syscall"
	"time"

	mochi "github.com/mochi-mqtt/server/v2"
)

// ErrPortTaken says that another program listens on the address already.
var ErrPortTaken = errors.New("port is taken")

// ErrStopped says that the broker does not run.
var ErrStopped = errors.New("broker does not run")

// Options say where to listen and who may come.
type Options struct {
	// Listen is the address, "127.0.0.1:1883"; port 0 takes a free one. Empty
	// means that only Dial reaches the broker.
	Listen   string
	TLS      *tls.Config // nil for no TLS
	Hall     string      // the second level of all topics
	Accounts []Account
	// MaxClients is how many connections there may be, 256 if zero.
	MaxClients int
	// DeviceRate is how many messages a second a device may publish, 50 if
	// zero, after a burst of ten times as many. A device above it is thrown out.
	DeviceRate int
}

// Intake makes an event durable. It is called before the PUBACK, from the
// device's own connection, with the payload as it came. When it returns an
// error the event is not acknowledged and the device is disconnected, and will
// send again. A retained event is told for the report only: whatever Intake
// returns, it is not forwarded. The payload must not be kept or changed.
type Intake func(ctx context.Context, device string, payload []byte, retained bool) error

const (
	defaultClients = 256
	defaultRate    = 50
	burstFactor    = 10

	// maxPacket is far above any event; info is the longest message.
	maxPacket = 4 << 10
	// helloTimeout is how long a stranger may hold a connection.
	helloTimeout  = 10 * time.Second
	intakeTimeout = 10 * time.Second

	// forEver is how long retained messages and messages for sleeping sessions
	// stay, in seconds; the library would drop a state that is a day old.
	forEver = 10 * 365 * 24 * 3600
	// sessionExpiry is how long a session of a client that is away is kept, in
	// seconds.
	sessionExpiry = 24 * 3600
	// maxWaiting bounds what waits for one client, awake or asleep.
	maxWaiting = 1024
)

// Broker is one embedded broker.
type Broker struct {
	options Options
	intake  Intake
	log     *slog.Logger
	rights  rights

	mu       sync.Mutex
	listener net.Listener
	server   *mochi.Server // nil unless running
	lines    map[net.Conn]struct{}
	doors    doors
	ctx      context.Context // of Run; the library's hooks carry none to the intake
	wg       sync.WaitGroup
}

// New makes a broker; it listens when Listen or Run is called.
func New(o Options, intake Intake, log *slog.Logger) (*Broker, error) {
	if o.MaxClients == 0 {
		o.MaxClients = defaultClients
	}
	if o.DeviceRate == 0 {
		o.DeviceRate = defaultRate
	}
	if err := o.Validate(); err != nil {
		return nil, err
	}
	r := rights{root: "lobby/" + o.Hall + "/", accounts: map[string]Account{}}
	for _, a := range o.Accounts {
		r.accounts[a.User] = a
	}
	return &Broker{options: o, intake: intake, log: log, rights: r, lines: map[net.Conn]struct{}{}, doors: doors{}}, nil
}

// Validate reports everything that is wrong with the options, at once.
func (o Options) Validate() error {
	var errs []error
	if !nameForm.MatchString(o.Hall) {
		errs = append(errs, fmt.Errorf("broker: hall %q is no topic level", o.Hall))
	}
	if o.MaxClients < 0 || o.DeviceRate < 0 {
		errs = append(errs, errors.New("broker: negative limit"))
	}
	users := map[string]bool{}
	for _, a := range o.Accounts {
		if err := a.validate(); err != nil {
			errs = append(errs, err)
		}
		if users[a.User] {
			errs = append(errs, fmt.Errorf("broker: two accounts for user %s", a.User))
		}
		users[a.User] = true
	}
	if o.Listen != "" {
		if _, _, err := net.SplitHostPort(o.Listen); err != nil {
			errs = append(errs, fmt.Errorf("broker: listen address: %w", err))
		}
	}
	return errors.Join(errs...)
}

// Listen takes the port, so that Addr is known before Run. It returns
// ErrPortTaken when somebody else has it. Run calls it if nobody did.
func (b *Broker) Listen() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.listener != nil || b.options.Listen == "" {
		return nil
	}
	l, err := net.Listen("tcp", b.options.Listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("broker: listen on %s: %w: %w", b.options.Listen, ErrPortTaken, err)
	}
	if err != nil {
		return fmt.Errorf("broker: listen on %s: %w", b.options.Listen, err)
	}
	if b.options.TLS != nil {
		l = tls.NewListener(l, b.options.TLS)
	}
	b.listener = l
	return nil
}

// Addr is host:port once Listen or Run has taken the port, and empty before
// and after.
func (b *Broker) Addr() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.listener == nil {
		return ""
	}
	return b.listener.Addr().String()
}

// Run serves until the context ends, and then has closed everything. It
// returns ErrPortTaken or another error of listening at once. It may be run
// again afterwards and then knows nothing of before.
func (b *Broker) Run(ctx context.Context) error {
	if err := b.Listen(); err != nil {
		return err
	}
	server, err := b.start(ctx)
	if err != nil {
		return err
	}
	b.mu.Lock()
	listener := b.listener
	b.mu.Unlock()
	if listener != nil {
		b.wg.Go(func() { b.accept(listener) })
	}
	<-ctx.Done()
	b.stop(server)
	return ctx.Err()
}

// start makes a fresh server and opens the broker for Dial.
func (b *Broker) start(ctx context.Context) (*mochi.Server, error) {
	server := mochi.New(serverOptions(b.options, b.log))
	if err := server.AddHook(&hook{broker: b, server: server, guests: map[string]*guest{}}, nil); err != nil {
		return nil, fmt.Errorf("broker: %w", err)
	}
	if err := server.Serve(); err != nil {
		return nil, fmt.Errorf("broker: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.server, b.ctx = server, ctx
	return server, nil
}

// stop closes every line and waits for all who used one.
func (b *Broker) stop(server *mochi.Server) {
	b.mu.Lock()
	b.server = nil
	if b.listener != nil {
		_ = b.listener.Close()
		b.listener = nil
	}
	for conn := range b.lines {
		_ = conn.Close()
	}
	b.mu.Unlock()
	b.wg.Wait()
	_ = server.Close() // never fails
}

// serverOptions bound everything that a client could make grow.
func serverOptions(o Options, log *slog.Logger) *mochi.Options {
	c := mochi.NewDefaultServerCapabilities()
	c.MaximumClients = int64(o.MaxClients)
	c.MaximumPacketSize = maxPacket
	c.MaximumClientWritesPending = maxWaiting
	c.MaximumInflight = maxWaiting
	c.MaximumMessageExpiryInterval = forEver
	c.MaximumSessionExpiryInterval = sessionExpiry
	c.TopicAliasMaximum = 0 // rights are checked on the topic's name
	c.SharedSubAvailable = 0
	return &mochi.Options{
		Capabilities: c,
		Logger:       slog.New(onlyErrors{log.Handler()}),
		// Nobody may read $SYS, and each time costs a look at all memory.
		SysTopicResendInterval: 3600,
	}
}
