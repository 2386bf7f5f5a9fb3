package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"lobby/devices/camera/onvif"
)

// finder is one search for cameras.
type finder struct {
	network      string // interface; empty means all
	probe        []string
	wait         time.Duration
	user         string
	passwordFile string

	client *onvif.Client
}

// found is one device and what it said, or why it said nothing.
type found struct {
	host   string
	name   string
	at     *url.URL
	device onvif.Device
	err    error
}

// title names the device in a comment.
func (f *found) title() string { return strings.TrimSpace(f.host + " " + f.name) }

func cameraFindCommand() *cobra.Command {
	var f finder
	c := &cobra.Command{
		Use: "find", Short: "Find ONVIF cameras and print them for the hall file", Args: cobra.NoArgs,
		Long: "Find asks the network for ONVIF cameras and prints a cameras section for the hall file,\n" +
			"with the sub-stream in H.264 of each. Floors and windows are for you to fill in.",
		Example: "  lobby camera find --user lobby --password-file /etc/lobby/camera.password",
		RunE:    func(c *cobra.Command, _ []string) error { return f.run(c.Context(), c.OutOrStdout()) },
	}
	c.Flags().StringVar(&f.network, "interface", "", "search this network interface only, for example eth1")
	c.Flags().StringArrayVar(&f.probe, "probe", nil, "ask this host or host:port and do not search; may be given again")
	c.Flags().DurationVar(&f.wait, "wait", 3*time.Second, "how long to wait for answers to the search")
	c.Flags().StringVar(&f.user, "user", "", "user name of the cameras")
	c.Flags().StringVar(&f.passwordFile, "password-file", "", "file with that user's password")
	return c
}

func (f *finder) run(ctx context.Context, out io.Writer) error {
	if (f.user == "") != (f.passwordFile == "") {
		return usageError{errors.New("camera find: --user and --password-file belong together")}
	}
	f.client = &onvif.Client{HTTP: onvifHTTP(), User: f.user, Now: time.Now}
	if f.passwordFile != "" {
		var err error
		if f.client.Password, err = readSecret(f.passwordFile); err != nil {
			return usageError{err}
		}
	}
	all, err := f.devices(ctx)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return errors.New("camera find: no camera answers; switch ONVIF on in the cameras, be in their network (a search passes no router), or name one with --probe HOST")
	}
	f.describe(ctx, all)
	return f.print(out, all)
}

// onvifHTTP follows no camera to another host and knows no proxy.
func onvifHTTP() *http.Client {
	return &http.Client{
		Timeout:       10 * time.Second,
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// devices lists whom to ask.
func (f *finder) devices(ctx context.Context) ([]*found, error) {
	var all []*found
	for _, host := range f.probe {
		all = append(all, &found{host: host, at: onvif.ServiceOf(host)})
	}
	if len(f.probe) > 0 {
		return all, nil
	}
	matches, err := f.search(ctx)
	if err != nil {
		return nil, fmt.Errorf("camera find: %w", err)
	}
	slices.SortFunc(matches, func(a, b onvif.Match) int { return a.From.Compare(b.From) })
	for _, m := range matches {
		all = append(all, &found{host: m.From.String(), name: cmp.Or(m.Name, m.Hardware), at: m.Service()})
	}
	return all, nil
}

// search probes every network at once.
func (f *finder) search(ctx context.Context) ([]onvif.Match, error) {
	addresses, err := f.addresses()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, f.wait)
	defer cancel()
	to, err := net.ResolveUDPAddr("udp4", onvif.Multicast)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	var all []onvif.Match
	var errs error
	var searches sync.WaitGroup
	for _, a := range addresses {
		searches.Go(func() {
			matches, err := searchFrom(ctx, a, to)
			mu.Lock()
			defer mu.Unlock()
			for _, m := range matches {
				if !slices.ContainsFunc(all, func(o onvif.Match) bool { return o.Endpoint == m.Endpoint }) {
					all = append(all, m)
				}
			}
			errs = errors.Join(errs, err)
		})
	}
	searches.Wait()
	if len(all) > 0 {
		errs = nil // another network had no way out
	}
	return all, errs
}

// searchFrom probes the network of one of this machine's addresses: a socket
// bound to it sends a multicast there.
func searchFrom(ctx context.Context, from net.IP, to net.Addr) ([]onvif.Match, error) {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: from})
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	return onvif.Search(ctx, conn, to)
}

