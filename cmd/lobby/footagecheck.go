package main

import (
	"slices"
)

// footage checks what the hall file says about regions, masks, shutters and
// recording.
func (c checker) footage(bad func(path, format string, args ...any)) {
	for _, id := range sorted(c.Cameras) {
		cam, path := c.Cameras[id], "$.cameras."+id
		for _, window := range sorted(cam.Regions) {
			if !slices.Contains(cam.Windows, window) && !c.owns(window, id) {
				bad(path+".regions", "camera %s: a region for window %q, which is not among its windows", id, window)
			}
			if err := cam.Regions[window].Validate(); err != nil {
				bad(path+".regions", "camera %s, window %s: %v", id, window, err)
			}
		}
		for i, mask := range cam.Masks {
			if err := mask.Validate(); err != nil {
				bad(path+".masks", "camera %s, mask %d: %v", id, i+1, err)
			}
		}
		for _, shift := range cam.Shutter {
			if _, _, err := shift.Span(); err != nil {
				bad(path+".shutter", "camera %s: %v", id, err)
			}
		}
		if cam.Record != nil && cam.Record.Days <= 0 {
			bad(path+".record", "camera %s: say for how many days footage is kept, record: {days: 30}", id)
		}
	}
	if c.Footage.KeepDays < 0 {
		bad("$.footage.keep_days", "keep_days is %d; footage cannot be kept for less than no days", c.Footage.KeepDays)
	}
}

// owns tells whether a window names a camera as its own.
func (c checker) owns(window, camera string) bool {
	for _, w := range c.Windows {
		if w.ID == window {
			return w.Camera == camera
		}
	}
	return false
}
