/* Flash in a file, with the power cut at any write or erasure: a cut one leaves
 * a mixture of what was and what should be, and the process is gone. */
#include "flash.h"

#include "process.h"
#include "slot.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SIZE (2 * SLOT_SIZE)

static uint8_t *memory;
static long left; /* operations until the cut; below 0 there is none */
static unsigned seed;
static uint8_t key[crypto_sign_PUBLICKEYBYTES];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

void process_flash(const char *path, const char *key_hex, long cut, unsigned chance)
{
	int fd = open(path, O_RDWR | O_CREAT, 0600);
	off_t had = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	if (had < 0 || ftruncate(fd, SIZE) != 0)
		die(path);
	memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		die("mmap");
	close(fd);
	if (had == 0)
		memset(memory, 0xFF, SIZE);
	size_t n;
	if (sodium_hex2bin(key, sizeof key, key_hex, strlen(key_hex), NULL, &n, NULL) != 0 || n != sizeof key) {
		fprintf(stderr, "process: the key is no %zu bytes in hex\n", sizeof key);
		exit(2);
	}
	left = cut;
	seed = chance;
}

long process_left(void) { return left; }

static unsigned dice(void) { return (seed = seed * 1103515245u + 12345u) >> 16; }

/* cut is one operation less until the cut; true when it is this one. */
static bool cut(void) { return left >= 0 && left-- == 0; }

/* tear does a part of an operation: up to some byte all of it, in one byte some
 * bits, and now and then more bytes anywhere, for pages are not erased in order. */
static void tear(uint8_t *b, const uint8_t *want, uint32_t size)
{
	uint32_t whole = dice() % (size + 1);
	memcpy(b, want, whole);
	if (whole < size)
		b[whole] = (uint8_t)(b[whole] ^ ((b[whole] ^ want[whole]) & dice()));
	if (dice() % 2)
		for (uint32_t i = whole; i < size; i++)
			if (dice() % 3 == 0)
				b[i] = want[i];
	_exit(PROCESS_CUT);
}

bool flash_erase(uint32_t at)
{
	uint8_t want[BOARD_FLASH_PAGE];
	if (at % BOARD_FLASH_PAGE != 0 || at >= SIZE)
		return false;
	memset(want, 0xFF, sizeof want);
	if (cut())
		tear(memory + at, want, sizeof want);
	memcpy(memory + at, want, sizeof want);
	return true;
}

/* takes says whether a byte can be written: like that of an STM32, this flash
 * does not take a second write, but for zeros (PM0075, "PGERR"). */
static bool takes(uint32_t at, uint8_t b)
{
	uint8_t all = 0xFF;
	for (uint32_t i = at & ~7u; i <= (at | 7u); i++)
		all &= memory[i];
	return all == 0xFF || b == 0;
}

bool flash_write(uint32_t at, const uint8_t *b, uint16_t size)
{
	uint8_t want[BOARD_FLASH_PAGE];
	if (at % 8 != 0 || at % BOARD_FLASH_PAGE + size > BOARD_FLASH_PAGE || at >= SIZE)
		return false;
	for (uint16_t i = 0; i < size; i++) {
		if (!takes(at + i, b[i]))
			return false;
		want[i] = b[i];
	}
	if (cut())
		tear(memory + at, want, size);
	memcpy(memory + at, want, size);
	return true;
}

void flash_read(uint32_t at, uint8_t *b, uint16_t size) { memcpy(b, memory + at, size); }

bool flash_verify(const uint8_t signature[64], const uint8_t *message, uint16_t size)
{
	return crypto_sign_verify_detached(signature, message, size, key) == 0;
}
