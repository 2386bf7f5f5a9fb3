#include "lamp.h"

#include "bytes.h"

#define LIGHT_SIZE 7

/* Half a turn of each pattern in ms; breathing blinks slowly where a lamp has
 * no dimmer. Steady has none. */
static uint16_t half(uint8_t pattern) { return pattern == 2 ? 125 : 500; }

uint8_t lamp_light(struct lamp *l, uint32_t now, const uint8_t *payload, uint16_t length)
{
	if (length < LIGHT_SIZE || payload[0] != 0)
		return HB1_BAD_ARGUMENT;
	l->on = payload[1] | payload[2] | payload[3];
	l->pattern = payload[4];
	l->seconds = get16(payload + 5);
	l->since = now;
	return 0;
}

bool lamp_lit(const struct lamp *l, uint32_t now)
{
	uint32_t lit = now - l->since;
	if (!l->on || (l->seconds != 0 && lit / 1000 >= l->seconds))
		return false;
	return l->pattern == 0 || lit / half(l->pattern) % 2 == 0;
}
