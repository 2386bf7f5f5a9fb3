package queue

import "time"

// Shutter is a camera that is closed for privacy: no live picture, no footage.
type Shutter struct {
	Camera string    `json:"camera"`
	By     string    `json:"by"` // badge; "schedule" when the hall file's times closed it
	Reason string    `json:"reason"`
	Since  time.Time `json:"since"`
}

// BySchedule stands for the badge where the times of the hall file close or
// open a camera.
const BySchedule = "schedule"

// CameraShutter closes or opens a camera.
type CameraShutter struct {
	Camera string `json:"camera"`
	Closed bool   `json:"closed"`
	By     string `json:"by"`
	Reason string `json:"reason"`
}

func (c CameraShutter) decide(s *State, _ Input) (Outcome, error) {
	_, closed := s.shutters[c.Camera]
	switch {
	case c.Camera == "":
		return Outcome{}, refuse("bad_command.cameras", 1)
	case c.By == "":
		return Outcome{}, refuse(CodeBadgeMissing)
	case c.Reason == "":
		return Outcome{}, refuse("reason_missing.shutter")
	case c.Closed == closed:
		return Outcome{}, nil // as it is
	}
	return events1(nil, CameraShuttered(c))
}

// CameraShuttered: a camera was closed for privacy, or opened again.
type CameraShuttered struct {
	Camera string `json:"camera"`
	Closed bool   `json:"closed"`
	By     string `json:"by"`
	Reason string `json:"reason"`
}

// Name implements Event.
func (CameraShuttered) Name() string { return "camera.shuttered" }

// Topic implements Event.
func (CameraShuttered) Topic() string { return TopicDevices }

func (e CameraShuttered) apply(s *State, r Record) {
	if !e.Closed {
		delete(s.shutters, e.Camera)
		return
	}
	s.shutters[e.Camera] = Shutter{Camera: e.Camera, By: e.By, Reason: e.Reason, Since: r.At}
}

// Shutters returns the cameras that are closed, by id.
func (s *State) Shutters() map[string]Shutter {
	all := make(map[string]Shutter, len(s.shutters))
	for id, v := range s.shutters {
		all[id] = v
	}
	return all
}
