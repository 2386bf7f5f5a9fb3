package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"lobby/deploy/halls"
	"lobby/display/access"
)

const signedHallFile = `
hall: {id: h, name: 大厅, timezone: Asia/Shanghai}
listen: 127.0.0.1:0
tls: {cert_file: DIR/server.pem, key_file: DIR/server.key}
access: {file: DIR/access.json}
data: DIR
chains: [{id: C, name: 民生}]
classes: [{id: normal, name: 普通, rate: 1}]
services: [{id: s, chain: C, name: 咨询, prefix: A}]
windows: [{id: "1", name: 一号, floor: 1, services: [s]}, {id: "2", name: 二号, floor: 1, services: [s]}]
kiosks: [{id: k1, name: 取号机, floor: 1}]
`

// clerksPIN is longer than any count of milliseconds that may stand in a trail.
const clerksPIN = "47110815"

// signedHall is a running hall with TLS and sign-in.
type signedHall struct {
	*program
	host  string
	roots *x509.CertPool
}

func startSignedHall(t *testing.T) signedHall {
	t.Helper()
	dir := t.TempDir()
	if _, err := initTLS(dir, []string{"localhost"}, []net.IP{net.IPv4(127, 0, 0, 1)}, time.Now()); err != nil {
		t.Fatal(err)
	}
	book, err := access.CreateBook(filepath.Join(dir, "access.json"))
	if err != nil {
		t.Fatal(err)
	}
	before := time.Now().Add(-time.Minute)
	err = errors.Join(book.Set("0412", "李", access.Window, clerksPIN, before), book.Set("0531", "王", access.Manager, "canary-a long password", before),
		book.Set("0800", "周", access.Supervisor, "canary-a long password", before), book.Set("kiosk:k1", "", access.Kiosk, "canary-kiosk-secret", before))
	if err != nil {
		t.Fatal(err)
	}
	ca, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	roots := x509.NewCertPool()
	if err != nil || !roots.AppendCertsFromPEM(ca) {
		t.Fatalf("the CA: %v", err)
	}
	p := startLobby(t, "run", "--config", mustWrite(t, filepath.Join(dir, "hall.yaml"), strings.ReplaceAll(signedHallFile, "DIR", dir)))
	return signedHall{p, strings.TrimPrefix(p.url, "https://"), roots}
}

// browser trusts the hall's CA, keeps cookies and follows nothing.
func (g signedHall) browser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: g.roots}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Jar: jar, Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// ask sends one request and returns the status and what was said.
func (g signedHall) ask(t *testing.T, c *http.Client, method, path string, body any) (int, []byte) {
	t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, g.url+path, bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Origin", g.url)
	res, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var said bytes.Buffer
	if _, err := said.ReadFrom(res.Body); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, said.Bytes()
}

func (g signedHall) signIn(t *testing.T, badge, secret, window string) *http.Client {
	t.Helper()
	c := g.browser(t)
	if status, said := g.ask(t, c, "POST", "/api/v1/signin", map[string]string{"badge": badge, "secret": secret, "window": window}); status != 200 {
		t.Fatalf("%s signs in: %d %s", badge, status, said)
	}
	return c
}

