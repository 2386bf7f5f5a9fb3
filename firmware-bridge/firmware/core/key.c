#include "key.h"

#include <stdbool.h>

#define BIT(n) ((uint8_t)(1u << (n)))

/* report makes an event if it is wanted; false when there was no room. */
static bool report(struct event_queue *q, uint32_t at, uint8_t i, uint8_t action, uint8_t actions)
{
	return !(actions & BIT(action)) || event_put(q, at, (uint8_t)(i + 1), action);
}

/* move notes that key i changed; false when its press was not taken. */
static bool move(struct keys *k, uint32_t now, uint8_t i, uint8_t actions, struct event_queue *q)
{
	k->down ^= BIT(i);
	if (!(k->down & BIT(i))) {
		if (k->ready & BIT(i))
			report(q, now, i, HB1_RELEASE, actions);
		return true;
	}
	k->held &= (uint8_t)~BIT(i);
	k->since[i] = (uint16_t)now;
	return !(k->ready & BIT(i)) || report(q, now, i, HB1_PRESS, actions);
}

/* hold notes that key i is down for a second. */
static void hold(struct keys *k, uint32_t now, uint8_t i, uint8_t actions, struct event_queue *q)
{
	if (!(k->down & k->ready & BIT(i)) || k->held & BIT(i) || (uint16_t)(now - k->since[i]) < HB1_LONG_PRESS)
		return;
	k->held |= BIT(i);
	report(q, now, i, HB1_LONG, actions);
}

uint8_t key_sample(struct keys *k, uint32_t now, uint8_t pressed, uint8_t actions, struct event_queue *q)
{
	uint8_t sure = (uint8_t)~(pressed ^ k->sample), lost = 0;
	k->sample = pressed;
	for (uint8_t i = 0; i < KEY_COUNT; i++) {
		if (sure & (pressed ^ k->down) & BIT(i) && !move(k, now, i, actions, q))
			lost |= BIT(i);
		/* A key is ready when it was surely up once. */
		if (sure & (uint8_t)~pressed & BIT(i))
			k->ready |= BIT(i);
		hold(k, now, i, actions, q);
	}
	return lost;
}
