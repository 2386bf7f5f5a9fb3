package forecast

// queueLength is the estimate QL: so many have to leave windows of so many
// seconds each before the newcomer is called.
func queueLength(ahead, windows int, mean float64) float64 {
	return float64(ahead+1) * mean / float64(max(1, windows))
}
