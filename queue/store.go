package queue

// DiskDevice is the disk under the trail among the devices. While it is down
// the hall lives on the space that was kept for the end of the day.
const DiskDevice = "disk/data"

// diskFull refuses what makes the hall's day longer while the disk is full.
// Whoever has a number is still called and served.
func (s *State) diskFull() *Refusal {
	if d := s.devices[DiskDevice]; d != nil && d.State == "down" {
		return refuse(CodeDiskFull)
	}
	return nil
}

// Ready tells what keeps the hall from giving any number, whatever it is asked
// for: a full disk, or a clock in doubt. It is nil when there is nothing. A
// closed day keeps nobody from opening the next one.
func (s *State) Ready() *Refusal {
	if r := s.diskFull(); r != nil {
		return r
	}
	return s.clockSure()
}

// DropPart says that the records of a month are removed, because they need
// not be kept any longer. The trail removes them after it is recorded.
type DropPart struct {
	Part        string
	First, Last uint64
}

func (c DropPart) decide(*State, Input) (Outcome, error) {
	return events1(nil, TrailDropped(c))
}

// TrailDropped: the records of a month are no longer kept.
type TrailDropped struct {
	Part  string `json:"part"` // the month, "2026-11"
	First uint64 `json:"first"`
	Last  uint64 `json:"last"`
}

// Name implements Event.
func (TrailDropped) Name() string { return "trail.dropped" }

// Topic implements Event.
func (TrailDropped) Topic() string { return TopicDevices }

func (TrailDropped) apply(*State, Record) {}

// RestoreTrail says that this trail was restored from a backup, so that what
// was recorded after the backup is lost here.
type RestoreTrail struct {
	Old, New string // epochs
	Until    string // the business day on which papers with lost numbers may still be about
	Block    int    // how far numbers are moved, so that none comes a second time
}

func (c RestoreTrail) decide(*State, Input) (Outcome, error) {
	return events1(nil, TrailRestored(c))
}

// TrailRestored: the trail goes on from a backup. Numbers that were given after
// the backup are not known any more; until the day is over all numbers come
// out of a block of their own.
type TrailRestored struct {
	Old   string `json:"old_epoch"`
	New   string `json:"epoch"`
	Until string `json:"until"` // business day
	Block int    `json:"block"`
}

// Name implements Event.
func (TrailRestored) Name() string { return "trail.restored" }

// Topic implements Event.
func (TrailRestored) Topic() string { return TopicQueue }

func (e TrailRestored) apply(s *State, _ Record) {
	s.block.n += e.Block
	s.block.until = e.Until
	for key := range s.numbers {
		s.numbers[key] += e.Block
	}
}

// block is where numbers begin after a trail was restored.
type block struct {
	n     int
	until string // business day; on later ones numbers begin at their beginning
}

// on is the block for a day that is opened.
func (b block) on(day string) block {
	if day > b.until {
		return block{}
	}
	return b
}
