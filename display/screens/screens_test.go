package screens_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"lobby/display/screens"
)

func TestSilentScreenIsReportedOnceAndWhenItIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []string
		begin := time.Now()
		s := screens.New([]string{"wall:main", "kiosk:k1"}, func(screen string, alive bool) {
			told = append(told, fmt.Sprintf("%.0fs %s %v", time.Since(begin).Seconds(), screen, alive))
		})
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _ = s.Run(ctx) }()
		for range 10 { // the wall beats for 100 s, the kiosk never does
			time.Sleep(10 * time.Second)
			s.Beat("wall:main")
			s.Beat("wall:of another hall")
		}
		time.Sleep(2 * time.Minute)
		s.Beat("wall:main")
		cancel()
		synctest.Wait()
		want := []string{"10s wall:main true", "30s kiosk:k1 false", "130s wall:main false", "220s wall:main true"}
		if !slices.Equal(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
	})
}
