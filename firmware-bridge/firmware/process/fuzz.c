/* Fuzz: updates in any order, with messages that no host sends and the power
 * cut in any write or erasure. The sanitizers watch the memory, and this file
 * watches the one rule of updates: what boots is a whole image that was signed. */
#include "box.h"
#include "bytes.h"
#include "crc.h"
#include "sha256.h"
#include "update.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#define SIZE (2 * SLOT_SIZE)
#define IMAGES 4
#define FORGED 3 /* the image that nobody signed */

uint16_t board_supply(void) { return 0; }
int16_t board_celsius(void) { return 0; }
void board_store(uint8_t address) { (void)address; }
void board_booted(uint8_t boot) { (void)boot; }

/* An image and its FW_BEGIN, whose signature is the image's number. */
static struct image {
	uint16_t size;
	uint8_t bytes[1500];
	uint8_t begin[128];
} images[IMAGES];

static uint8_t memory[SIZE];
static int left; /* operations until the cut; below 0 there is none */
static uint32_t chance;
static jmp_buf lost;

static uint32_t dice(void) { return (chance = chance * 1103515245u + 12345u) >> 16; }

/* change does an operation, or the part of it that the power lasts for. */
static bool change(uint32_t at, const uint8_t *want, uint16_t size)
{
	bool cut = left == 0;
	uint32_t whole = cut ? dice() % (size + 1u) : size;
	if (left >= 0)
		left--;
	memcpy(memory + at, want, whole);
	for (uint32_t i = whole; i < size; i++)
		if (dice() % 3 == 0)
			memory[at + i] = (uint8_t)(memory[at + i] ^ ((memory[at + i] ^ want[i]) & dice()));
	if (cut)
		longjmp(lost, 1);
	return true;
}

bool flash_erase(uint32_t at)
{
	uint8_t want[BOARD_FLASH_PAGE];
	if (at % BOARD_FLASH_PAGE != 0 || at >= SIZE)
		abort();
	memset(want, 0xFF, sizeof want);
	return change(at, want, sizeof want);
}

bool flash_write(uint32_t at, const uint8_t *b, uint16_t size)
{
	if (at >= SIZE || at % BOARD_FLASH_PAGE + size > BOARD_FLASH_PAGE)
		abort();
	if (at % 8 != 0)
		return false;
	for (uint32_t cell = at; cell < at + size; cell += 8)
		for (uint8_t i = 0; i < 8; i++)
			if (memory[cell + i] != 0xFF && cell + i < at + size && b[cell + i - at] != 0)
				return false;
	return change(at, b, size);
}

void flash_read(uint32_t at, uint8_t *b, uint16_t size)
{
	if (at + size > SIZE)
		abort();
	memcpy(b, memory + at, size);
}

bool flash_verify(const uint8_t signature[64], const uint8_t *message, uint16_t size)
{
	if (size != 8 + SLOT_STATEMENT || signature[0] >= FORGED)
		return false;
	const uint8_t *begin = images[signature[0]].begin;
	return memcmp(message + 8, begin, 47) == 0 && memcmp(message + 55, begin + 112, 16) == 0;
}

static void make(uint8_t n)
{
	struct image *i = &images[n];
	struct sha256 sha;
	uint32_t crc = CRC_INIT;
	i->size = (uint16_t)(700 + 150 * n);
	for (uint16_t at = 0; at < i->size; at++) {
		i->bytes[at] = (uint8_t)(at * 7 + n * 31 + at / 256);
		crc = crc_add(crc, i->bytes[at]);
	}
	sha256_begin(&sha);
	sha256_add(&sha, i->bytes, i->size);
	put32(i->begin, BOARD_ID);
	put32(i->begin + 4, i->size);
	put32(i->begin + 8, ~crc);
	sha256_end(&sha, i->begin + 12);
	i->begin[45] = n;
	i->begin[47] = SLOT_SIGNATURE;
	memset(i->begin + 48, n, SLOT_SIGNATURE);
}

/* start boots, and looks at what boots as a person with a programmer would. */
static void start(struct box *b)
{
	struct slot_head h;
	uint8_t slot = slot_choose();
	memset(b, 0, sizeof *b);
	update_boot(slot);
	if (slot > 1 || !slot_head(slot, &h))
		abort(); /* there is always an image */
	const struct image *i = &images[h.statement[45] % IMAGES];
	if (h.statement[45] >= FORGED || slot_size(&h) != i->size || memcmp(memory + slot_at(slot, 0), i->bytes, i->size) != 0)
		abort(); /* it is not whole, or nobody signed it */
}

