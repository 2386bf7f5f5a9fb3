package api

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// Item is one matter (事项) with its sheet: what "one item, one sheet"
// discloses.
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
