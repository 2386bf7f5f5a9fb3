package verify_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"lobby/queue/trail/verify"
)

// BenchmarkVerify verifies a file of 50,000 records, and beside it, in turns,
// hashes its lines and decodes them as JSON, which nobody could do without.
//
//	go test -run '^$' -bench Verify -benchtime 3x ./queue/trail/verify
func BenchmarkVerify(b *testing.B) {
	const records = 50_000
	h := &history{key: key(b, 1)}
	for range records / 7 {
		for range 6 {
			h.add(b, ticket("M001")) // and no checkpoints
		}
		h.add(b, ticket("M999"))
	}
	file := h.file(b, false)
	var ours, floor time.Duration
	for b.Loop() {
		begin := time.Now()
		if _, err := run(file, verify.Options{Keys: trusting(b, key(b, 1))}); err != nil {
			b.Fatal(err)
		}
		ours += time.Since(begin)
		begin = time.Now()
		for line := range bytes.Lines(file) {
			_ = tlog.RecordHash(line)
			var v struct{ Data json.RawMessage }
			_ = json.Unmarshal(line, &v) // the last lines are no JSON
		}
		floor += time.Since(begin)
	}
	b.ReportMetric(float64(ours)/float64(floor), "×floor")
	b.ReportMetric(float64(h.tree.Size())*float64(b.N)/ours.Seconds(), "records/s")
}
