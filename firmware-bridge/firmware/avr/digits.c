#include "digits.h"

#include "pins.h"

#include <avr/pgmspace.h>
#include <util/delay.h>

/* The commands of the TM1637 (Titan Micro, data sheet V2.4, "Commands"). */
#define WRITE_FORWARD 0x40 /* data, address counts up */
#define FIRST_DIGIT 0xC0
#define DISPLAY_ON 0x8F /* brightest */

/* Segments a to g in bits 0 to 6, for the characters from blank to Z. Lower case
 * letters look as upper case ones. */
static const uint8_t font[] PROGMEM = {
	0x00, 0x86, 0x22, 0x00, 0x00, 0x00, 0x00, 0x02, /*  !"#$%&' */
	0x39, 0x0F, 0x00, 0x00, 0x80, 0x40, 0x80, 0x52, /* ()*+,-./ */
	0x3F, 0x06, 0x5B, 0x4F, 0x66, 0x6D, 0x7D, 0x07, /* 01234567 */
	0x7F, 0x6F, 0x00, 0x00, 0x00, 0x48, 0x00, 0x53, /* 89:;<=>? */
	0x00, 0x77, 0x7C, 0x39, 0x5E, 0x79, 0x71, 0x3D, /* @ABCDEFG */
	0x76, 0x30, 0x1E, 0x75, 0x38, 0x37, 0x54, 0x3F, /* HIJKLMNO */
	0x73, 0x67, 0x50, 0x6D, 0x78, 0x3E, 0x1C, 0x7E, /* PQRSTUVW */
	0x64, 0x6E, 0x5B,                               /* XYZ */
};

static uint8_t segments(char c)
{
	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c == '_')
		return 0x08;
	if (c < ' ' || c > 'Z')
		c = '?';
	return pgm_read_byte(&font[c - ' ']);
}

/* Both wires are pulled up; a wire is let go for 1 and pulled down for 0, so
 * only directions are switched. The directions are kept here, because the port
 * is only written. */
static uint8_t down;

static void wire(uint8_t bit, uint8_t level)
{
	down = (uint8_t)(level ? down & ~bit : down | bit);
	DDRB = down;
	_delay_us(2);
}

#define CLOCK(level) wire(BIT_OF(PIN_CLOCK), level)
#define DATA(level) wire(BIT_OF(PIN_DATA), level)

static void start(void)
{
	CLOCK(1);
	DATA(1);
	DATA(0);
}

static void stop(void)
{
	CLOCK(0);
	DATA(0);
	CLOCK(1);
	DATA(1);
}

/* put sends one byte, lowest bit first, and passes over the chip's ninth bit:
 * a display that is not there is no reason to stop. */
static void put(uint8_t byte)
{
	for (uint8_t i = 0; i < 8; i++) {
		CLOCK(0);
		DATA(byte >> i & 1);
		CLOCK(1);
	}
	CLOCK(0);
	DATA(1);
	CLOCK(1);
}

void digits_draw(const char cells[DIGITS])
{
	start();
	put(WRITE_FORWARD);
	stop();
	start();
	put(FIRST_DIGIT);
	for (uint8_t i = 0; i < DIGITS; i++)
		put(segments(cells[i]));
	stop();
	start();
	put(DISPLAY_ON);
	stop();
}
