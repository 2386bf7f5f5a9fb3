package verify_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"lobby/queue"
	"lobby/queue/trail/checkpoint"
	"lobby/queue/trail/verify"
)

var update = flag.Bool("update", false, "write the example of deploy/verify anew; a file once published must verify for ever")

const (
	exampleFile = "../../../deploy/verify/example.trail"
	exampleKey  = "../../../deploy/verify/example.key"
	page        = "../../../hardware-docs/trail-format.md"
)

// example is a short day, made by the rules of the queue themselves.
func example(t *testing.T) *history {
	t.Helper()
	h := &history{key: key(t, 1)}
	state := queue.NewState()
	config := queue.Config{
		Services: []queue.Service{{ID: "social", Name: "社会保险", Prefix: "M"}}, Classes: []queue.Class{{ID: "normal", Name: "普通", Rate: 1}},
		Windows: []queue.Window{{ID: "12", Services: []string{"social"}}}, Kiosks: []queue.Kiosk{{ID: "k1"}},
	}
	for _, c := range []queue.Command{
		queue.Activate{Config: config, Hash: "example"}, queue.DayOpen{Day: "2026-11-23"}, queue.WindowOpen{Window: "12", Staff: "0412"},
		queue.Take{Service: "social", Kiosk: "k1"}, queue.SignCheckpoint{}, queue.CallNext{Window: "12"}, queue.Arrive{Window: "12"},
		queue.Finish{Window: "12"}, queue.WindowClose{Window: "12"}, queue.DayClose{},
	} {
		if _, ok := c.(queue.SignCheckpoint); ok {
			c = queue.SignCheckpoint{Size: h.tree.Size(), Note: h.checkpoint(t)}
		}
		n := h.tree.Size()
		out, err := state.Decide(queue.Input{At: nine.Add(time.Duration(n+1) * time.Second), Nonce: fmt.Sprintf("%dc1e09a4d52f3886ac0", n)}, c)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range out.Events {
			h.add(t, e)
			r, err := h.leaves[len(h.leaves)-1].Record(h.parts[len(h.parts)-1])
			if err != nil {
				t.Fatal(err)
			}
			state.Apply(r)
		}
	}
	return h
}

func mustRead(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// The example was written once. Whatever becomes of the program, it verifies.
func TestTheExampleVerifiesForEver(t *testing.T) {
	if *update {
		h := example(t)
		if err := os.WriteFile(exampleFile, h.file(t, true), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(exampleKey, []byte(h.key.Verifier()+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	keys, err := checkpoint.ReadKeys(mustRead(t, exampleKey))
	if err != nil {
		t.Fatal(err)
	}
	if r, err := run([]byte(mustRead(t, exampleFile)), verify.Options{Keys: keys}); err != nil || r.Records != r.Size || r.Checkpoints != 2 {
		t.Errorf("%+v, %v", r, err)
	}
	if testing.Short() {
		return
	}
	out, err := exec.Command("python3", "../../../deploy/verify/verify.py", "--key", exampleKey, exampleFile).CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), "fuyang: ") {
		t.Errorf("the other verifier: %v\n%s", err, out)
	}
}

// TestThePageComputesWhatItSays works the page's example out again, from the
// example file with plain hashes.
func TestThePageComputesWhatItSays(t *testing.T) {
	text, file, verifier := mustRead(t, page), mustRead(t, exampleFile), strings.TrimSpace(mustRead(t, exampleKey))
	lines := strings.Split(file, "\n")
	var hashes []tlog.Hash
	say := map[string]string{"key": verifier}
	for _, line := range lines {
		if !strings.HasPrefix(line, `{"seq":`) {
			continue
		}
		leaf := line[:len(line)-55] + "}"
		hashes = append(hashes, tlog.RecordHash([]byte(leaf)))
		if strings.Contains(line, "ticket.issued") {
			say["line"], say["leaf"], say["hash"] = line, leaf, hashes[len(hashes)-1].String()
		}
	}
	for _, line := range lines {
		if strings.HasPrefix(line, `{"personal":`) {
			say["personal"] = line
			break
		}
	}
	ab, cd := tlog.NodeHash(hashes[0], hashes[1]), tlog.NodeHash(hashes[2], hashes[3])
	say["tree"] = fmt.Sprintf("h1    = %s\nh2    = %s\nh3    = %s\nh4    = %s\nh5    = %s\nh1-2  = %s\nh3-4  = %s\nh1-4  = %s\nroot5 = %s",
		hashes[0], hashes[1], hashes[2], hashes[3], hashes[4], ab, cd, tlog.NodeHash(ab, cd), tlog.NodeHash(tlog.NodeHash(ab, cd), hashes[4]))
	notes := strings.Split(file, "\n\nfuyang\n")
	say["checkpoint"] = "fuyang\n" + strings.TrimSuffix(notes[1], "\n")
	found := regexp.MustCompile("(?s)```([a-z]+)\n(.*?)\n```").FindAllStringSubmatch(text, -1)
	seen := map[string]bool{}
	for _, block := range found {
		if want, ok := say[block[1]]; ok {
			seen[block[1]] = true
			if want != block[2] {
				t.Errorf("%s says of the %s\n%s\nwant\n%s", page, block[1], block[2], want)
			}
		}
	}
	if len(seen) != len(say) {
		t.Errorf("%s has the blocks %v, want %d", page, seen, len(say))
	}
}

// A commitment is as the page says: SHA-256 over the salt and the clear part.
func TestTheExampleOpensItsCommitments(t *testing.T) {
	var line struct {
		Salt       []byte
		Clear      json.RawMessage
		Commitment []byte
	}
	opened := 0
	for _, text := range strings.Split(mustRead(t, exampleFile), "\n") {
		if strings.HasPrefix(text, "{") {
			if err := json.Unmarshal([]byte(text), &line); err != nil {
				t.Fatal(err)
			}
		}
		if strings.HasPrefix(text, `{"personal":`) {
			opened++
			if sum := tlog.Hash(sha(append(line.Salt, line.Clear...))); !bytes.Equal(sum[:], line.Commitment) {
				t.Errorf("%s: the commitment is %s", text, base64.StdEncoding.EncodeToString(line.Commitment))
			}
		}
	}
	if opened == 0 {
		t.Error("nothing personal is in the example")
	}
}

func sha(b []byte) [sha256.Size]byte { return sha256.Sum256(b) }
