// Package peer is the process that speaks WebRTC with browsers: everything
// that reads a browser's packets runs here. It has no camera's address, no
// password and no data of the hall, only the pictures that its viewers see.
//
// It answers with host candidates alone and as the lite side of ICE: it asks
// nobody for its address, and sends nothing to an address that an offer names
// before that address has proved to be the browser's.
package peer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"

	"lobby/devices/camera/gateway"
)

// Run serves viewers until in ends or the context does. Media go through UDP
// at listen, host and port; port 0 takes a free one.
func Run(ctx context.Context, in io.Reader, out io.Writer, listen string, log *slog.Logger) error {
	api, mux, err := newAPI(listen)
	if err != nil {
		return fmt.Errorf("peer: listen at %s: %w", listen, err)
	}
	defer mux.Close()
	p := &peer{api: api, out: out, log: log, viewers: map[uint32]*viewer{}}
	defer p.closeAll()
	ended := make(chan error, 1)
	go func() { ended <- p.read(in) }() // ends with the process at the latest
	select {
	case <-ctx.Done():
		return nil
	case err := <-ended:
		return err
	}
}

// newAPI makes what all viewers share: codecs, and one socket.
func newAPI(listen string) (*webrtc.API, ice.UDPMux, error) {
	addr, err := net.ResolveUDPAddr("udp", listen)
	if err != nil {
		return nil, nil, err
	}
	mux, err := ice.NewMultiUDPMuxFromPort(addr.Port, muxOptions(addr.IP)...)
	if err != nil {
		return nil, nil, err
	}
	var s webrtc.SettingEngine
	s.SetLite(true)
	s.SetICEUDPMux(mux)
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6})
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.SetIncludeLoopbackCandidate(addr.IP.IsLoopback())
	var m webrtc.MediaEngine
	if err := m.RegisterDefaultCodecs(); err != nil {
		return nil, nil, err
	}
	var i interceptor.Registry
	if err := errors.Join(webrtc.ConfigureNack(&m, &i), webrtc.ConfigureRTCPReports(&i)); err != nil {
		return nil, nil, err
	}
	return webrtc.NewAPI(webrtc.WithSettingEngine(s), webrtc.WithMediaEngine(&m), webrtc.WithInterceptorRegistry(&i)), mux, nil
}

// muxOptions listens at one address, or at all of this machine.
func muxOptions(ip net.IP) []ice.UDPMuxFromPortOption {
	if ip == nil || ip.IsUnspecified() {
		return nil
	}
	o := []ice.UDPMuxFromPortOption{ice.UDPMuxFromPortWithIPFilter(ip.Equal)}
	if ip.IsLoopback() {
		o = append(o, ice.UDPMuxFromPortWithLoopback())
	}
	return o
}

// peer are the viewers of this process.
type peer struct {
	api *webrtc.API
	log *slog.Logger

	writing sync.Mutex
	out     io.Writer

	mu      sync.Mutex
	viewers map[uint32]*viewer
}

// read takes the hall's messages until there are none.
func (p *peer) read(in io.Reader) error {
	for {
		m, err := gateway.Read(in)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch m.Kind {
		case gateway.KindOpen:
			// An answer waits for sockets; the others' pictures do not.
			if v := p.admit(m.Viewer); v != nil {
				go p.open(v, m.Payload)
			}
		case gateway.KindFragment:
			if v := p.find(m.Viewer); v != nil {
				if err := v.take(m.Payload); err != nil {
					p.end(v, err)
				}
			}
		case gateway.KindClose:
			if v := p.find(m.Viewer); v != nil {
				p.end(v, nil)
			}
		}
	}
}

func (p *peer) admit(id uint32) *viewer {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.viewers[id] != nil {
		return nil
	}
	v := &viewer{id: id}
	p.viewers[id] = v
	return v
}

func (p *peer) find(id uint32) *viewer {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.viewers[id]
}

// open answers an offer.
func (p *peer) open(v *viewer, payload []byte) {
	var o gateway.Offer
	if err := json.Unmarshal(payload, &o); err != nil {
		p.end(v, errors.New("the offer cannot be read"))
		return
	}
	answer, err := v.answer(p.api, o, func(err error) { p.end(v, err) })
	if err != nil {
		p.end(v, err)
		return
	}
	p.say(gateway.Message{Kind: gateway.KindAnswer, Viewer: v.id, Payload: []byte(answer)})
}

// end lets a viewer go and tells the hall why; it may be called again.
func (p *peer) end(v *viewer, why error) {
	p.mu.Lock()
	known := p.viewers[v.id] == v
	delete(p.viewers, v.id)
	p.mu.Unlock()
	if !known {
		return
	}
	go v.close() // its callbacks may be waiting for us
	if why != nil {
		p.log.Info("viewer by WebRTC ended", "why", why)
		p.say(gateway.Message{Kind: gateway.KindEnded, Viewer: v.id, Payload: cut(why.Error())})
	}
}

// maxWhy is shorter than what the hall takes of a reason, in bytes.
const maxWhy = 500

func cut(text string) []byte { return []byte(text[:min(len(text), maxWhy)]) }

// say writes to the hall; when the hall is gone, read ends this process.
func (p *peer) say(m gateway.Message) {
	p.writing.Lock()
	defer p.writing.Unlock()
	_ = gateway.Write(p.out, m)
}

func (p *peer) closeAll() {
	p.mu.Lock()
	all := p.viewers
	p.viewers = map[uint32]*viewer{}
	p.mu.Unlock()
	for _, v := range all {
		v.close()
	}
}
