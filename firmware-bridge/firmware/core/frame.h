/* Frames: what is on the line around a packet (hardware-docs/hb1.md, "Frame"). */
#ifndef FRAME_H
#define FRAME_H

#include "hb1.h"

#include <stdbool.h>
#include <stdint.h>

/* What a received byte completed. All but FRAME_PACKET and FRAME_NOTHING are
 * broken frames: count them and say nothing. */
enum frame_found {
	FRAME_NOTHING, /* more bytes are needed, or mere delimiters */
	FRAME_PACKET,
	FRAME_STUFFING,
	FRAME_SHORT,
	FRAME_LONG,
	FRAME_CHECKSUM,
	FRAME_VERSION,
	FRAME_LENGTH
};

/* A receiver takes the stuffing out while the bytes come in, so it holds one
 * packet and nothing else. All zero is a good beginning. */
struct frame_receiver {
	uint8_t raw[HB1_MAX_PACKET]; /* the packet, from the header to the checksum */
	uint8_t size;                /* bytes of it */
	uint8_t stuffed;             /* bytes since the delimiter */
	uint8_t left;                /* bytes until the next code */
	bool zero;                   /* a zero stands before the next code's piece */
	uint32_t crc;
};

/* frame_receive takes one byte from the line. After FRAME_PACKET, raw is valid
 * until the next byte is taken. */
enum frame_found frame_receive(struct frame_receiver *r, uint8_t byte);

/* frame_seal makes a frame in place: the packet without its checksum stands at
 * frame + 2 and has size bytes, at most HB1_MAX_PACKET - HB1_CRC. The frame has
 * room for size + HB1_CRC + 3. It returns the frame's size. */
uint16_t frame_seal(uint8_t *frame, uint16_t size);

#endif
