#include "ports.h"

#include "pins.h"

/* What each input reads while nothing joins it with ground: high, for the pull
 * up resistors are on. It is data and not a constant, because that is where the
 * test in the emulator stands in for fingers: the emulator has no pins, reads
 * all of them as 0, and cannot be told otherwise. */
volatile uint8_t ports_rest[3] = {0xFF, 0xFF, 0xFF}; /* ports B, C, D */

/* The outputs as they were last set; the port is only written. */
static uint8_t port_d = BIT_OF(PIN_KEY_7) | BIT_OF(PIN_KEY_8);

void ports_setup(void)
{
	PORTB = BIT_OF(PIN_SWITCH_1) | BIT_OF(PIN_SWITCH_2) | BIT_OF(PIN_SWITCH_4) | BIT_OF(PIN_SWITCH_8);
	PORTC = BIT_OF(PIN_KEY_1) | BIT_OF(PIN_KEY_2) | BIT_OF(PIN_KEY_3) | BIT_OF(PIN_KEY_4) |
	        BIT_OF(PIN_KEY_5) | BIT_OF(PIN_KEY_6);
	PORTD = port_d;
	DDRD = BIT_OF(PIN_TXD) | BIT_OF(PIN_DRIVE) | BIT_OF(PIN_BUZZER) | BIT_OF(PIN_LINK) | BIT_OF(PIN_LAMP);
}

void port_d_set(uint8_t bits, bool high)
{
	port_d = (uint8_t)(high ? port_d | bits : port_d & ~bits);
	PORTD = port_d;
}

uint8_t ports_keys(void)
{
	uint8_t c = PINC ^ ports_rest[1], d = PIND ^ ports_rest[2];
	return (uint8_t)((c & 0x3F) | (d & (BIT_OF(PIN_KEY_7) | BIT_OF(PIN_KEY_8))));
}

uint8_t ports_switch(void) { return (uint8_t)((PINB ^ ports_rest[0]) >> 2 & 0x0F); }
