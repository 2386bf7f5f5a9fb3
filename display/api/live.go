package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/gorilla/websocket"

	"lobby/devices"
	"lobby/display"
)

// Cameras gives live pictures.
type Cameras interface {
	// Watch begins at the last key picture. The error says for people why
	// there is no picture.
	Watch(ctx context.Context, camera string, wish Wish) (Viewer, error)
	// Figures tells what is known of every camera, by its name.
	Figures() map[string]CameraFigures
}

// CameraFigures are what is known of a camera beyond its health.
type CameraFigures struct {
	Code        string        `json:"code"` // live, stalled, frozen, …
	Tracks      []CameraTrack `json:"tracks"`
	LastPicture *time.Time    `json:"last_picture,omitempty"`
	Viewers     int           `json:"viewers"`
	Pictures    uint64        `json:"pictures"` // since the start
	Dropped     uint64        `json:"dropped"`  // that slow viewers did not get
	Damaged     uint64        `json:"damaged"`  // that were not shown, for want of a part
	Missed      uint64        `json:"missed"`   // packets that slow players of RTSP did not get
	LostPackets uint64        `json:"lost_packets"`
	Clock       *CameraClock  `json:"clock,omitempty"` // absent when the camera does not tell it
}

// CameraTrack is one track that a camera sends.
type CameraTrack struct {
	Codec    string `json:"codec"`
	Width    int    `json:"width,omitempty"`
	Height   int    `json:"height,omitempty"`
	Channels int    `json:"channels,omitempty"`
}

// CameraClock is the clock of a camera beside the hall's.
type CameraClock struct {
	AheadMS int64 `json:"ahead_ms"` // negative when it is slow
	ErrorMS int64 `json:"error_ms"`
}

// Wish is what a page can make use of beyond H.264 pictures.
type Wish struct {
	H265  bool // it plays that codec too
	Sound bool // it wants to hear as well
}

// Viewer is one viewer of one camera: the stream's type and beginning, and
// then its fragments.
type Viewer interface {
	MIME() string
	Init() []byte
	Next(ctx context.Context) ([]byte, error)
	Close()
}

// liveTimeout is how long one fragment may take to a viewer.
const liveTimeout = 5 * time.Second

// hasCamera answers a request for a camera that the hall does not have.
func (a *API) hasCamera(w http.ResponseWriter, r *http.Request) bool {
	id := r.PathValue("camera")
	if a.Cameras != nil && slices.ContainsFunc(a.Description.Cameras, func(c display.Camera) bool { return c.ID == id }) {
		return true
	}
	problem(w, http.StatusNotFound, "unknown_camera", "本大厅没有摄像机 "+id)
	return false
}

// live sends a camera as fragmented MP4. When the stream begins anew, the
// socket is closed and the page connects again.
func (a *API) live(w http.ResponseWriter, r *http.Request) {
	if !a.hasCamera(w, r) {
		return
	}
	q := r.URL.Query()
	viewer, err := a.Cameras.Watch(r.Context(), r.PathValue("camera"), Wish{H265: q.Get("h265") == "1", Sound: q.Get("sound") == "1"})
	if err != nil {
		problem(w, http.StatusServiceUnavailable, "camera_down", err.Error())
		return
	}
	defer viewer.Close()
	up := websocket.Upgrader{CheckOrigin: a.Guard.Allowed, WriteBufferSize: 32 << 10}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	defer conn.Close()
	ctx, cancel := context.WithCancel(r.Context())
	go func() { // notices that the viewer left; ends with the connection
		defer cancel()
		conn.SetReadLimit(1024)
		for {
			if _, _, err := conn.NextReader(); err != nil {
				return
			}
		}
	}()
	send := func(kind int, data []byte) error {
		_ = conn.SetWriteDeadline(time.Now().Add(liveTimeout))
		return conn.WriteMessage(kind, data)
	}
	err = errors.Join(send(websocket.TextMessage, []byte(viewer.MIME())), send(websocket.BinaryMessage, viewer.Init()))
	for err == nil {
		var fragment []byte
		if fragment, err = viewer.Next(ctx); err == nil {
			err = send(websocket.BinaryMessage, fragment)
		}
	}
	_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseServiceRestart, "stream begins anew"), time.Now().Add(time.Second))
}

// Emulators are the devices made of software, where there are any.
type Emulators interface {
	List() []EmulatorState
	Press(id, unit string, key devices.Key, digits string) error
	SetFault(id, fault string, on bool) error
	Picture(id string, n int) ([]byte, error) // PNG
}

// EmulatorState is one emulated wire.
type EmulatorState struct {
	ID       string          `json:"id"` // "printer/p1"
	Kind     string          `json:"kind"`
	View     any             `json:"view"`
	Faults   map[string]bool `json:"faults"`
	Pictures *Pictures       `json:"pictures,omitempty"`
}

// Pictures counts the pictures kept, oldest first.
type Pictures struct {
	First int `json:"first"`
	Next  int `json:"next"`
}
