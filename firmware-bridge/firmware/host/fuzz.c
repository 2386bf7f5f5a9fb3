/* Fuzz: any bytes on the line, any keys at any time. The sanitizers watch the
 * memory, and this file watches the rules that must hold whatever comes. */
#include "board.h"
#include "box.h"

#include <stdlib.h>
#include <string.h>

uint16_t board_supply(void) { return 0; }
int16_t board_celsius(void) { return 0; }
void board_store(uint8_t address)
{
	if (address == HB1_HOST || address > HB1_LAST_UNIT)
		abort(); /* an address that no board may have */
}
void board_booted(uint8_t boot)
{
	if (boot == 0)
		abort();
}

/* check takes an answer as the host would: it must be a good frame, from this
 * board to the host, and only one at a time. */
static void check(const struct box *b, const uint8_t *frame, uint8_t size)
{
	struct frame_receiver r;
	memset(&r, 0, sizeof r);
	for (uint8_t i = 0; i < size; i++) {
		enum frame_found found = frame_receive(&r, frame[i]);
		if (found != (i + 1 == size ? FRAME_PACKET : FRAME_NOTHING))
			abort();
	}
	if (r.raw[HB1_AT_DST] != HB1_HOST || r.raw[HB1_AT_BOOT] != b->boot || b->boot == 0)
		abort();
}

static void show(struct box *b, uint32_t now)
{
	char cells[BOARD_COLS];
	const uint8_t *frame;
	text_cells(&b->text, now, cells, BOARD_COLS);
	lamp_lit(&b->lamp, now);
	sound_tone(&b->sound, now);
	uint8_t size = box_answer(b, now, &frame);
	if (size != 0)
		check(b, frame, size);
	if (b->events.count > EVENT_ROOM || b->text.size > TEXT_ROOM)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input is orders of two bytes: an even first byte lets as many halves of
 * a millisecond pass and moves the keys, an odd one is the number of bytes,
 * halved, that come from the line; a packet among them is sealed when the order
 * says so, since chance never finds a checksum. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t uid[HB1_UID] = {1, 2, 3};
	struct box b;
	uint32_t now = 0;
	memset(&b, 0, sizeof b);
	box_boot(&b, uid, size > 0 ? data[0] & 1 : 0, 7);
	for (size_t i = 0; i + 2 <= size;) {
		uint8_t what = data[i], arg = data[i + 1];
		i += 2;
		if (!(what & 1)) {
			now += what / 2;
			box_keys(&b, now, arg);
			show(&b, now);
			continue;
		}
		size_t n = what / 2 < size - i ? what / 2 : size - i;
		if (arg & 1) {
			uint8_t frame[256];
			memcpy(frame + 2, data + i, n);
			uint16_t sealed = frame_seal(frame, (uint16_t)n);
			for (uint16_t k = 0; k < sealed; k++)
				box_byte(&b, now, frame[k]);
		} else {
			for (size_t k = 0; k < n; k++)
				box_byte(&b, now, data[i + k]);
		}
		i += n;
		show(&b, now);
	}
	return 0;
}
