package main

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lobby/queue/trail/checkpoint"
)

// lobbyRun runs the program to its end and tells its exit code and all it said.
func lobbyRun(t testing.TB, args ...string) (code int, said string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(self, args...).CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode(), string(out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return 0, string(out)
}

// mustRun is lobbyRun for what has to succeed.
func mustRun(t testing.TB, args ...string) string {
	t.Helper()
	code, said := lobbyRun(t, args...)
	if code != 0 {
		t.Fatalf("lobby %s: exit %d\n%s", strings.Join(args, " "), code, said)
	}
	return said
}

func mustWrite(t testing.TB, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A hall runs for a while; then a stranger is given its trail.
func TestAStrangerVerifiesADay(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data, file := filepath.Join(dir, "data"), filepath.Join(dir, "trail")
	p := startLobby(t, "demo", "--small", "--speed", "10", "--listen", "127.0.0.1:0", "--data", data)
	aCitizenKeepsProof(t, p)
	key := mustWrite(t, filepath.Join(dir, "key"), fetch(t, p.url+"/api/v1/trail/key"))
	rotatedWhileRunning(t, p, data)
	p.interrupt(t)
	mustRun(t, "trail", "export", "--data", data, "--out", file)
	if said := mustRun(t, "trail", "verify", "--key", key, file); !strings.Contains(said, "fuchun: ") || !strings.Contains(said, "all in order") {
		t.Errorf("verified with %q", said)
	}
	verifiedElsewhere(t, key, file)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	issued := regexp.MustCompile(`"seq":(\d+),.*"event":"ticket.issued","data":{"ticket":"(\w+)","leg":"[^"]*","day":"([^"]*)"`).FindSubmatch(whole)
	if issued == nil {
		t.Fatal("no ticket was issued")
	}
	one := filepath.Join(dir, "one")
	mustRun(t, "trail", "export", "--data", data, "--out", one, "--ticket", string(issued[3])+"/"+string(issued[2]))
	all := mustWrite(t, filepath.Join(dir, "all"), mustRun(t, "trail", "key", "--data", data))
	if said := mustRun(t, "trail", "verify", "--key", all, one); !strings.Contains(said, "are not in the file and only their hashes were used") {
		t.Errorf("one ticket was verified with %q", said)
	}
	mustWrite(t, file, string(bytes.Replace(whole, issued[2], []byte("Z999"), 1)))
	if code, said := lobbyRun(t, "trail", "verify", "--key", key, file); code != 1 || !strings.Contains(said, "record "+string(issued[1])+": ") {
		t.Errorf("record %s was changed: exit %d, %s", issued[1], code, said)
	}
	rotated(t, data, key, string(whole))
}

// aCitizenKeepsProof takes a ticket and has its records proved, to two
// verifiers.
func aCitizenKeepsProof(t *testing.T, p *program) {
	t.Helper()
	dir := t.TempDir()
	ticket := p.must(t, "citizen", "take", map[string]any{"service": "social"})
	key := mustWrite(t, filepath.Join(dir, "key"), fetch(t, p.url+"/api/v1/trail/key"))
	proof := fetch(t, p.url+"/api/v1/t/"+ticket["token"].(string)+"/proof")
	if len(proof) > 6000 || !strings.Contains(proof, `"ticket":"`+ticket["ticket"].(string)+`"`) || !strings.Contains(proof, ticket["token"].(string)) {
		t.Errorf("the proof has %d bytes:\n%s", len(proof), proof)
	}
	file := mustWrite(t, filepath.Join(dir, "proof"), proof)
	mustRun(t, "trail", "verify", "--key", key, file)
	verifiedElsewhere(t, key, file)
	if res, err := http.Get(p.url + "/api/v1/t/nobodys/proof"); err != nil || res.StatusCode != http.StatusNotFound {
		t.Errorf("the proof of nobody's ticket: %v, %v", res, err)
	}
}

// verifiedElsewhere has the other verifier judge a file.
func verifiedElsewhere(t *testing.T, args ...string) {
	t.Helper()
	if testing.Short() {
		return
	}
	needs(t, map[string]string{python: "python3"})
	args = append([]string{"../../deploy/verify/verify.py", "--key"}, args...)
	if out, err := exec.Command(python, args...).CombinedOutput(); err != nil {
		t.Errorf("the other verifier: %v\n%s", err, out)
	}
}

// saidElsewhere is why the other verifier refuses a file, which it has to.
func saidElsewhere(t *testing.T, args ...string) string {
	t.Helper()
	if testing.Short() {
		return ""
	}
	needs(t, map[string]string{python: "python3"})
	out, err := exec.Command(python, append([]string{"../../deploy/verify/verify.py"}, args...)...).CombinedOutput()
	if err == nil {
		t.Errorf("the other verifier takes %v: %s", args, out)
	}
	return string(out)
}

// fetch gets a text.
func fetch(t *testing.T, url string) string {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s, %v\n%s", url, res.Status, err, text)
	}
	return string(text)
}

// rotatedWhileRunning gives a running hall another key. What follows is
// verified by whoever has the old one.
func rotatedWhileRunning(t *testing.T, p *program, data string) {
	t.Helper()
	old := fetch(t, p.url+"/api/v1/trail/key")
	both := mustRun(t, "trail", "key", "--rotate", "--data", data)
	if now := fetch(t, p.url+"/api/v1/trail/key"); now != both || !strings.HasPrefix(both, old) || strings.Count(both, "\n") != 2 {
		t.Errorf("the keys were\n%sand are\n%sand the command said\n%s", old, now, both)
	}
}

// rotated gives the hall another key, which the old one has handed over to.
func rotated(t *testing.T, data, oldKey, before string) {
	t.Helper()
	dir := t.TempDir()
	keys := strings.Fields(mustRun(t, "trail", "key", "--data", data, "--rotate"))
	if len(keys) != 3 {
		t.Fatalf("the keys are %v", keys)
	}
	notes := strings.Split(before, "\n\nfuchun\n")
	kept := mustWrite(t, filepath.Join(dir, "kept"), "fuchun\n"+notes[len(notes)-1])
	file := filepath.Join(dir, "trail")
	mustRun(t, "trail", "export", "--data", data, "--out", file)
	mustRun(t, "trail", "verify", "--key", oldKey, "--checkpoint", kept, file)
	verifiedElsewhere(t, oldKey, "--checkpoint", kept, file)
	stranger := t.TempDir()
	if code, said := lobbyRun(t, "trail", "key", "--data", stranger); code != 1 || !strings.Contains(said, "there is no key in") {
		t.Errorf("a directory without a key: exit %d, %s", code, said)
	}
	last := mustWrite(t, filepath.Join(dir, "new"), keys[2])
	if code, said := lobbyRun(t, "trail", "verify", "--key", last, file); code != 1 {
		t.Errorf("verified by the new key alone, although the old one signed most of it: %s", said)
	}
}

func TestTheTrailCommandsSayHowTheyAreUsed(t *testing.T) {
	for args, say := range map[string]string{
		"trail key":                                         "--data DIR is missing",
		"trail export --data x":                             "--out FILE is missing",
		"trail export --data x --out y --ticket":            "flag needs an argument",
		"trail export --data x --out y --ticket M001":       "should be a day and a number",
		"trail export --data x --out y --day=":              "--day \"\" is no day",
		"trail export --data x --out y --ticket=":           "should be a day and a number",
		"trail figures --from 2026-11-28 --to 2026-11-27 x": "--from 2026-11-28 is after --to 2026-11-27",
		"trail verify x":                                    "--key FILE is missing",
		"trail verify --key x":                              "accepts 1 arg",
	} {
		if code, said := lobbyRun(t, strings.Fields(args)...); code != 2 || !strings.Contains(said, say) {
			t.Errorf("lobby %s: exit %d, want 2 and %q in %s", args, code, say, said)
		}
	}
}

// What is personal leaves the house for a person with a reason, while the hall
// runs and while it does not, and the file itself says so.
func TestWhatIsPersonalLeavesWithANameAndAReason(t *testing.T) {
	dir := t.TempDir()
	p := startLobby(t, "run", "--config", mustWrite(t, filepath.Join(dir, "hall.yaml"), bareHall), "--data", dir)
	p.must(t, "open", "day_open", nil)
	ticket := p.must(t, "take", "take", map[string]any{"service": "social"})
	key := mustWrite(t, filepath.Join(dir, "key"), fetch(t, p.url+"/api/v1/trail/key"))
	file := filepath.Join(dir, "trail")
	about := ticket["day"].(string) + "/" + ticket["ticket"].(string)
	export := func(more ...string) (code int, said string) {
		return lobbyRun(t, append([]string{"trail", "export", "--data", dir, "--personal", "--ticket", about}, more...)...)
	}
	for _, missing := range []string{"--by=0531", "--reason=complaint 7"} {
		if code, said := export("--out", file, missing); code != 2 || !strings.Contains(said, "--by BADGE and --reason TEXT") || exists(file) {
			t.Errorf("with %s alone: exit %d, %s", missing, code, said)
		}
	}
	for n, state := range []string{"runs", "has stopped"} {
		if code, said := export("--out", file, "--by", "0531", "--reason", "complaint 7"); code != 0 {
			t.Fatalf("while the hall %s: exit %d, %s", state, code, said)
		}
		text, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(text), ticket["token"].(string)) {
			t.Errorf("while the hall %s: %v\n%s", state, err, text)
		}
		mustRun(t, "trail", "verify", "--key", key, file)
		all := mustRun(t, "trail", "export", "--data", dir, "--out", "-")
		if want := `"event":"access.noted","data":{"what":"exported","badge":"0531","about":"` + about + `","reason":"complaint 7","n":1}`; strings.Count(all, want) != n+1 {
			t.Errorf("while the hall %s it was not recorded:\n%s", state, all)
		}
		p.kill()
	}
	none := filepath.Join(dir, "none")
	if code, said := lobbyRun(t, "trail", "export", "--data", none, "--personal", "--by", "0531", "--reason", "x", "--out", file); code != 1 || exists(none) {
		t.Errorf("of no hall: exit %d, %s", code, said)
	}
}

