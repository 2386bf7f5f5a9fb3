/* Leash: the core on a computer, led by a test. Each line of standard input is
 * an order, a number, bytes in hexadecimal and another number, and gets one
 * line in answer. The time is whatever the order says it is.
 *
 *   boot ADDRESS UID FORMER   a board without a past
 *   stir CHANCE
 *   bytes NOW BYTES           from the line
 *   keys NOW MASK             the contacts, bit 0 for key 1
 *   answer NOW                -> the frame to send now, or -
 *   cells NOW COUNT           -> what the display shows, in quotes
 *   look NOW                  -> lamp, tone, link, feed, reboot, each a number
 *   seen TASK                 a task of the watch did its part
 *   stored 0                  -> address and boot number that were kept
 *   find 0 BYTES              -> what a fresh receiver finds: number:packet
 *   seal 0 BYTES              -> the frame of a packet without checksum
 *   time 0 BYTES COUNT        -> nanoseconds for finding BYTES COUNT times
 */
#include "board.h"
#include "box.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MOST 65536

static struct box box;
static uint8_t stored, booted;

uint16_t board_supply(void) { return 5020; }
int16_t board_celsius(void) { return 315; }
void board_store(uint8_t address) { stored = address; }
void board_booted(uint8_t boot) { booted = boot; }

/* hex reads bytes in place of their digits and returns their number. */
static size_t hex(const char *text, uint8_t *bytes)
{
	size_t n = 0;
	unsigned value;
	while (n < MOST && sscanf(text + 2 * n, "%2x", &value) == 1)
		bytes[n++] = (uint8_t)value;
	return n;
}

static void put_hex(const uint8_t *bytes, size_t size)
{
	if (size == 0)
		printf("-");
	for (size_t i = 0; i < size; i++)
		printf("%02x", bytes[i]);
}

static void boot(uint8_t address, const uint8_t *uid, uint8_t former)
{
	memset(&box, 0, sizeof box);
	box_boot(&box, uid, address, former);
}

static void find(const uint8_t *bytes, size_t size, bool tell)
{
	struct frame_receiver r;
	memset(&r, 0, sizeof r);
	for (size_t i = 0; i < size; i++) {
		enum frame_found found = frame_receive(&r, bytes[i]);
		if (!tell || found == FRAME_NOTHING)
			continue;
		printf("%d:", found);
		put_hex(r.raw, found == FRAME_PACKET ? r.size : 0);
		printf(" ");
	}
	if (tell)
		printf("left %d", r.stuffed);
}

static void seal(const uint8_t *bytes, size_t size)
{
	uint8_t frame[HB1_MAX_PACKET + 3];
	if (size > HB1_MAX_PACKET - HB1_CRC) {
		printf("-");
		return;
	}
	memcpy(frame + 2, bytes, size);
	put_hex(frame, frame_seal(frame, (uint16_t)size));
}

static void measure(const uint8_t *bytes, size_t size, unsigned count)
{
	struct timespec from, to;
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (unsigned i = 0; i < count; i++)
		find(bytes, size, false);
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%lld", (long long)(to.tv_sec - from.tv_sec) * 1000000000 + to.tv_nsec - from.tv_nsec);
}

static void answer(uint32_t now)
{
	const uint8_t *frame = NULL;
	uint8_t size = box_answer(&box, now, &frame);
	put_hex(frame, size);
}

static void cells(uint32_t now, unsigned count)
{
	char shown[256];
	text_cells(&box.text, now, shown, (uint8_t)count);
	printf("\"%.*s\"", (int)(uint8_t)count, shown);
}

static void look(uint32_t now)
{
	printf("%d %d %d %d %d", lamp_lit(&box.lamp, now), sound_tone(&box.sound, now), box_linked(&box, now),
	       watch_feed(&box.watch, now), box_reboot(&box));
}

static void obey(const char *order, uint32_t n, const char *text, unsigned more)
{
	static uint8_t bytes[MOST];
	size_t size = hex(text, bytes);
	if (strcmp(order, "boot") == 0)
		boot((uint8_t)n, bytes, (uint8_t)more);
	else if (strcmp(order, "stir") == 0)
		box_stir(&box, n);
	else if (strcmp(order, "bytes") == 0)
		for (size_t i = 0; i < size; i++)
			box_byte(&box, n, bytes[i]);
	else if (strcmp(order, "keys") == 0)
		box_keys(&box, n, bytes[0]);
	else if (strcmp(order, "seen") == 0)
		watch_seen(&box.watch, (uint8_t)n);
	else if (strcmp(order, "answer") == 0)
		answer(n);
	else if (strcmp(order, "cells") == 0)
		cells(n, bytes[0]);
	else if (strcmp(order, "look") == 0)
		look(n);
	else if (strcmp(order, "stored") == 0)
		printf("%d %d", stored, booted);
	else if (strcmp(order, "find") == 0)
		find(bytes, size, true);
	else if (strcmp(order, "seal") == 0)
		seal(bytes, size);
	else if (strcmp(order, "time") == 0)
		measure(bytes, size, more);
	else
		printf("what is %s?", order);
}

/* word cuts the next word off a line. */
static char *word(char **line)
{
	char *w = strsep(line, " \n");
	return w == NULL ? "" : w;
}

int main(void)
{
	char *line = NULL;
	size_t room = 0;
	while (getline(&line, &room, stdin) > 0) {
		char *rest = line, *order = word(&rest);
		uint32_t number = (uint32_t)strtoul(word(&rest), NULL, 10);
		char *text = word(&rest);
		obey(order, number, text, (unsigned)atoi(word(&rest)));
		printf("\n");
		fflush(stdout);
	}
	free(line);
	return 0;
}
