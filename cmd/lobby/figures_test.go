package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"lobby/queue/figures"
)

// The trail of a hall and an export of it give the same figures, to the byte,
// and they account for every number.
func TestFiguresAreTheSameFromTrailAndExport(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data, file := filepath.Join(dir, "data"), filepath.Join(dir, "export")
	p := startLobby(t, "demo", "--small", "--for", "6s", "--speed", "12", "--listen", "127.0.0.1:0", "--data", data)
	if err := p.wait(); err != nil {
		t.Fatal(err)
	}
	mustRun(t, "trail", "export", "--data", data, "--out", file)
	for _, form := range []string{"--csv=true", "--csv=false"} {
		a, b := mustRun(t, "trail", "figures", form, "--data", data), mustRun(t, "trail", "figures", form, file)
		if a != b {
			t.Errorf("from the trail\n%s\nfrom its export\n%s", a, b)
		}
	}
	var r figures.Report
	if err := json.Unmarshal([]byte(mustRun(t, "trail", "figures", file)), &r); err != nil {
		t.Fatal(err)
	}
	if r.Balance.Received == 0 || r.Balance.Received != r.Balance.Sum() || r.Rows[0].Numbers != r.Balance.Received {
		t.Errorf("the balance is %+v, the hall's row %+v", r.Balance, r.Rows[0])
	}
	if got := mustRun(t, "trail", "ratings", file); got != mustRun(t, "trail", "ratings", "--data", data) || !strings.HasPrefix(got, "hall ") {
		t.Errorf("ratings from the export\n%s", got)
	}
	for args, say := range map[string]string{
		"trail figures": "name a data directory or an export",
		"trail figures --data " + data + " " + file:    "not both",
		"trail figures --from yesterday " + file:       `the day "yesterday" should be written`,
		"trail figures --data " + dir + " --to 1.1.26": `the day "1.1.26" should be written`,
	} {
		if code, said := lobbyRun(t, strings.Fields(args)...); code != 2 || !strings.Contains(said, say) {
			t.Errorf("lobby %s: exit %d, want 2 and %q in:\n%s", args, code, say, said)
		}
	}
}
