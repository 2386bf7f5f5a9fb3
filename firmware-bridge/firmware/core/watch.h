/* Watch: the watchdog is fed only while every task does its part. A loop that
 * runs on while the line is dead would feed it for ever. */
#ifndef WATCH_H
#define WATCH_H

#include <stdbool.h>
#include <stdint.h>

/* The tasks. Each must be seen within WATCH_PERIOD ms, which is well below the
 * board's hardware watchdog of 2 s. */
enum watch_task {
	WATCH_LINE = 0x01, /* the transmitter is free */
	WATCH_KEYS = 0x02, /* the keys were looked at */
	WATCH_ALL = 0x03
};

#define WATCH_PERIOD 500

/* All zero is a good beginning. */
struct watch {
	uint8_t seen;
	uint32_t since;
};

/* watch_seen notes that a task did its part. */
void watch_seen(struct watch *w, uint8_t task);

/* watch_feed says whether the watchdog is to be fed now: once in each period in
 * which all tasks were seen. */
bool watch_feed(struct watch *w, uint32_t now);

#endif