// A whole visit in a hall with TLS and sign-in: everybody does their own part,
// and nobody another's.
func TestAHallWithSignIn(t *testing.T) {
	t.Parallel()
	g := startSignedHall(t)
	stranger := g.browser(t)
	kiosk, clerk := g.signIn(t, "kiosk:k1", "canary-kiosk-secret", ""), g.signIn(t, "0412", clerksPIN, "1")
	manager, supervisor := g.signIn(t, "0531", "canary-a long password", ""), g.signIn(t, "0800", "canary-a long password", "")
	command := func(c *http.Client, id, kind string, members map[string]any) (ok bool, code string) {
		t.Helper()
		if members == nil {
			members = map[string]any{}
		}
		members["id"], members["type"] = id, kind
		var a struct {
			OK      bool
			Refusal struct{ Code string }
		}
		_, said := g.ask(t, c, "POST", "/api/v1/commands", members)
		if err := json.Unmarshal(said, &a); err != nil {
			t.Fatalf("%s: %v %s", kind, err, said)
		}
		return a.OK, a.Refusal.Code
	}
	for _, step := range []struct {
		by   *http.Client
		kind string
		with map[string]any
		code string
	}{
		{manager, "day_open", nil, ""},
		{stranger, "take", map[string]any{"service": "s", "kiosk": "k1"}, access.CodeNotAllowed},
		{kiosk, "take", map[string]any{"service": "s", "kiosk": "k1"}, ""},
		{kiosk, "call_next", map[string]any{"window": "1"}, access.CodeNotAllowed},
		{supervisor, "call_next", map[string]any{"window": "1"}, access.CodeNotAllowed},
		{clerk, "window_open", map[string]any{"window": "2", "staff": "0412"}, access.CodeOtherWindow},
		{clerk, "window_open", map[string]any{"window": "1", "staff": "0412"}, ""},
		{clerk, "call_next", map[string]any{"window": "1"}, ""},
	} {
		if ok, code := command(step.by, step.kind+step.code, step.kind, step.with); ok != (step.code == "") || code != step.code {
			t.Errorf("%s: ok %v, refused %q, want %q", step.kind, ok, code, step.code)
		}
	}
	if status, _ := g.ask(t, stranger, "GET", "/manager", nil); status != http.StatusSeeOther {
		t.Errorf("a stranger's /manager: %d", status)
	}
	if status, _ := g.ask(t, clerk, "GET", "/api/v1/followups", nil); status != http.StatusForbidden {
		t.Errorf("a clerk's followups: %d", status)
	}
	if status, _ := g.ask(t, supervisor, "GET", "/api/v1/followups", nil); status != http.StatusOK {
		t.Errorf("a supervisor's followups: %d", status)
	}
	g.checkFeed(t, stranger, false)
	g.checkFeed(t, clerk, true)
	// No answer holds a secret, whoever asks.
	for _, c := range []*http.Client{stranger, kiosk, clerk, manager, supervisor} {
		for _, path := range []string{"/", "/api/v1/me", "/api/v1/state", "/api/v1/devices", "/api/v1/cameras", "/api/v1/alerts", "/api/v1/tickets", "/api/v1/items", "/metrics", "/manager", "/window/1", "/api/v1/trail/key"} {
			if _, said := g.ask(t, c, "GET", path, nil); bytes.Contains(said, []byte("canary")) || bytes.Contains(said, []byte("argon2")) {
				t.Errorf("%s gives a secret away", path)
			}
		}
	}
	if strings.Contains(g.log(), "canary") {
		t.Error("the log gives a secret away")
	}
	var list struct {
		Access []struct{ What, Badge, Window string }
	}
	until(t, "the sign-ins are in the trail", time.Minute, func() bool {
		_, said := g.ask(t, manager, "GET", "/api/v1/trail/access", nil)
		return json.Unmarshal(said, &list) == nil && len(list.Access) >= 4
	})
	g.takeOut(t, stranger, clerk, supervisor)
	g.checkTrail(t)
}

