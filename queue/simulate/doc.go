// Package simulate lets a hall live through days in virtual time. It brings
// citizens and staff, and drives the real queue with the commands they would
// send: there is no second copy of the rules here. The same seed gives the
// same records, byte for byte.
//
// A [Day] is everything that comes to the hall from outside. It is drawn from a
// [Scenario], or taken from the records of a day that really was, so that
// another rule or roster can be tried on it.
package simulate
