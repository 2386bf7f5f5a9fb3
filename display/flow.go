package display

import (
	"slices"

	"lobby/queue"
)

// Flow is the course of a chain: what a citizen goes through who takes one
// number for all of it. It is fixed under its version.
type Flow struct {
	Version int            `json:"version" yaml:"version"`
	Name    string         `json:"name" yaml:"name"`
	Names   Names          `json:"names" yaml:"names"`
	Limit   queue.Duration `json:"limit" yaml:"limit"` // of the whole
	Steps   []FlowStep     `json:"steps" yaml:"steps"`
}

// FlowStep is one step of a flow with its names.
type FlowStep struct {
	ID       string         `json:"id" yaml:"id"`
	Name     string         `json:"name" yaml:"name"`
	Names    Names          `json:"names" yaml:"names"`
	Service  string         `json:"service" yaml:"service"`
	Mode     queue.Mode     `json:"mode" yaml:"mode"` // person, or paper
	After    []string       `json:"after" yaml:"after"`
	Join     queue.Join     `json:"join" yaml:"join"` // all, or any 2
	Optional bool           `json:"optional" yaml:"optional"`
	Usual    queue.Duration `json:"usual" yaml:"usual"`
}

// chains are the flows as the queue knows them, by the ids of their chains.
func (d Description) chains() []queue.Chain {
	var chains []queue.Chain
	for _, c := range d.Chains {
		if c.Flow == nil {
			continue
		}
		k := queue.Chain{ID: c.ID, Version: c.Flow.Version, Name: c.Flow.Name, Limit: c.Flow.Limit}
		for _, p := range c.Flow.Steps {
			k.Steps = append(k.Steps, queue.Step{
				ID: p.ID, Name: p.Name, Service: p.Service, Mode: p.Mode, After: p.After, Join: p.Join, Optional: p.Optional, Usual: p.Usual,
			})
		}
		chains = append(chains, k)
	}
	return chains
}

// FlowNames are a chain's names in further languages.
type FlowNames struct {
	Names Names            `json:"names,omitempty"` // of the whole
	Steps map[string]Names `json:"steps,omitempty"` // by id, of those that have some
}

// FlowNames are those of a chain as it is now; nil for one that is not there any
// more.
func (d Description) FlowNames(chain string) *FlowNames {
	i := slices.IndexFunc(d.Chains, func(c Chain) bool { return c.ID == chain && c.Flow != nil })
	if i < 0 {
		return nil
	}
	n := &FlowNames{Names: d.Chains[i].Flow.Names, Steps: map[string]Names{}}
	for _, s := range d.Chains[i].Flow.Steps {
		if len(s.Names) > 0 {
			n.Steps[s.ID] = s.Names
		}
	}
	return n
}
