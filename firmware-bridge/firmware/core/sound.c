#include "sound.h"

#define BEEP_SIZE 3

/* The patterns: ms of the high tone, of the low one and of the pause behind
 * them. The last is the refusal and has no number on the line. */
enum {
	PATTERN_LONG = 1,
	PATTERN_TWO = 2,
	PATTERN_REFUSE = 0xFF
};

static uint16_t high(uint8_t pattern)
{
	if (pattern == PATTERN_REFUSE)
		return 0;
	return pattern == PATTERN_LONG ? 600 : 150;
}

static uint16_t low(uint8_t pattern)
{
	if (pattern == PATTERN_REFUSE)
		return 400;
	return pattern == PATTERN_TWO ? 150 : 0;
}

#define PAUSE 100

uint8_t sound_beep(struct sound *s, uint32_t now, const uint8_t *payload, uint16_t length)
{
	if (length < BEEP_SIZE || payload[0] > PATTERN_TWO)
		return HB1_BAD_ARGUMENT;
	s->pattern = payload[0];
	s->count = payload[1] == 0 ? 0 : payload[2];
	s->since = now;
	return 0;
}

void sound_refuse(struct sound *s, uint32_t now)
{
	s->pattern = PATTERN_REFUSE;
	s->count = 1;
	s->since = now;
}

uint8_t sound_tone(const struct sound *s, uint32_t now)
{
	uint16_t up = high(s->pattern), down = low(s->pattern), turn = (uint16_t)(up + down + PAUSE);
	uint32_t played = now - s->since;
	if (played / turn >= s->count)
		return SOUND_NONE;
	played %= turn;
	if (played < up)
		return SOUND_HIGH;
	return played < (uint32_t)up + down ? SOUND_LOW : SOUND_NONE;
}