// addresses are this machine's own IPv4 addresses in the networks to search.
func (f *finder) addresses() ([]net.IP, error) {
	networks, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	var all []net.IP
	for _, n := range networks {
		if f.network != "" && n.Name != f.network || f.network == "" && n.Flags&(net.FlagLoopback|net.FlagUp) != net.FlagUp {
			continue
		}
		addresses, err := n.Addrs()
		if err != nil {
			return nil, err
		}
		for _, a := range addresses {
			if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil {
				all = append(all, n.IP)
			}
		}
	}
	if len(all) == 0 {
		return nil, usageError{fmt.Errorf("no network with an IPv4 address to search (interface %q)", f.network)}
	}
	return all, nil
}

// describe asks all devices, some at a time.
func (f *finder) describe(ctx context.Context, all []*found) {
	slots := make(chan struct{}, 8)
	var asked sync.WaitGroup
	for _, d := range all {
		asked.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
			defer cancel()
			d.device, d.err = f.client.Describe(ctx, d.at)
		})
	}
	asked.Wait()
}

// print writes the cameras section. A camera that cannot be used is a comment.
func (f *finder) print(out io.Writer, all []*found) error {
	var b strings.Builder
	n := 0
	for _, d := range all {
		sub, ok := d.device.Substream()
		switch {
		case d.err != nil:
			fmt.Fprintf(&b, "\n  # %s: %s\n", d.title(), plainError(d.err))
		case !ok:
			fmt.Fprintf(&b, "\n  # %s: no stream in H.264, which browsers need; set its sub-stream to H.264\n%s", d.title(), streams(d.device, ""))
		default:
			n++
			b.WriteString("\n" + f.camera(d, sub, n))
		}
	}
	head := fmt.Sprintf("# %d of %d cameras can be used. Set floor and windows, and give names that people know.\n", n, len(all))
	if n > 0 {
		head += "cameras:"
	}
	if _, err := io.WriteString(out, head+b.String()); err != nil {
		return err
	}
	if n == 0 {
		return errors.New("camera find: none of them can be used; see the comments")
	}
	return nil
}

// plainError is an error in one line of a comment.
func plainError(err error) string {
	if errors.Is(err, onvif.ErrSignIn) {
		return "it wants a user name and password, or other ones; see --user and --password-file (a digest is also refused from a clock that it does not tell)"
	}
	if u := new(url.Error); errors.As(err, &u) {
		err = u.Err
	}
	return strings.Join(strings.Fields(strings.TrimPrefix(err.Error(), "onvif: ")), " ")
}

func (f *finder) camera(d *found, sub onvif.Profile, n int) string {
	var b strings.Builder
	v := d.device
	fmt.Fprintf(&b, "  # %s: %s %s, firmware %s, serial %s\n", d.host, v.Maker, v.Model, v.Firmware, v.Serial)
	fmt.Fprintf(&b, "  # %s\n", clockText(v.Clock))
	b.WriteString(streams(v, sub.Token))
	if sub.Snapshot != "" {
		fmt.Fprintf(&b, "  # snapshot: %s\n", sub.Snapshot)
	}
	fmt.Fprintf(&b, "  cam-%d:\n    name: %q\n    floor: 1\n    source: %q\n", n, cmp.Or(d.name, v.Model, d.host), sub.Stream)
	if f.user != "" {
		fmt.Fprintf(&b, "    user: %q\n    password_file: %q\n", f.user, f.passwordFile)
	}
	return b.String()
}

// streams lists a camera's streams as comments and marks the one taken.
func streams(d onvif.Device, taken string) string {
	var b strings.Builder
	for _, p := range d.Profiles {
		mark := ""
		if p.Token == taken {
			mark = "; taken"
		}
		keys := ""
		if p.KeyEvery > 0 && p.Rate > 0 {
			keys = fmt.Sprintf(", a key picture every %.1f s", float64(p.KeyEvery)/p.Rate)
		}
		fmt.Fprintf(&b, "  # stream %s: %s %d×%d, %g pictures/s, %d kbit/s%s%s\n", p.Name, p.Codec, p.Width, p.Height, p.Rate, p.Kbits, keys, mark)
	}
	return b.String()
}

// clockText says how a camera's clock is.
func clockText(c onvif.Clock) string {
	if !c.Known {
		return "its clock: not told"
	}
	way := "ahead"
	if c.Ahead < 0 {
		way = "behind"
	}
	text := fmt.Sprintf("its clock: %v %s (±%v)", c.Ahead.Abs().Round(100*time.Millisecond), way, c.Error.Round(100*time.Millisecond))
	if c.Ahead.Abs() > c.Error+2*time.Second {
		text += "; set the hall's NTP server in it"
	}
	return text
}
