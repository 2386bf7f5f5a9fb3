package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	emukeypad "lobby/devices/emulator/keypad"
	"lobby/display/api"
	"lobby/display/web"
)

// keypadOptions are the flags of a soft keypad.
type keypadOptions struct {
	hall, name, broker, ca string
	passwordFile, keyFile  string
	data, listen           string
	password               string
	key                    []byte
}

// keypadCommand makes any small computer with a screen a keypad: it speaks the
// protocol of hardware-docs/mqtt.md and shows the page for a citizen's finger.
func keypadCommand() *cobra.Command {
	var o keypadOptions
	c := &cobra.Command{
		Use: "keypad --hall HALL --name KEYPAD --broker URL --password-file FILE --data DIR", Args: cobra.NoArgs,
		Short: "Be a satisfaction keypad with a full-screen page, on any computer",
		Long: "A press is on this computer's disk before the page thanks for it, and is sent until the hall has answered.\n" +
			"Open the page full screen, for example: chromium --kiosk http://127.0.0.1:8090/",
	}
	f := c.Flags()
	f.StringVar(&o.hall, "hall", "", "id of the hall")
	f.StringVar(&o.name, "name", "", "the keypad's name in the hall file, which is its user at the broker")
	f.StringVar(&o.broker, "broker", "tcp://127.0.0.1:1883", "tcp://host:port, or ssl://host:port")
	f.StringVar(&o.ca, "ca", "", "PEM file of the authority that vouches for the broker")
	f.StringVar(&o.passwordFile, "password-file", "", "file with the keypad's password, mode 600")
	f.StringVar(&o.keyFile, "key-file", "", "file with the key for its MACs in hex, mode 600")
	f.StringVar(&o.data, "data", "", "directory that keeps presses which were not answered yet")
	f.StringVar(&o.listen, "listen", "127.0.0.1:8090", "address of the page")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if err := o.complete(); err != nil {
			return usageError{err}
		}
		return softKeypad(c.Context(), o, logger(os.Stderr, slog.LevelInfo))
	}
	return c
}

// complete reads the secrets and says everything that is missing.
func (o *keypadOptions) complete() error {
	var errs []error
	for _, f := range []struct{ flag, value string }{
		{"--hall", o.hall}, {"--name", o.name}, {"--password-file", o.passwordFile}, {"--data", o.data},
	} {
		if f.value == "" {
			errs = append(errs, fmt.Errorf("lobby keypad: %s is missing", f.flag))
		}
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	secrets := Keypad{PasswordFile: o.passwordFile, KeyFile: o.keyFile}
	err := secrets.readSecrets()
	o.password, o.key = secrets.password, secrets.key
	return err
}

// softKeypad runs one keypad and its page until the context ends.
func softKeypad(ctx context.Context, o keypadOptions, log *slog.Logger) error {
	if err := os.MkdirAll(o.data, 0o700); err != nil {
		return fmt.Errorf("keypad: make the data directory: %w", err)
	}
	flash := emukeypad.File(filepath.Join(o.data, o.name+".json"))
	unit := emukeypad.Unit{Name: o.name, Password: o.password, Key: o.key, Flash: flash}
	k, err := emukeypad.New(emukeypad.Options{Hall: o.hall, Broker: o.broker, CA: o.ca, Units: []emukeypad.Unit{unit}}, log)
	if err != nil {
		return err
	}
	listener, err := listen(Config{Listen: o.listen})
	if err != nil {
		return err
	}
	log.Info("the keypad runs", "keypad", o.name, "page", "http://"+listener.Addr().String()+"/")
	g := newGroup(ctx)
	server := &http.Server{Handler: keypadPage{k, o.name}.handler(), ReadHeaderTimeout: 5 * time.Second}
	g.add(k.Run)
	g.add(func(ctx context.Context) error {
		defer context.AfterFunc(ctx, func() { _ = server.Close() })()
		return server.Serve(listener)
	})
	if err := g.wait(); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// keypadPage is what the page of a soft keypad talks to.
type keypadPage struct {
	keypads *emukeypad.Keypads
	name    string
}

func (p keypadPage) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", web.Keypad(web.Options{Build: build()}))
	mux.HandleFunc("GET /keypad/state", p.state)
	mux.HandleFunc("POST /keypad/press", p.press)
	return api.Guard{}.Protect(mux)
}

// lookAgain is how often the page hears of a change; a finger does not notice.
const lookAgain = 100 * time.Millisecond

// state streams what the keypad shows, as server-sent events.
func (p keypadPage) state(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	tick := time.NewTicker(lookAgain)
	defer tick.Stop()
	var shown []byte
	for {
		data, err := json.Marshal(p.view())
		if err != nil {
			return
		}
		if !slices.Equal(data, shown) {
			fmt.Fprintf(w, "data: %s\n\n", data)
			if http.NewResponseController(w).Flush() != nil {
				return
			}
			shown = data
		}
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return
		}
	}
}

func (p keypadPage) view() emukeypad.UnitView { return p.keypads.View().(emukeypad.View).Units[0] }

// press takes one touch. It is answered when the press is on disk.
func (p keypadPage) press(w http.ResponseWriter, r *http.Request) {
	var touch struct {
		Level   int      `json:"level"`
		Reasons []string `json:"reasons"`
		Prompt  string   `json:"prompt"`
	}
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4096)).Decode(&touch)
	switch {
	case err != nil || touch.Level < 1 || touch.Level > 5:
		http.Error(w, "a press is {\"level\":1…5,\"reasons\":[…],\"prompt\":…}", http.StatusBadRequest)
	case touch.Prompt == "" || touch.Prompt != p.view().Prompt:
		http.Error(w, "the question is over", http.StatusConflict)
	default:
		if err := p.keypads.Rate(p.name, touch.Level, touch.Reasons); err != nil {
			http.Error(w, err.Error(), http.StatusInsufficientStorage)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}
