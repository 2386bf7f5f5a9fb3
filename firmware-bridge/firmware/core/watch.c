#include "watch.h"

void watch_seen(struct watch *w, uint8_t task) { w->seen |= task; }

bool watch_feed(struct watch *w, uint32_t now)
{
	if (now - w->since < WATCH_PERIOD || w->seen != WATCH_ALL)
		return false;
	w->seen = 0;
	w->since = now;
	return true;
}
