#include "frame.h"

#include "bytes.h"
#include "crc.h"

static void begin(struct frame_receiver *r)
{
	r->size = r->stuffed = r->left = 0;
	r->zero = false;
	r->crc = CRC_INIT;
}

static void keep(struct frame_receiver *r, uint8_t byte)
{
	r->raw[r->size++] = byte;
	r->crc = crc_add(r->crc, byte);
}

/* check is what a delimiter asks: was that a packet? */
static enum frame_found check(const struct frame_receiver *r)
{
	if (r->left != 0)
		return FRAME_STUFFING;
	if (r->size < HB1_MIN_PACKET)
		return FRAME_SHORT;
	if (r->crc != CRC_GOOD)
		return FRAME_CHECKSUM;
	if (r->raw[HB1_AT_CONTROL] >> HB1_VERSION_SHIFT != HB1_VERSION)
		return FRAME_VERSION;
	if (get16(r->raw + HB1_AT_LENGTH) + HB1_MIN_PACKET != r->size)
		return FRAME_LENGTH;
	return FRAME_PACKET;
}

enum frame_found frame_receive(struct frame_receiver *r, uint8_t byte)
{
	if (byte == 0) {
		enum frame_found found = r->stuffed == 0 ? FRAME_NOTHING : check(r);
		r->stuffed = 0;
		return found;
	}
	if (r->stuffed == 0)
		begin(r);
	/* Unstuffing makes at least one byte less than was stuffed, so raw has
	 * room for whatever comes before this limit. */
	if (++r->stuffed > HB1_MAX_STUFFED) {
		r->stuffed = 0;
		return FRAME_LONG;
	}
	if (r->left != 0) {
		keep(r, byte);
		r->left--;
		return FRAME_NOTHING;
	}
	if (r->zero)
		keep(r, 0);
	r->left = (uint8_t)(byte - 1);
	r->zero = byte != 0xFF;
	return FRAME_NOTHING;
}

uint16_t frame_seal(uint8_t *frame, uint16_t size)
{
	uint8_t *raw = frame + 2;
	uint32_t crc = CRC_INIT;
	for (uint16_t i = 0; i < size; i++)
		crc = crc_add(crc, raw[i]);
	put32(raw + size, ~crc);
	size += HB1_CRC;
	/* A packet is shorter than the longest piece of COBS, so there is one
	 * code in front and each zero becomes the code of the next piece. */
	frame[0] = 0;
	uint16_t code = 1;
	for (uint16_t i = 2; i < size + 2; i++) {
		if (frame[i] != 0)
			continue;
		frame[code] = (uint8_t)(i - code);
		code = i;
	}
	frame[code] = (uint8_t)(size + 2 - code);
	frame[size + 2] = 0;
	return size + 3;
}
