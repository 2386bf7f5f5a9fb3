// Package star drives thermal ticket printers that speak Star Line Mode: Star's
// TSP and TUP series and mC-Print.
//
// Encode turns a slip into bytes and touches nothing else. Printer moves those
// bytes and asks, in real time, how far the printer is: an ETB behind the slip
// moves a counter of the printer when everything before it is on paper.
//
// The wiring, the commands and the worked frames are in
// hardware-docs/printers/star.md.
package star
