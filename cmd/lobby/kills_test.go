package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// bareHall is a hall without devices, which starts as fast as a hall can.
const bareHall = `
hall: {id: bare, name: 裸厅, timezone: Asia/Shanghai}
listen: 127.0.0.1:0
services:
  - {id: social, name: 社保, prefix: M}
  - {id: family, name: 婚育, prefix: A}
  - {id: trade, name: 企业, prefix: Q}
classes: [{id: normal, name: 普通, rate: 1}]
windows:
  - {id: "1", services: [social, family, trade]}
  - {id: "2", services: [social, family, trade]}
  - {id: "3", services: [social, family, trade]}
  - {id: "4", services: [social, family, trade]}
kiosks: [{id: k1}]
walls: [{id: w1}]
rules: {recall_gap: 1ms}
`

// TestFaultF44_KilledFiveHundredTimes kills the program as it is shipped, without the
// race detector, so that there is time for many kills. Ten halls share them, for a
// start reads all that was before it.
func TestFaultF44_KilledFiveHundredTimes(t *testing.T) {
	t.Parallel()
	kills := 500
	if os.Getenv("LOBBY_NIGHTLY") != "" {
		kills = 10_000
	}
	path := shipped(t)
	const halls = 10
	for n := range uint64(halls) {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			killAgainAndAgain(t, path, kills/halls, rand.New(rand.NewPCG(5, n)))
		})
	}
}

// killAgainAndAgain has a few answers come under load, then kill -9, a start, and
// everything that was acknowledged since the last start is asked for again.
func killAgainAndAgain(t *testing.T, path string, kills int, chance *rand.Rand) {
	t.Helper()
	dir := t.TempDir()
	hall := filepath.Join(dir, "hall.yaml")
	if err := os.WriteFile(hall, []byte(bareHall), 0o600); err != nil {
		t.Fatal(err)
	}
	l := &ledger{answers: map[string]sent{}, numbers: map[string]string{}}
	start := func() *program { return startProgram(t, path, "run", "--config", hall, "--data", dir) }
	for round := range kills {
		p := start()
		if round == 0 {
			p.must(t, "open", "day_open", nil)
		}
		l.again(t, p)
		var customers sync.WaitGroup
		for worker := range 4 {
			customers.Go(func() { l.customer(t, p.url, worker, round) })
		}
		l.await(t, chance.IntN(40))
		<-time.After(time.Duration(chance.IntN(5000)) * time.Microsecond)
		p.kill()
		customers.Wait()
	}
	p := start()
	l.again(t, p)
	l.resumes(t, p)
	p.epoch(t, "")
	if len(l.answers) < 2*kills || strings.Contains(p.log(), "panic") {
		t.Errorf("only %d commands were acknowledged in %d rounds, the test did not try hard", len(l.answers), kills)
	}
	t.Logf("%d kills, %d acknowledged commands, %d numbers", kills, len(l.answers), len(l.numbers))
}
