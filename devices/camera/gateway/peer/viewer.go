package peer

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"lobby/devices/camera/gateway"
	"lobby/devices/camera/pipe"
)

// Bounds of the pictures kept for a viewer, from the last key picture on.
const (
	maxKept      = 600
	maxKeptBytes = 8 << 20
)

// replayPause is the least time between two repetitions of the kept pictures:
// a browser that has lost its picture asks more than once.
const replayPause = time.Second

var (
	errOrder = errors.New("the camera sends pictures out of order, which WebRTC does not carry")
	errH264  = errors.New("this browser takes no H.264 by WebRTC")
	errLost  = errors.New("the browser is gone")
)

// viewer is one browser.
type viewer struct {
	id uint32

	mu       sync.Mutex
	pc       *webrtc.PeerConnection
	picture  *track
	sound    *track // nil without
	kept     [][]byte
	bytes    int
	offset   *int32 // of the first picture: presentation minus decoding time
	playing  bool   // the browser is there
	replayed time.Time
}

// answer takes an offer and makes the answer, with the addresses of this
// machine. gone is called when the browser leaves.
func (v *viewer) answer(api *webrtc.API, o gateway.Offer, gone func(error)) (string, error) {
	pc, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return "", err
	}
	v.mu.Lock()
	v.pc = pc
	v.mu.Unlock()
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		switch s {
		case webrtc.PeerConnectionStateConnected:
			v.begin()
		case webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateClosed:
			gone(errLost)
		}
	})
	if err := v.add(pc, o.Tracks); err != nil {
		return "", err
	}
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: o.SDP}); err != nil {
		return "", fmt.Errorf("the offer cannot be taken: %w", err)
	}
	a, err := pc.CreateAnswer(nil)
	if err != nil {
		return "", fmt.Errorf("the offer cannot be answered: %w", err)
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(a); err != nil {
		return "", fmt.Errorf("the offer cannot be answered: %w", err)
	}
	<-gathered
	if !v.picture.taken(pc) {
		return "", errH264
	}
	return pc.LocalDescription().SDP, nil
}

// add offers the camera's tracks, as far as WebRTC has them.
func (v *viewer) add(pc *webrtc.PeerConnection, tracks []pipe.Track) error {
	if len(tracks) == 0 {
		return errH264
	}
	picture, err := newPicture(tracks[0])
	if err != nil {
		return err
	}
	var sound *track
	if len(tracks) > 1 {
		sound = newSound(tracks[1])
	}
	if err := picture.addTo(pc, v.replay); err != nil {
		return err
	}
	if sound != nil {
		if err := sound.addTo(pc, func() {}); err != nil {
			return err
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.picture, v.sound = picture, sound
	return nil
}

// take sends the camera's next fragment on. The payload is the viewer's.
func (v *viewer) take(payload []byte) error {
	f, err := pipe.ParseFragment(payload)
	if err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if f.Track == pipe.Sound {
		if v.playing && v.sound != nil {
			v.sound.sendSound(f)
		}
		return nil
	}
	if v.offset == nil {
		v.offset = &f.Samples[0].Offset
	}
	if f.Samples[0].Offset != *v.offset {
		return errOrder
	}
	v.keep(payload, f.Samples[0].Key)
	if v.playing {
		v.picture.live(f)
	}
	return nil
}

// keep remembers the pictures from the last key picture on.
func (v *viewer) keep(payload []byte, key bool) {
	if key || len(v.kept) >= maxKept || v.bytes+len(payload) > maxKeptBytes {
		v.kept, v.bytes = nil, 0
	}
	if key || len(v.kept) > 0 {
		v.kept = append(v.kept, payload)
		v.bytes += len(payload)
	}
}

// begin starts with the kept pictures.
func (v *viewer) begin() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.playing = true
	v.repeat()
}

// replay answers a browser that has lost its picture: a camera cannot be asked
// for a key picture, so it gets the last one again, and what came after it.
func (v *viewer) replay() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.playing && time.Since(v.replayed) >= replayPause {
		v.repeat()
	}
}

// repeat sends the kept pictures, the lock being held.
func (v *viewer) repeat() {
	v.replayed = time.Now()
	for _, b := range v.kept {
		if f, err := pipe.ParseFragment(b); err == nil {
			v.picture.hurry(f)
		}
	}
}

func (v *viewer) close() {
	v.mu.Lock()
	pc := v.pc
	v.playing, v.kept = false, nil
	v.mu.Unlock()
	if pc != nil {
		_ = pc.Close() // nothing more can be done about it
	}
}

// listen reads what the browser reports of a track, until it ends. lost is
// called when it asks for a key picture.
func listen(s *webrtc.RTPSender, lost func()) {
	for {
		packets, _, err := s.ReadRTCP()
		if err != nil {
			return
		}
		for _, p := range packets {
			switch p.(type) {
			case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
				lost()
			}
		}
	}
}
