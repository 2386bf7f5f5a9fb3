/* Keys: from the bounce of a contact to one press. */
#ifndef KEY_H
#define KEY_H

#include "event.h"

#include <stdint.h>

#define KEY_COUNT 8

/* All zero is a good beginning: a key that is down already when the board
 * boots is stuck or leaned on, and counts only after it was released. */
struct keys {
	uint8_t sample; /* the last sample, a bit for each key */
	uint8_t down;   /* keys that are down for sure */
	uint8_t ready;  /* keys that were seen up since the boot */
	uint8_t held;   /* keys whose long press was reported */
	uint16_t since[KEY_COUNT]; /* when each key went down, the low half */
};

/* key_sample takes what the contacts are now, bit 0 for key 1. It is called
 * every HB1_DEBOUNCE ms, and what two samples in a row agree on is true.
 * Actions has a bit for each enum hb1_action that is to be an event. The result
 * has a bit for each press that was not taken, because the queue is full. */
uint8_t key_sample(struct keys *k, uint32_t now, uint8_t pressed, uint8_t actions, struct event_queue *q);

#endif
