package papersensor_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"

	"lobby/devices/papersensor"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestALevelCountsWhenItHolds(t *testing.T) {
	for _, active := range []gpio.Level{gpio.Low, gpio.High} {
		synctest.Test(t, func(t *testing.T) {
			pin := &gpiotest.Pin{N: "GPIO24", L: !active}
			var told []bool
			ctx, stop := context.WithCancel(context.Background())
			ended := make(chan error, 1)
			go func() {
				ended <- papersensor.Sensor{Pin: pin, Active: active}.Run(ctx, func(a bool) { told = append(told, a) })
			}()
			set := func(l gpio.Level, d time.Duration) {
				if err := pin.Out(l); err != nil {
					t.Fatal(err)
				}
				<-time.After(d)
				synctest.Wait()
			}
			synctest.Wait() // its pull is on
			set(!active, 2*time.Second)
			for range 5 { // a roll that shakes
				set(active, 500*time.Millisecond)
				set(!active, 500*time.Millisecond)
			}
			set(active, 2*time.Second)
			set(!active, 2*time.Second)
			stop()
			<-ended
			if want := []bool{false, true, false}; !slices.Equal(told, want) {
				t.Errorf("told %v, want %v", told, want)
			}
		})
	}
}
