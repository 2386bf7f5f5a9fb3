#include "crc.h"

/* Bit by bit: a table would cost a kilobyte, and a byte takes the line longer
 * (87 us at 115200 baud) than this loop. */
uint32_t crc_add(uint32_t crc, uint8_t byte)
{
	crc ^= byte;
	for (uint8_t i = 0; i < 8; i++)
		crc = crc & 1 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
	return crc;
}
