package simulate

// entry is one thing that is to happen.
type entry struct {
	at    int64 // Unix milliseconds
	order int   // of two at the same time the one noted first happens first
	do    func()
}

func (e entry) before(o entry) bool { return e.at < o.at || e.at == o.at && e.order < o.order }

// agenda is what is to happen: a binary heap, the next one first.
type agenda struct {
	entries []entry
	noted   int
}

func (a *agenda) note(at int64, do func()) {
	a.noted++
	a.entries = append(a.entries, entry{at, a.noted, do})
	for i := len(a.entries) - 1; i > 0; {
		up := (i - 1) / 2
		if a.entries[up].before(a.entries[i]) {
			return
		}
		a.entries[up], a.entries[i] = a.entries[i], a.entries[up]
		i = up
	}
}

func (a *agenda) pop() entry {
	first, last := a.entries[0], len(a.entries)-1
	a.entries[0] = a.entries[last]
	a.entries = a.entries[:last]
	for i := 0; ; {
		least := i
		for _, c := range [2]int{2*i + 1, 2*i + 2} {
			if c < last && a.entries[c].before(a.entries[least]) {
				least = c
			}
		}
		if least == i {
			return first
		}
		a.entries[i], a.entries[least] = a.entries[least], a.entries[i]
		i = least
	}
}
