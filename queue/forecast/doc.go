// Package forecast foresees waits and says how sure it is. It learns from
// records alone: the same records and the same seed give the same foresight.
//
// The centre of a forecast is the middle of many simulated futures. Each plays
// the hall forward by the queue's own rule: who is at the windows stays as long
// as such citizens stay, rosters are kept, some do not come, and of the faster
// classes some still arrive who overtake. The interval around it is corrected
// by what became of earlier promises that were alike: in length, class and
// department (conformal prediction in groups, with levels that adapt).
//
// A promise is an event, forecast.given, and is judged when its ticket is
// called. Until the promises beat three simple rivals on the hall's own log
// they are made in shadow: recorded and judged, but told to nobody.
//
// The proof is TestPromisesHold; `go test -v -run TestPromisesHold
// ./queue/forecast` prints its table.
package forecast
