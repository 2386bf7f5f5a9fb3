package api

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// Item is one matter (事项) with its sheet: the ten disclosures (十公开) that
// "one item, one sheet" asks for. What a hall file leaves out is empty, and the
// kiosk says so.
type Item struct {
	Code        string            `json:"code" yaml:"code"`
	Name        string            `json:"name" yaml:"name"`
	Names       map[string]string `json:"names,omitempty" yaml:"names"`
	Department  string            `json:"department" yaml:"department"`
	Service     string            `json:"service" yaml:"service"`
	Type        string            `json:"type" yaml:"type"`                 // 即办件, 一审一核件, 承诺件, 初审上报件
	PromiseDays int               `json:"promise_days" yaml:"promise_days"` // working days
	LegalDays   int               `json:"legal_days" yaml:"legal_days"`     // working days
	Papers      []string          `json:"papers" yaml:"papers"`
	Fee         string            `json:"fee" yaml:"fee"`
	Basis       string            `json:"basis" yaml:"basis"`
	Chain       string            `json:"chain,omitempty" yaml:"chain"`
	LifeEvent   string            `json:"life_event,omitempty" yaml:"life_event"`

	Duty       string   `json:"duty,omitempty" yaml:"duty"`             // 职责: what the department answers for
	Conditions []string `json:"conditions,omitempty" yaml:"conditions"` // 条件: who may apply
	Procedure  []string `json:"procedure,omitempty" yaml:"procedure"`   // 程序: the steps, in order
	FeeBasis   string   `json:"fee_basis,omitempty" yaml:"fee_basis"`   // the rule a fee is taken by
	Samples    []string `json:"samples,omitempty" yaml:"samples"`       // 示范文本: forms that are shown filled in
	Result     string   `json:"result,omitempty" yaml:"result"`         // what the citizen gets in the end
	Phone      string   `json:"phone,omitempty" yaml:"phone"`           // 咨询电话; empty means the hall's
	Complaints string   `json:"complaints,omitempty" yaml:"complaints"` // 投诉电话; empty means the hall's
}

// Items is the catalogue of a hall.
type Items struct {
	list   []Item
	byCode map[string]Item
}

// itemTypes are the four kinds of matter.
var itemTypes = map[string]bool{"即办件": true, "一审一核件": true, "承诺件": true, "初审上报件": true}

// NewItems checks and indexes a catalogue. Services says which services the
// hall has.
func NewItems(list []Item, services map[string]bool) (*Items, error) {
	c := &Items{list: list, byCode: map[string]Item{}}
	var errs []error
	for _, i := range list {
		if _, twice := c.byCode[i.Code]; twice || i.Code == "" {
			errs = append(errs, fmt.Errorf("item %q: the code is empty or used twice", i.Code))
		}
		if !services[i.Service] {
			errs = append(errs, fmt.Errorf("item %q: no service %q", i.Code, i.Service))
		}
		if !itemTypes[i.Type] {
			errs = append(errs, fmt.Errorf("item %q: the type %q is none of 即办件 一审一核件 承诺件 初审上报件", i.Code, i.Type))
		}
		c.byCode[i.Code] = i
	}
	return c, errors.Join(errs...)
}

// Find returns an item by its code.
func (c *Items) Find(code string) (Item, bool) {
	i, ok := c.byCode[code]
	return i, ok
}

// First returns an item of a service; the zero item if it has none.
func (c *Items) First(service string) Item {
	for _, i := range c.list {
		if i.Service == service {
			return i
		}
	}
	return Item{}
}

// Len is how many items the hall offers.
func (c *Items) Len() int { return len(c.list) }

// search lists items whose name or code contains the text, of one service or
// of all.
func (c *Items) search(text, service string, limit int) []Item {
	found := []Item{}
	for _, i := range c.list {
		if len(found) == limit {
			break
		}
		if (service == "" || i.Service == service) && (strings.Contains(i.Name, text) || strings.Contains(i.Code, text)) {
			found = append(found, i)
		}
	}
	return found
}

func (a *API) items(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	limit, err := strconv.Atoi(q.Get("limit"))
	if err != nil || limit <= 0 {
		limit = a.Items.Len()
	}
	found := a.Items.search(q.Get("q"), q.Get("service"), limit)
	writeJSON(w, http.StatusOK, map[string]any{"items": found, "total": a.Items.Len()})
}

func (a *API) item(w http.ResponseWriter, r *http.Request) {
	item, ok := a.Items.Find(r.PathValue("code"))
	if !ok {
		problem(w, http.StatusNotFound, "unknown_item", "没有编号为 "+r.PathValue("code")+" 的事项")
		return
	}
	writeJSON(w, http.StatusOK, item)
}
