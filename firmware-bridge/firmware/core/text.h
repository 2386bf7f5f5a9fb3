/* Text: what stands on the display at a given moment. */
#ifndef TEXT_H
#define TEXT_H

#include "hb1.h"

#include <stdbool.h>
#include <stdint.h>

/* A board says in HELLO how long a payload it takes, so a longer text does not
 * come; one that comes all the same is cut. */
#define TEXT_ROOM 32

enum text_style {
	TEXT_STEADY = 0,
	TEXT_BLINK = 1,
	TEXT_SCROLL = 2
};

struct text {
	uint8_t size;
	uint8_t style;
	uint16_t seconds; /* until the area goes dark; 0: until replaced */
	uint32_t since;
	char chars[TEXT_ROOM]; /* ASCII; a character beyond it became '?' */
};

/* text_show takes a SHOW's payload for area 0. It returns 0 or the enum
 * hb1_code of its refusal. */
uint8_t text_show(struct text *t, uint32_t now, const uint8_t *payload, uint16_t length);

/* text_cells says what the display's cells show now, blanks where nothing is. */
void text_cells(const struct text *t, uint32_t now, char *cells, uint8_t count);

#endif
