// Package escpos drives thermal ticket printers that speak ESC/POS: Epson's TM
// series and the many makes that took over its language.
//
// Encode turns a slip into bytes and touches nothing else. Printer moves those
// bytes, listens to what the printer says meanwhile, and reports what is known
// about the paper. What differs between models is a row in Profiles, so a
// re-badged printer is data and not code.
//
// The wiring, the commands and the worked frames are in
// hardware-docs/printers/escpos.md.
package escpos
