#include "sha256.h"

#include <string.h>

/* FIPS 180-4, 4.2.2. */
static const uint32_t k[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t turn(uint32_t v, uint8_t n) { return v >> n | v << (32 - n); }

/* word gives word i of the schedule (6.2.2, step 1); w holds the last 16. */
static uint32_t word(uint32_t w[16], uint8_t i)
{
	if (i < 16)
		return w[i];
	uint32_t a = w[(i + 1) & 15], b = w[(i + 14) & 15];
	return w[i & 15] += (turn(a, 7) ^ turn(a, 18) ^ a >> 3) + w[(i + 9) & 15] + (turn(b, 17) ^ turn(b, 19) ^ b >> 10);
}

static void mix(struct sha256 *s)
{
	uint32_t w[16], v[8];
	for (uint8_t i = 0; i < 16; i++) {
		const uint8_t *b = s->block + 4 * i;
		w[i] = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
	}
	memcpy(v, s->h, sizeof v);
	for (uint8_t i = 0; i < 64; i++) {
		uint32_t t = v[7] + (turn(v[4], 6) ^ turn(v[4], 11) ^ turn(v[4], 25)) + ((v[4] & v[5]) ^ (~v[4] & v[6])) + k[i] + word(w, i);
		uint32_t u = (turn(v[0], 2) ^ turn(v[0], 13) ^ turn(v[0], 22)) + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
		memmove(v + 1, v, 7 * sizeof v[0]);
		v[4] += t;
		v[0] = t + u;
	}
	for (uint8_t i = 0; i < 8; i++)
		s->h[i] += v[i];
}

void sha256_begin(struct sha256 *s)
{
	static const uint32_t h[8] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
	};
	memcpy(s->h, h, sizeof h);
	s->size = 0;
}

void sha256_add(struct sha256 *s, const uint8_t *b, uint16_t size)
{
	while (size-- > 0) {
		s->block[s->size++ & 63] = *b++;
		if ((s->size & 63) == 0)
			mix(s);
	}
}

void sha256_end(struct sha256 *s, uint8_t digest[32])
{
	static const uint8_t end = 0x80, zero = 0;
	uint32_t size = s->size;
	sha256_add(s, &end, 1);
	while ((s->size & 63) != 56)
		sha256_add(s, &zero, 1);
	for (uint8_t i = 0; i < 8; i++) {
		uint8_t v = (uint8_t)((uint64_t)size * 8 >> (56 - 8 * i));
		sha256_add(s, &v, 1);
	}
	for (uint8_t i = 0; i < 32; i++)
		digest[i] = (uint8_t)(s->h[i / 4] >> (24 - 8 * (i % 4)));
}
