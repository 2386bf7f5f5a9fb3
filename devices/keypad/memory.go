package keypad

// remembered is how many answered events are known of one keypad. A keypad
// keeps 200 events and sends one at a time, so that is plenty.
const remembered = 1024

// memory holds the last ids of one keypad.
type memory struct {
	known map[string]struct{}
	ring  []string
	next  int
}

func newMemory() *memory {
	return &memory{known: map[string]struct{}{}}
}

func (m *memory) has(id string) bool {
	_, ok := m.known[id]
	return ok
}

// add remembers an id and forgets the oldest if there are too many.
func (m *memory) add(id string) {
	if m.has(id) {
		return
	}
	m.known[id] = struct{}{}
	if len(m.ring) < remembered {
		m.ring = append(m.ring, id)
		return
	}
	delete(m.known, m.ring[m.next])
	m.ring[m.next] = id
	m.next = (m.next + 1) % remembered
}
