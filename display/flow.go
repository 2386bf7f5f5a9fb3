package display

import "lobby/queue"

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
