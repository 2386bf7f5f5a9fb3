package camera

import (
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v5"
	"github.com/bluenviron/gortsplib/v5/pkg/base"
	"golang.org/x/sys/unix"

	emulated "lobby/devices/emulator/camera"
)

// play asks for a camera over RTSP; the channel is closed when the session
// ends. An error is a refusal.
func play(t *testing.T, url string) (over <-chan struct{}, err error) {
	t.Helper()
	u, err := base.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	tcp := gortsplib.ProtocolTCP
	c := &gortsplib.Client{Scheme: u.Scheme, Host: u.Host, Protocol: &tcp, OnDecodeError: func(error) {}, OnPacketsLost: func(uint64) {}}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	desc, _, err := c.Describe(u)
	if err == nil {
		err = c.SetupAll(desc.BaseURL, desc.Medias)
	}
	if err == nil {
		_, err = c.Play(nil)
	}
	ended := make(chan struct{})
	go func() {
		_ = c.Wait()
		close(ended)
	}()
	return ended, err
}

// The shutter ends viewers and players alike, keeps new ones out, also from a
// process that was started again meanwhile, and concerns its camera alone.
func TestShutterEndsViewersAndPlayers(t *testing.T) {
	t.Parallel()
	cams := mustCameras(t, emulated.Options{Streams: map[string]string{"a": "counter", "b": "seats"}})
	r := mustRelay(t, Options{
		Sources:    []Source{{ID: "a", URL: "rtsp://" + cams.Addr() + "/a"}, {ID: "b", URL: "rtsp://" + cams.Addr() + "/b"}},
		RTSPListen: "127.0.0.1:0",
	})
	v := mustWatch(t, r, "a")
	mustNext(t, v)
	mustNext(t, mustWatch(t, r, "b"))
	addr, _ := r.RTSP()
	plays := func(camera string) bool {
		_, err := play(t, "rtsp://"+addr+"/"+camera)
		return err == nil
	}
	player, err := play(t, "rtsp://"+addr+"/a")
	if err != nil {
		t.Fatal(err)
	}
	other, err := play(t, "rtsp://"+addr+"/b")
	if err != nil {
		t.Fatal(err)
	}

	r.Shut("a", true)
	select {
	case <-player:
	case <-time.After(60 * time.Second):
		t.Fatal("the player of a closed camera plays on")
	}
	eventually(t, 60*time.Second, "new players are refused", func() bool { return !plays("a") })
	if err := drain(t, v); err != ErrShut {
		t.Errorf("the viewer ends with %v", err)
	}

	old := mustPIDs(t, r, 1)[0]
	if err := unix.Kill(old, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, 60*time.Second, "the other camera is played again", func() bool { return plays("b") })
	<-other // its process is gone
	if plays("a") {
		t.Error("a process that was started again offers a closed camera")
	}

	r.Shut("a", false)
	eventually(t, 60*time.Second, "the opened camera is played", func() bool { return plays("a") })
}

// drain takes what waits for a viewer and returns why it ended.
func drain(t *testing.T, v *Viewer) error {
	t.Helper()
	for {
		if _, err := v.Next(t.Context()); err != nil {
			return err
		}
	}
}
