/* SHA-256 (FIPS 180-4), without the message schedule of 64 words: 16 are
 * enough when they are made anew as they are used up. */
#ifndef SHA256_H
#define SHA256_H

#include <stdint.h>

struct sha256 {
	uint32_t h[8];
	uint8_t block[64];
	uint32_t size; /* bytes so far; a message may not be longer than 4 GiB */
};

void sha256_begin(struct sha256 *s);
void sha256_add(struct sha256 *s, const uint8_t *b, uint16_t size);
void sha256_end(struct sha256 *s, uint8_t digest[32]);

#endif
