#include "event.h"

#include <stddef.h>

bool event_put(struct event_queue *q, uint32_t at, uint8_t key, uint8_t action)
{
	if (q->count == EVENT_ROOM)
		return false;
	struct event *e = &q->ring[(q->first + q->count) % EVENT_ROOM];
	e->at = at;
	e->key = key;
	e->action = action;
	q->count++;
	q->newest++;
	return true;
}

const struct event *event_oldest(const struct event_queue *q)
{
	return q->count == 0 ? NULL : &q->ring[q->first];
}

uint32_t event_number(const struct event_queue *q) { return q->newest - q->count + 1; }

void event_drop(struct event_queue *q)
{
	q->first = (uint8_t)((q->first + 1) % EVENT_ROOM);
	q->count--;
	q->reported = false;
}
