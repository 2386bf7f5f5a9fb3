package forecast

import "math"

// queueLength is the estimate QL: so many have to leave windows of so many
// seconds each before the newcomer is called.
func queueLength(ahead, windows int, mean float64) float64 {
	return float64(ahead+1) * mean / float64(max(1, windows))
}

// erlang is a quantile of the wait behind so many at windows whose service
// times are exponential: the law Erlang(ahead+1), by Wilson and Hilferty
// (1931). It stands in where simulating would take too long.
func erlang(ahead, windows int, mean, normal float64) float64 {
	a := float64(ahead + 1)
	c := 1 - 1/(9*a) + normal/(3*math.Sqrt(a))
	return queueLength(0, windows, mean) * a * max(0, c*c*c)
}

// outer is the standard normal quantile 0.9.
const outer = 1.2816
