/* Lamp: one lamp that LIGHT switches. */
#ifndef LAMP_H
#define LAMP_H

#include "hb1.h"

#include <stdbool.h>
#include <stdint.h>

/* All zero is dark. */
struct lamp {
	bool on;
	uint8_t pattern;
	uint16_t seconds; /* until it goes dark; 0: until replaced */
	uint32_t since;
};

/* lamp_light takes a LIGHT's payload for lamp 0. It returns 0 or the enum
 * hb1_code of its refusal. Any colour but black lights a lamp of one colour. */
uint8_t lamp_light(struct lamp *l, uint32_t now, const uint8_t *payload, uint16_t length);

/* lamp_lit says whether it is lit now. */
bool lamp_lit(const struct lamp *l, uint32_t now);

#endif
