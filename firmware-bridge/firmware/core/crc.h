/* CRC-32 of IEEE 802.3, as in zlib. */
#ifndef CRC_H
#define CRC_H

#include <stdint.h>

/* What a checksum begins with, and what it is after a packet together with
 * its own checksum, if nothing was broken. */
#define CRC_INIT 0xFFFFFFFFu
#define CRC_GOOD 0xDEBB20E3u

/* crc_add continues a checksum with one byte. The checksum that is sent is the
 * complement of the last value. */
uint32_t crc_add(uint32_t crc, uint8_t byte);

#endif
