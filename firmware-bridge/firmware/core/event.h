/* Events: presses kept until the host has acknowledged them. */
#ifndef EVENT_H
#define EVENT_H

#include "hb1.h"

#include <stdbool.h>
#include <stdint.h>

/* "Boots and events": a board keeps up to 8. */
#define EVENT_ROOM 8

struct event {
	uint32_t at; /* ms since boot */
	uint8_t key;
	uint8_t action; /* enum hb1_action */
};

/* Events stand in a ring, oldest first. Their numbers follow one another, so
 * only the newest is kept. */
struct event_queue {
	struct event ring[EVENT_ROOM];
	uint8_t first;
	uint8_t count;
	bool reported;   /* the oldest was sent, under the number below */
	uint8_t number;  /* of the packet that reported it */
	uint32_t newest; /* number of the newest event */
};

/* event_put takes an event; false when there is no room for it. */
bool event_put(struct event_queue *q, uint32_t at, uint8_t key, uint8_t action);

/* event_oldest is the event to report, or a null pointer; its number is
 * event_number. */
const struct event *event_oldest(const struct event_queue *q);
uint32_t event_number(const struct event_queue *q);

/* event_drop forgets the oldest: the host has it, or will never take it. */
void event_drop(struct event_queue *q);

#endif
