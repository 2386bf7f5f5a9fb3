package queue

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
)

// Chain is a one-stop chain (一条龙): a graph of steps that one person goes
// through under one number. Under its version it is unalterable; a change is a
// new version, and whoever is under way keeps the old one.
type Chain struct {
	ID      string   `json:"id"`
	Version int      `json:"version"` // from 1
	Name    string   `json:"name"`
	Limit   Duration `json:"limit,omitempty"` // of the whole, from the number to the last step; 0 means none
	Steps   []Step   `json:"steps"`
}

// Step is one part of a chain.
type Step struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Service  string   `json:"service,omitempty"` // where a person is served; a paper step may have none
	Mode     Mode     `json:"mode,omitempty"`    // person when empty
	After    []string `json:"after,omitempty"`   // the steps it follows; none means at once
	Join     Join     `json:"join,omitempty"`    // how many of these must have ended
	Optional bool     `json:"optional,omitempty"`
	Usual    Duration `json:"usual,omitempty"` // what it takes when all is well: for forecasts, and to name the step that ate the time
}

// Mode tells what a step needs.
type Mode string

// The modes of a step. Person steps of one ticket exclude each other; paper
// steps (材料流转) lie in the back office and go on beside them.
const (
	ModePerson Mode = "person"
	ModePaper  Mode = "paper"
)

// Join is how many of its predecessors a step waits for; 0 means all of them.
type Join int

// MarshalText writes "all" or "any 2".
func (j Join) MarshalText() ([]byte, error) {
	if j == 0 {
		return []byte("all"), nil
	}
	return []byte("any " + strconv.Itoa(int(j))), nil
}

// UnmarshalText reads what MarshalText writes.
func (j *Join) UnmarshalText(text []byte) error {
	*j = 0
	if string(text) == "all" || len(text) == 0 {
		return nil
	}
	n, err := strconv.Atoi(strings.TrimPrefix(string(text), "any "))
	if err != nil || n < 1 {
		return fmt.Errorf(`join %q: write "all" or "any 2"`, text)
	}
	*j = Join(n)
	return nil
}

// paper tells whether the step needs no person.
func (p Step) paper() bool { return p.Mode == ModePaper }

// need is how many of its predecessors a step waits for.
func (p Step) need() int {
	if p.Join == 0 {
		return len(p.After)
	}
	return int(p.Join)
}

// entry is the step at which the citizen takes the number: the first one that
// is a person's and follows nothing. Validation sees to it that there is one.
func (c Chain) entry() Step {
	i := slices.IndexFunc(c.Steps, func(p Step) bool { return !p.paper() && len(p.After) == 0 })
	return c.Steps[i]
}

// key names a chain and its version.
func (c Chain) key() string { return c.ID + "@" + strconv.Itoa(c.Version) }

// mark tells a chain from every other, to the last word.
func (c Chain) mark() string {
	data, err := json.Marshal(c)
	if err != nil {
		panic("queue: a chain that cannot be written: " + err.Error()) // it holds nothing but text and numbers
	}
	h := fnv.New64a()
	_, _ = h.Write(data)
	return strconv.FormatUint(h.Sum64(), 16)
}

// altered refuses a chain that was in force otherwise under the same version.
func (s *State) altered(c Config) *Refusal {
	for _, k := range c.Chains {
		if mark, ok := s.fixed[k.key()]; ok && mark != k.mark() {
			return refuse(CodeChainFixed, k.ID, k.Version)
		}
	}
	return nil
}

// validate reports everything that is wrong with a chain.
func (c Chain) validate(services map[string]bool, bad func(string, ...any)) {
	say := func(format string, args ...any) {
		bad("chain %q: "+format, append([]any{c.ID}, args...)...)
	}
	if c.ID == "" || c.Version < 1 {
		say("the id is empty or the version is not 1 or more")
	}
	known := map[string]bool{}
	for _, p := range c.Steps {
		if p.ID == "" || known[p.ID] {
			say("step %q: the id is empty or used twice", p.ID)
		}
		known[p.ID] = true
	}
	for _, p := range c.Steps {
		p.validate(services, known, say)
	}
	if !slices.ContainsFunc(c.Steps, func(p Step) bool { return !p.paper() && len(p.After) == 0 }) {
		say("no person's step comes first; the citizen takes the number for one")
	}
	if left := c.circular(); len(left) > 0 {
		say("the steps %s wait for each other", strings.Join(left, ", "))
	}
}

func (p Step) validate(services, steps map[string]bool, say func(string, ...any)) {
	switch {
	case p.Mode != "" && p.Mode != ModePerson && p.Mode != ModePaper:
		say("step %q: the mode %q is neither person nor paper", p.ID, p.Mode)
	case p.Service == "" && !p.paper(), p.Service != "" && !services[p.Service]:
		say("step %q: no service %q", p.ID, p.Service)
	}
	for i, id := range p.After {
		if !steps[id] || slices.Contains(p.After[:i], id) {
			say("step %q: it comes after %q, which is no step or is named twice", p.ID, id)
		}
	}
	if p.need() > len(p.After) {
		say("step %q: it joins any %d of %d steps", p.ID, p.need(), len(p.After))
	}
}

// circular lists the steps that can never begin even if all others end.
func (c Chain) circular() []string {
	done := map[string]bool{}
	for range c.Steps {
		for _, p := range c.Steps {
			if !slices.ContainsFunc(p.After, func(id string) bool { return !done[id] }) {
				done[p.ID] = true
			}
		}
	}
	var left []string
	for _, p := range c.Steps {
		if !done[p.ID] {
			left = append(left, p.ID)
		}
	}
	return left
}

// chain finds a chain of the configuration in force.
func (s *State) chain(id string) (Chain, *Refusal) {
	i := slices.IndexFunc(s.config.Chains, func(c Chain) bool { return c.ID == id })
	if i < 0 {
		return Chain{}, refuse(CodeNoChain, id)
	}
	return s.config.Chains[i], nil
}