// Whoever is added or removed while no hall runs is in the trail before anybody
// can sign in, however the file was changed, and once.
func TestAccountsChangedWhileTheHallIsStoppedAreRecorded(t *testing.T) {
	g := startSignedHall(t)
	args := g.cmd.Args[1:]
	dir := filepath.Dir(args[len(args)-1])
	file := filepath.Join(dir, "access.json")
	notes := func() (n int, said string) {
		t.Helper()
		g.kill()
		said = mustRun(t, "trail", "export", "--data", dir, "--out", "-")
		return strings.Count(said, `"event":"access.noted"`), said
	}
	if n, said := notes(); n != 4 || strings.Count(said, `"what":"account_set"`) != 4 {
		t.Errorf("after the first start %d records:\n%s", n, said)
	}
	book, err := access.OpenBook(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := book.Set("0412", "李", access.Window, "4712", time.Now()); err != nil {
		t.Fatal(err)
	}
	mustRun(t, "access", "remove", "--file", file, "0800")
	g.program = startLobby(t, args...)
	n, said := notes()
	if n != 6 || !strings.Contains(said, `"event":"access.noted","data":{"what":"account_removed","badge":"0800","role":"supervisor","n":1}`) || strings.Count(said, `{"what":"account_set","badge":"0412","role":"window","mark":"`) != 2 {
		t.Errorf("after the changes %d records:\n%s", n, said)
	}
	g.program = startLobby(t, args...)
	if n, said := notes(); n != 6 {
		t.Errorf("after a start without changes %d records:\n%s", n, said)
	}
}

// checkTrail has the hall's trail tell who signed in, by badges alone, and its
// key changed by nobody who has not signed in.
func (g signedHall) checkTrail(t *testing.T) {
	t.Helper()
	data := filepath.Dir(g.cmd.Args[len(g.cmd.Args)-1])
	if code, said := lobbyRun(t, "trail", "key", "--rotate", "--data", data); code != 1 || !strings.Contains(said, "Bearer BADGE:SECRET' "+g.url+"/api/v1/trail/key") {
		t.Errorf("asked to change its key: exit %d, %s", code, said)
	}
	g.interrupt(t)
	said := mustRun(t, "trail", "export", "--data", data, "--out", "-", "--personal", "--by", "0531", "--reason", "the test looks for secrets")
	for _, want := range []string{`{"what":"signed_in","badge":"0412","role":"window","window":"1","n":1}`, `{"what":"signed_in","badge":"kiosk:k1","role":"kiosk","n":1}`} {
		if !strings.Contains(said, `"event":"access.noted","data":`+want) {
			t.Errorf("the trail does not hold %s", want)
		}
	}
	if strings.Contains(said, "canary") || strings.Contains(said, clerksPIN) || strings.Contains(said, "argon2") || strings.Contains(said, "李") {
		t.Error("the trail gives a secret or a name away")
	}
}

// takeOut has nobody take what is personal out of a hall with sign-in but a
// manager or supervisor who says why, and has the trail tell who did.
func (g signedHall) takeOut(t *testing.T, stranger, clerk, supervisor *http.Client) {
	t.Helper()
	const path = "/api/v1/trail/export"
	why := map[string]string{"by": "0531", "reason": "complaint 7"}
	for _, c := range []struct {
		who  *http.Client
		said map[string]string
		want int
	}{
		{stranger, why, http.StatusUnauthorized}, {clerk, why, http.StatusForbidden}, {supervisor, map[string]string{"by": "0531"}, http.StatusBadRequest},
		{supervisor, map[string]string{"reason": "x", "day": "soon"}, http.StatusBadRequest}, {supervisor, map[string]string{"reason": "x", "day": "1999-01-01"}, http.StatusNotFound},
	} {
		if status, said := g.ask(t, c.who, "POST", path, c.said); status != c.want || bytes.Contains(said, []byte(`{"personal":`)) {
			t.Errorf("%v is answered %d, want %d: %.200s", c.said, status, c.want, said)
		}
	}
	status, said := g.ask(t, supervisor, "POST", path, why)
	if status != http.StatusOK || !bytes.Contains(said, []byte(`{"personal":`)) || !bytes.Contains(said, []byte(`{"what":"exported","badge":"0800","reason":"complaint 7","n":1}`)) {
		t.Errorf("a supervisor is answered %d: %s", status, said)
	}
	data := filepath.Dir(g.cmd.Args[len(g.cmd.Args)-1])
	code, text := lobbyRun(t, "trail", "export", "--personal", "--by", "0531", "--reason", "it's so", "--data", data, "--out", "-")
	if want := `-d '{"by":"0531","day":"","reason":"it'\''s so","ticket":""}' ` + g.url + path; code != 1 || !strings.Contains(text, want) {
		t.Errorf("the command is answered %d %s, want %s", code, text, want)
	}
}

// checkFeed opens the feed as a client and reads its hello.
func (g signedHall) checkFeed(t *testing.T, c *http.Client, admitted bool) {
	t.Helper()
	d := websocket.Dialer{TLSClientConfig: &tls.Config{RootCAs: g.roots}, Jar: c.Jar, Subprotocols: []string{"lobby.v1"}}
	conn, res, err := d.Dial("wss://"+g.host+"/api/v1/feed", http.Header{"Origin": {g.url}})
	if !admitted {
		if err == nil || res == nil || res.StatusCode != http.StatusUnauthorized {
			t.Errorf("a stranger's feed: %v %v", err, res)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var hello struct{ Type string }
	if err := conn.ReadJSON(&hello); err != nil || hello.Type != "hello" {
		t.Errorf("the feed: %v %v", hello, err)
	}
	if _, _, err := d.Dial("wss://"+g.host+"/api/v1/feed", http.Header{"Origin": {"https://evil.example"}}); err == nil {
		t.Error("a foreign page has the feed")
	}
}

func TestOthersAreListenedToOnlyWithTLSAndSignIn(t *testing.T) {
	both := Config{TLS: TLS{CertFile: "c", KeyFile: "k"}, Access: Access{File: "a"}}
	for _, c := range []struct {
		listen string
		config Config
		may    bool
	}{
		{"127.0.0.1:8080", Config{}, true}, {"localhost:8080", Config{}, true}, {"[::1]:8080", Config{}, true},
		{"0.0.0.0:8080", Config{}, false}, {":8080", Config{}, false}, {"10.0.0.2:8080", Config{TLS: both.TLS}, false}, {"10.0.0.2:8080", Config{Access: both.Access}, false},
		{"10.0.0.2:8080", both, true}, {":8080", both, true}, {"8080", both, false},
	} {
		c.config.Listen = c.listen
		if err := c.config.mayListen(); (err == nil) != c.may {
			t.Errorf("%s: %v", c.listen, err)
		}
	}
}

func TestFaultF52_CertificatesEndWithANotice(t *testing.T) {
	dir, start := t.TempDir(), time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	first, err := initTLS(dir, []string{"hall.local"}, nil, start)
	if err != nil {
		t.Fatal(err)
	}
	c, err := openCertificate(TLS{filepath.Join(dir, "server.pem"), filepath.Join(dir, "server.key")}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []struct {
		after time.Duration
		say   string
		over  bool
	}{{time.Hour, "", false}, {serverLasts - 40*24*time.Hour, "", false}, {serverLasts - 20*24*time.Hour, "将于", false}, {serverLasts + time.Hour, "已于", true}} {
		if say, over := c.expiry(start.Add(at.after)); over != at.over || !strings.Contains(say, at.say) || (say == "") != (at.say == "") {
			t.Errorf("after %s: %q, over %v", at.after, say, over)
		}
	}
	// A new one is taken without a restart, from the same CA.
	later := start.Add(serverLasts)
	second, err := initTLS(dir, []string{"hall.local"}, nil, later)
	if err != nil || first != second {
		t.Fatalf("made again: %v, the same CA: %v", err, first == second)
	}
	soon := time.Now().Add(time.Minute)
	if err := os.Chtimes(filepath.Join(dir, "server.pem"), soon, soon); err != nil {
		t.Fatal(err)
	}
	if say, _ := c.expiry(later); say != "" {
		t.Errorf("with the new one: %q", say)
	}
	// One that is broken leaves it in use.
	mustWrite(t, filepath.Join(dir, "server.pem"), "nonsense")
	if say, _ := c.expiry(later); say != "" {
		t.Errorf("with a broken file: %q", say)
	}
	if err := os.Chmod(filepath.Join(dir, "server.key"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := openCertificate(c.files, c.log); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key that others can read: %v", err)
	}
}

func TestCamerasAreShownToOthersOnlyWithSignIn(t *testing.T) {
	small, err := fs.ReadFile(halls.Files, "small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ rtsp, wrong string }{
		{"{listen: 127.0.0.1:8554}", ""},
		{"{listen: 0.0.0.0:8554, users: {nvr: {password_file: /etc/lobby/nvr.password}}}", ""},
		{"{listen: 0.0.0.0:8554}", "shows them the cameras"},
		{"{listen: 8554}", "host:port"},
		{"{listen: 127.0.0.1:8554, users: {nvr: {}}}", "user nvr needs a password_file"},
	} {
		text := strings.Replace(string(small), "rtsp: {listen: 127.0.0.1:8554}", "rtsp: "+c.rtsp, 1)
		said := readWrong(t, "small.yaml", text)
		if at := strings.Contains(said, "rtsp:"); at != (c.wrong != "") || !strings.Contains(said, c.wrong) {
			t.Errorf("%s is answered %q", c.rtsp, said)
		}
	}
}

// A player whose password cannot be read has one that nobody knows.
func TestPlayersOfCamerasHaveTheirPasswords(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string, mode fs.FileMode) Player {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return Player{PasswordFile: path}
	}
	l := &lobby{file: &hallFile{}, log: slog.New(slog.DiscardHandler)}
	if got := l.players(); len(got) != 0 {
		t.Errorf("an open hall asks for %v", got)
	}
	l.file.RTSP.Users = map[string]Player{
		"nvr": write("nvr", "secret\n", 0o600), "empty": write("empty", "\n", 0o600), "read": write("read", "known", 0o644), "gone": {PasswordFile: filepath.Join(dir, "gone")},
	}
	got := l.players()
	if len(got) != 4 || got["nvr"] != "secret" {
		t.Errorf("got %v", got)
	}
	for _, name := range []string{"empty", "read", "gone"} {
		if len(got[name]) < 20 {
			t.Errorf("%s may come in with %q", name, got[name])
		}
	}
}