static uint32_t wanted(const struct box *b) { return b->back_size == 4 ? get32(b->back) : 0; }

static uint8_t say(struct box *b, uint8_t type, const uint8_t *p, uint16_t size)
{
	b->back_size = 0;
	return update_obey(b, 0, type, p, size);
}

/* send sends what the board wants of an image, as a host does, or a bad byte. */
static void send(struct box *b, const struct image *i, bool bad)
{
	uint8_t p[4 + 192];
	uint32_t at = wanted(b);
	uint16_t size = at >= i->size ? 0 : i->size - at < 192 ? (uint16_t)(i->size - at) : 192;
	put32(p, at);
	memcpy(p + 4, i->bytes + (size > 0 ? at : 0), size);
	if (bad)
		p[4] ^= 1;
	say(b, HB1_TYPE_FW_DATA, p, (uint16_t)(4 + size));
}

static void work(unsigned n)
{
	while (n-- > 0)
		update_work();
}

/* whole does an update from its beginning to its boot, as far as it comes. */
static void whole(struct box *b, const struct image *i)
{
	for (uint8_t n = 0; n < 8 && say(b, HB1_TYPE_FW_BEGIN, i->begin, sizeof i->begin) == HB1_BUSY; n++)
		work(2);
	for (uint8_t n = 0; n < 10 && wanted(b) < i->size; n++)
		send(b, i, false);
	for (uint8_t n = 0; n < 8 && say(b, HB1_TYPE_FW_END, NULL, 0) == HB1_BUSY; n++)
		work(2);
	say(b, HB1_TYPE_FW_BOOT, NULL, 0);
}

/* order carries out two bytes of input and says how many more it took. */
static size_t order(struct box *b, uint8_t op, uint8_t arg, const uint8_t *more, size_t size)
{
	static const uint8_t keep = 1;
	const struct image *i = &images[arg % IMAGES];
	switch (op % 11) {
	case 0:
		say(b, HB1_TYPE_FW_BEGIN, i->begin, sizeof i->begin);
		break;
	case 1:
		send(b, i, arg >= 128);
		break;
	case 2:
		say(b, HB1_TYPE_FW_END, NULL, 0);
		break;
	case 3:
		say(b, HB1_TYPE_FW_BOOT, NULL, 0);
		break;
	case 4:
		say(b, HB1_TYPE_FW_BOOT, &keep, 1);
		break;
	case 5:
		left = arg % 64;
		break;
	case 6:
		work(arg % 16);
		break;
	case 7:
		longjmp(lost, 1); /* somebody pulls the plug */
	case 8:
		if (update_failed(2 * UPDATE_TRIAL))
			longjmp(lost, 1);
		break;
	case 9:
		whole(b, i);
		break;
	case 10:
		if (size > arg)
			size = arg;
		say(b, (uint8_t)(HB1_TYPE_FW_BEGIN + arg % 4), more, (uint16_t)size);
		return size;
	}
	return 0;
}

/* factory leaves a board with image 0, kept. */
static const uint8_t *factory(void)
{
	static uint8_t memo[SIZE];
	struct box b;
	if (images[0].size != 0)
		return memo;
	for (uint8_t n = 0; n < IMAGES; n++)
		make(n);
	memset(memory, 0xFF, SIZE);
	memset(&b, 0, sizeof b);
	left = -1;
	update_boot(SLOT_NONE);
	whole(&b, &images[0]);
	start(&b);
	if (order(&b, 4, 0, NULL, 0) != 0 || !slot_marked(0, SLOT_KEPT))
		abort();
	memcpy(memo, memory, SIZE);
	return memo;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct box b;
	static const uint8_t *at, *end; /* outlive the jumps */
	memcpy(memory, factory(), SIZE);
	at = data;
	end = data + size;
	left = -1;
	chance = size > 0 ? data[0] : 0;
	if (setjmp(lost) != 0)
		left = -1;
	start(&b);
	while (end - at >= 2) {
		at += 2;
		at += order(&b, at[-2], at[-1], at, (size_t)(end - at));
		if (b.reboot != 0)
			start(&b);
	}
	left = -1;
	start(&b);
	return 0;
}
