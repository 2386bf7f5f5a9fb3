package queue

// SignCheckpoint records that a checkpoint over the trail was signed. Lobby
// itself says so; the signature is made outside, over records that are on
// disk.
type SignCheckpoint struct {
	Size uint64
	Note string
}

func (c SignCheckpoint) decide(s *State, _ Input) (Outcome, error) {
	if c.Size > s.seq {
		return Outcome{}, refuse("bad_command.checkpoint", c.Size, s.seq)
	}
	return events1(nil, CheckpointSigned(c))
}

// CheckpointSigned: whoever keeps the note can tell whether the records before
// it were changed.
type CheckpointSigned struct {
	Size uint64 `json:"size"` // records under the root
	Note string `json:"note"` // signed note: hall, size, root, signature
}

// Name implements Event.
func (CheckpointSigned) Name() string { return "checkpoint.signed" }

// Topic implements Event.
func (CheckpointSigned) Topic() string { return TopicQueue }

func (e CheckpointSigned) apply(s *State, _ Record) { s.checkpoint = e }

// RotateKey records that another key signs from now on.
type RotateKey struct {
	Note string
}

func (c RotateKey) decide(*State, Input) (Outcome, error) {
	return events1(nil, KeyRotated(c))
}

// KeyRotated: the note names the key that signs from now on and is signed by
// the one before it.
type KeyRotated struct {
	Note string `json:"note"`
}

// Name implements Event.
func (KeyRotated) Name() string { return "key.rotated" }

// Topic implements Event.
func (KeyRotated) Topic() string { return TopicQueue }

func (KeyRotated) apply(*State, Record) {}

// ErasePersonal records that what is personal is erased from old records.
type ErasePersonal struct {
	Before string
}

func (c ErasePersonal) decide(*State, Input) (Outcome, error) {
	return events1(nil, PersonalErased(c))
}

// PersonalErased: of the days before one the trail holds commitments only.
type PersonalErased struct {
	Before string `json:"before"` // 2006-01-02
}

// Name implements Event.
func (PersonalErased) Name() string { return "personal.erased" }

// Topic implements Event.
func (PersonalErased) Topic() string { return TopicQueue }

func (PersonalErased) apply(*State, Record) {}
