package forecast

import "math"

// How much is believed of the wider group before a narrower one has shown its
// own pace, in services seen.
const (
	shrinkage = 20
	// leastSeen is how many services of the hall must have been seen before
	// anything is said about time.
	leastSeen = 30
)

// halfLife is after how many working days what was seen counts half.
const halfLife = 20

// decay is what a working day leaves of the past.
var decay = math.Exp2(-1.0 / halfLife)

// pace is what is known of how long citizens of one group occupy a window,
// from the call to the end: the moments of the logarithm of seconds.
type pace struct {
	n, sum, squares float64
	missed, called  float64 // no-shows among those called
}

func (p *pace) seen(seconds float64) {
	x := math.Log(max(1, seconds))
	p.n, p.sum, p.squares = p.n+1, p.sum+x, p.squares+x*x
}

func (p *pace) fade() {
	p.n, p.sum, p.squares = p.n*decay, p.sum*decay, p.squares*decay
	p.missed, p.called = p.missed*decay, p.called*decay
}

// law is a lognormal law of occupation with the chance that nobody comes.
type law struct {
	mu, sigma float64
	absent    float64
}

// mean is the law's mean in seconds, of those who come.
func (l law) mean() float64 { return math.Exp(l.mu + l.sigma*l.sigma/2) }

// under believes the narrow group as far as it has been seen and the wide one
// for the rest.
func (p *pace) under(wide law) law {
	n := p.n + shrinkage
	mu := (p.sum + shrinkage*wide.mu) / n
	// The second moment is shrunk about the common mean, so that a service with
	// few samples does not look certain.
	second := (p.squares + shrinkage*(wide.sigma*wide.sigma+wide.mu*wide.mu)) / n
	return law{
		mu: mu, sigma: math.Sqrt(max(0.01, second-mu*mu)),
		absent: (p.missed + shrinkage*wide.absent) / (p.called + shrinkage),
	}
}

// paces is the pace of the hall, of its departments and of its services.
type paces struct {
	hall        pace
	departments map[string]*pace
	services    map[string]*pace
	turn        average // from the end of one citizen to the call of the next, while somebody waits
	missing     average // from the call to the no-show
	pause       average // length of a pause that no roster foresaw
}

func newPaces() paces {
	return paces{departments: map[string]*pace{}, services: map[string]*pace{}}
}

// of are the paces that a citizen of a service tells something about.
func (p *paces) of(service, department string) [3]*pace {
	return [3]*pace{&p.hall, entry(p.departments, department), entry(p.services, service)}
}

// entry finds or makes an entry.
func entry[K comparable, V any](m map[K]*V, key K) *V {
	v := m[key]
	if v == nil {
		v = new(V)
		m[key] = v
	}
	return v
}

// enough tells whether the hall has been seen at work.
func (p *paces) enough() bool { return p.hall.n >= leastSeen }

// law is the law of a service as far as it is known.
func (p *paces) law(service, department string) law {
	known := p.of(service, department)
	l := law{mu: p.hall.sum / max(1, p.hall.n), sigma: 0.8, absent: 0.05}
	for _, k := range known {
		l = k.under(l)
	}
	return l
}

func (p *paces) fade() {
	p.hall.fade()
	for _, m := range []map[string]*pace{p.departments, p.services} {
		for _, k := range m {
			k.fade()
		}
	}
	p.turn.fade()
	p.missing.fade()
	p.pause.fade()
}

// average is a mean that forgets.
type average struct{ n, sum float64 }

func (a *average) seen(seconds float64) { a.n, a.sum = a.n+1, a.sum+seconds }

func (a *average) fade() { a.n, a.sum = a.n*decay, a.sum*decay }

// or is the mean, drawn towards a first guess that counts as one sample.
func (a average) or(guess float64) float64 { return (a.sum + guess) / (a.n + 1) }
