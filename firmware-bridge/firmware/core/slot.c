#include "slot.h"

#include "bytes.h"
#include "crc.h"

#include <stddef.h>
#include <string.h>

#define CRC_AT offsetof(struct slot_head, crc)

static uint32_t start(uint8_t slot) { return slot * SLOT_SIZE; }

static uint32_t sum(const uint8_t *b, uint16_t size)
{
	uint32_t crc = CRC_INIT;
	while (size-- > 0)
		crc = crc_add(crc, *b++);
	return ~crc;
}

bool slot_head(uint8_t slot, struct slot_head *h)
{
	if (slot >= SLOT_NONE)
		return false;
	flash_read(start(slot), (uint8_t *)h, sizeof *h);
	return memcmp(h->word, "HB1S", 4) == 0 && get32(h->crc) == sum((const uint8_t *)h, CRC_AT) && slot_size(h) <= SLOT_MAX;
}

bool slot_write(uint8_t slot, struct slot_head *h)
{
	memcpy(h->word, "HB1S", 4);
	h->pad = 0;
	put32(h->crc, sum((const uint8_t *)h, CRC_AT));
	memset(h->fill, 0, sizeof h->fill);
	return flash_write(start(slot), (const uint8_t *)h, sizeof *h);
}

bool slot_marked(uint8_t slot, uint16_t mark)
{
	uint8_t b[8], any = 0;
	flash_read(start(slot) + mark, b, sizeof b);
	for (uint8_t i = 0; i < sizeof b; i++)
		any |= b[i];
	return any == 0;
}

bool slot_mark(uint8_t slot, uint16_t mark)
{
	static const uint8_t zero[8];
	return slot_marked(slot, mark) || flash_write(start(slot) + mark, zero, sizeof zero);
}

uint32_t slot_at(uint8_t slot, uint32_t n) { return start(slot) + BOARD_FLASH_PAGE + n; }

uint32_t slot_size(const struct slot_head *h) { return get32(h->statement + 4); }

/* whole says whether a slot holds an image that was checked and is still the
 * same. */
static bool whole(uint8_t slot, struct slot_head *h)
{
	uint8_t b[64];
	uint32_t crc = CRC_INIT, n = 0, size;
	if (!slot_head(slot, h) || !slot_marked(slot, SLOT_WHOLE))
		return false;
	for (size = slot_size(h); n < size; n++) {
		if (n % sizeof b == 0)
			flash_read(slot_at(slot, n), b, (uint16_t)(size - n < sizeof b ? size - n : sizeof b));
		crc = crc_add(crc, b[n % sizeof b]);
	}
	return ~crc == get32(h->statement + 8);
}

/* rank says how much a slot deserves to run. */
enum rank {
	BROKEN,
	LAST_RESORT, /* whole, but tried in vain or never asked for */
	OLDER,
	NEWER,
	TRIAL
};

static enum rank rank(uint8_t slot, uint32_t *order)
{
	struct slot_head h;
	if (!whole(slot, &h))
		return BROKEN;
	*order = get32(h.order);
	if (slot_marked(slot, SLOT_KEPT))
		return OLDER;
	if (slot_marked(slot, SLOT_TRIAL) && !slot_marked(slot, SLOT_TRIED))
		return TRIAL;
	return LAST_RESORT;
}

uint8_t slot_choose(void)
{
	uint32_t order[2] = {0, 0};
	enum rank r[2] = {rank(0, &order[0]), rank(1, &order[1])};
	if (r[0] == r[1] && r[0] != BROKEN)
		r[order[1] > order[0]]++;
	uint8_t best = r[1] > r[0];
	if (r[best] == BROKEN)
		return SLOT_NONE;
	/* What cannot be noted must not be tried: it might be tried for ever. */
	if (slot_marked(best, SLOT_TRIAL) && !slot_marked(best, SLOT_KEPT) && !slot_mark(best, SLOT_TRIED))
		return (uint8_t)(r[!best] == BROKEN ? best : !best);
	return best;
}
