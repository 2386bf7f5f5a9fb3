// Package bridge is the language between Lobby and its own boards: the HB1
// frames, the messages inside them, and the rules of numbering that make a
// press arrive once.
//
// The normative text is hardware-docs/hb1.md; firmware is written from that
// page, and this package is checked against its worked frames.
//
// Nothing here reads, writes, waits or knows the time. The call box driver,
// the emulated boards, the wire dump and the tests all use these same few
// functions: [Next] to find frames in a stream, [Append] to make one, a
// [Sender] to number what is sent and a [Memory] to recognise what was already
// received.
package bridge
