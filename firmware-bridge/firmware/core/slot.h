/* Slot: where images are kept, and which of them is to run. The boot loader and
 * the application both use it.
 *
 * There are two slots. The one that runs is never touched, so there is a whole
 * image at every moment. A slot begins with a page that says what is in it;
 * what happens to the image is noted there by marks, each written once, because
 * flash cannot be written twice:
 *
 *   0    what was announced, with a checksum
 *   160  marks: whole, trial, tried, kept
 *   192  a mark for each page of the image that was written to its end
 *
 * A mark counts only when all of it is zero, so one that a loss of power left
 * half written was never set. */
#ifndef SLOT_H
#define SLOT_H

#include "flash.h"

#include <stdbool.h>
#include <stdint.h>

#define SLOT_SIZE ((uint32_t)BOARD_FLASH_PAGE * BOARD_SLOT_PAGES)
#define SLOT_NONE 2

/* Bytes of what is signed, without the word before it: board 4, size 4, CRC 4,
 * SHA-256 32, version 3, build 16. */
#define SLOT_STATEMENT 63
#define SLOT_SIGNATURE 64

struct slot_head {
	uint8_t word[4];  /* "HB1S" */
	uint8_t order[4]; /* the newer slot has the higher one */
	uint8_t statement[SLOT_STATEMENT];
	uint8_t signature[SLOT_SIGNATURE];
	uint8_t pad;
	uint8_t crc[4];
	uint8_t fill[4]; /* to a multiple of 8 */
};

enum slot_mark {
	SLOT_WHOLE = 160, /* checked: SHA-256, CRC and signature */
	SLOT_TRIAL = 168, /* the host wants it to run */
	SLOT_TRIED = 176, /* it was started once */
	SLOT_KEPT = 184,  /* the host was content with it */
	SLOT_PAGES = 192  /* and 8 more for each page */
};

/* slot_pages is how many pages of an image a slot has marks and room for. */
#define SLOT_ROOM ((BOARD_FLASH_PAGE - SLOT_PAGES) / 8)
#define SLOT_LAST (BOARD_SLOT_PAGES - 1)
#define SLOT_MAX ((uint32_t)(SLOT_ROOM < SLOT_LAST ? SLOT_ROOM : SLOT_LAST) * BOARD_FLASH_PAGE)

/* slot_head reads a slot's head; false when there is none. */
bool slot_head(uint8_t slot, struct slot_head *h);

/* slot_write begins a slot: its pages must be empty. */
bool slot_write(uint8_t slot, struct slot_head *h);

bool slot_marked(uint8_t slot, uint16_t mark);
bool slot_mark(uint8_t slot, uint16_t mark);

/* slot_at is where byte n of a slot's image is. */
uint32_t slot_at(uint8_t slot, uint32_t n);

uint32_t slot_size(const struct slot_head *h);

/* slot_choose says which slot is to run now, for the boot loader; SLOT_NONE
 * when there is no whole image. An image on trial is started once; if nobody
 * kept it by the next start, the other one runs. */
uint8_t slot_choose(void);

#endif
