package fixed

import "bytes"

// find says whether a whole answer stands anywhere in what was heard. Its sums
// and lengths are those of the bytes heard, so that a byte that may be anything
// is covered too.
func (p pattern) find(heard []byte, c content) bool {
	want, err := p.fill(c)
	if err != nil {
		return false
	}
	for at := 0; at+len(want) <= len(heard); at++ {
		if p.same(heard[at:at+len(want)], want) {
			return true
		}
	}
	return false
}

// same compares a candidate with a filled pattern of the same length.
func (p pattern) same(have, want []byte) bool {
	at, cover := 0, span{}
	for i, t := range p {
		switch {
		case t.kind == "[":
			cover.from, cover.to = at, -1
			continue
		case t.kind == "]":
			cover.to = at
			continue
		case marks[t.kind]:
			continue
		}
		size := t.size
		if size == 0 { // a text of any length: what is left for the others
			size = len(want) - at - p[i+1:].fixedSize()
		}
		part := have[at : at+size]
		switch {
		case sums[t.kind] > 0:
			s := spot{t, at, cover}
			if !bytes.Equal(part, number(s.sum(have), t.size, t.little)) {
				return false
			}
		case t.kind != "any" && !bytes.Equal(part, want[at:at+size]):
			return false
		}
		at += size
	}
	return true
}

// fixedSize is the length of a pattern without texts of any length.
func (p pattern) fixedSize() int {
	n := 0
	for _, t := range p {
		n += t.size
	}
	return n
}