// What somebody gives a verifier by mistake is named, and a secret key is not
// shown to whoever looks at the screen.
func TestVerifiersSayWhatTheyWereGiven(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	secret, err := checkpoint.KeyOf("fuyang", [32]byte{7})
	if err != nil {
		t.Fatal(err)
	}
	if err := secret.Write(dir); err != nil {
		t.Fatal(err)
	}
	private := filepath.Join(dir, checkpoint.KeyFile)
	empty := mustWrite(t, filepath.Join(dir, "empty"), "")
	stranger := mustWrite(t, filepath.Join(dir, "stranger"), secret.Verifier()+"\n")
	const example, right = "../../deploy/verify/example.trail", "../../deploy/verify/example.key"
	for _, c := range []struct{ key, older, says, too string }{
		{private, "", private + ": checkpoint: this is a secret key", "this is a secret key"},
		{empty, "", empty + ": checkpoint: there is no verifier key", "there is no verifier key"},
		{stranger, "", "is signed by the key fuyang+cf9df090, which is none of those that are trusted", "signed by nobody who is trusted"},
		{right, empty, empty + ": there is no checkpoint in it", "a checkpoint is not hall"},
	} {
		args := []string{"--key", c.key, example}
		if c.older != "" {
			args = append([]string{"--checkpoint", c.older}, args...)
		}
		code, said := lobbyRun(t, append([]string{"trail", "verify"}, args...)...)
		if code != 1 || !strings.Contains(said, c.says) {
			t.Errorf("%v: exit %d, %s", args, code, said)
		}
		other := saidElsewhere(t, args...)
		if !testing.Short() && !strings.Contains(other, c.too) {
			t.Errorf("%v: the other verifier says %q", args, other)
		}
		if strings.Contains(said+other, "PRIVATE") {
			t.Errorf("%v: a secret is shown: %s%s", args, said, other)
		}
	}
}

// A hall that is started with another hall's data directory records nothing in it.
func TestAnotherHallsTrailIsLeftAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	mustRun(t, "demo", "--small", "--quiet", "--for", "1s", "--listen", "127.0.0.1:0", "--data", data)
	before := mustRun(t, "trail", "export", "--data", data, "--out", "-")
	other := mustWrite(t, filepath.Join(dir, "other.yaml"), `
hall: {id: other, name: 别的大厅, timezone: Asia/Shanghai}
listen: 127.0.0.1:0
data: `+data+`
mqtt: {embedded: true, listen: 127.0.0.1:0}
services: [{id: a, name: A, prefix: A}]
windows: [{id: "1", name: 一号, services: [a]}]
`)
	if code, said := lobbyRun(t, "run", "--config", other); code != 1 || !strings.Contains(said, `signs for the hall "fuchun", this hall is "other"`) {
		t.Errorf("exit %d: %s", code, said)
	}
	if after := mustRun(t, "trail", "export", "--data", data, "--out", "-"); after != before {
		t.Errorf("the trail has grown:\n%s", strings.TrimPrefix(after, before[:strings.LastIndex(before, "}\n\n")]))
	}
}
