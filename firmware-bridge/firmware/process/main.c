/* A board made of a process: process FLASH KEY [CUT [CHANCE [HASTE]]]
 *
 * FLASH is a file, KEY the public key in hex, CUT the number of flash operations
 * until the power is cut, HASTE how many milliseconds the board counts in one.
 * Each boot says on standard error which slot runs. A reboot starts the program
 * again; the end of standard input ends it. */
#include "box.h"
#include "process.h"
#include "update.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ADDRESS 3

static char **arguments;
static uint8_t boot_number;
static unsigned long haste = 1;

uint16_t board_supply(void) { return 5000; }
int16_t board_celsius(void) { return 215; }
void board_store(uint8_t address) { (void)address; }
void board_booted(uint8_t boot) { boot_number = boot; }

static uint32_t now(void)
{
	static struct timespec began;
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	if (began.tv_sec == 0)
		began = t;
	return (uint32_t)(((t.tv_sec - began.tv_sec) * 1000 + (t.tv_nsec - began.tv_nsec) / 1000000) * (long)haste);
}

/* reboot begins anew; the number of this boot is handed on as a chip's lasting
 * memory would, and a cut that was not reached with it. */
static void reboot(void)
{
	char former[4], cut[24];
	snprintf(cut, sizeof cut, "%ld", process_left());
	if (arguments[3] != NULL)
		arguments[3] = cut;
	snprintf(former, sizeof former, "%u", boot_number);
	setenv("FORMER_BOOT", former, 1);
	execv("/proc/self/exe", arguments);
	perror("execv");
	exit(1);
}

/* turn is one turn of the main loop; false at the end of the line. */
static bool turn(struct box *b)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
	uint8_t bytes[256];
	const uint8_t *frame;
	if (poll(&in, 1, 1) > 0) {
		ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
		if (n <= 0)
			return false;
		for (ssize_t i = 0; i < n; i++)
			box_byte(b, now(), bytes[i]);
	}
	/* The line of a process needs no turnaround, and a busy computer must not
	 * make the answer late. */
	uint8_t size = box_answer(b, b->ended + HB1_ANSWER_AFTER, &frame);
	if (size > 0 && write(STDOUT_FILENO, frame, size) != size)
		return false;
	update_work();
	if (box_reboot(b) != 0 || update_failed(now()))
		reboot();
	return true;
}

int main(int argc, char **argv)
{
	static struct box b;
	const char *former = getenv("FORMER_BOOT");
	uint8_t version[3], uid[HB1_UID] = "process";
	arguments = argv;
	if (argc < 3) {
		fprintf(stderr, "usage: %s FLASH KEY [CUT [CHANCE [HASTE]]]\n", argv[0]);
		return 2;
	}
	process_flash(argv[1], argv[2], argc > 3 ? atol(argv[3]) : -1, argc > 4 ? (unsigned)atol(argv[4]) : 0);
	if (argc > 5)
		haste = strtoul(argv[5], NULL, 10);
	uint8_t slot = slot_choose();
	update_boot(slot);
	update_version(version);
	fprintf(stderr, "boots slot %u version %u.%u.%u\n", slot, version[0], version[1], version[2]);
	box_boot(&b, uid, ADDRESS, former == NULL ? 0 : (uint8_t)atoi(former));
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	box_stir(&b, (uint32_t)t.tv_nsec ^ (uint32_t)getpid());
	while (turn(&b))
		;
	return 0;
}
