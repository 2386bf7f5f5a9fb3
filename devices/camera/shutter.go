package camera

import "errors"

// ErrShut says that the camera is closed for privacy.
var ErrShut = errors.New("the camera is closed for privacy")

// Shut closes a camera for privacy, or opens it again: while it is closed its
// viewers and players end and nobody gets a picture. A camera that is not
// there is passed over.
func (r *Relay) Shut(camera string, closed bool) {
	if s := r.byID[camera]; s != nil && s.isShut() != closed {
		s.shutter(closed)
		r.tellAll()
	}
}

func (s *stream) isShut() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shut
}

func (s *stream) shutter(closed bool) {
	s.mu.Lock()
	before := s.isReady()
	s.shut = closed
	s.forget()
	s.tell(before)
	var gone map[*Viewer]struct{}
	if closed {
		gone, s.viewers = s.viewers, map[*Viewer]struct{}{}
	}
	s.mu.Unlock()
	for v := range gone {
		v.end(ErrShut)
	}
}
