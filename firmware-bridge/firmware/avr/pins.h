/* The pins of the ATmega328P. hardware-docs/boards/callbox.md shows the same
 * table, and a test compares the two. */
#ifndef PINS_H
#define PINS_H

#include <avr/io.h>

#define PIN_RXD D, 0     /* RO of the line driver */
#define PIN_TXD D, 1     /* DI of the line driver */
#define PIN_DRIVE D, 2   /* DE and /RE of the line driver: high while we speak */
#define PIN_BUZZER D, 3  /* OC2B, a passive buzzer */
#define PIN_LINK D, 4    /* green lamp: the host was heard */
#define PIN_LAMP D, 5    /* lamp 0 of LIGHT */
#define PIN_KEY_1 C, 0   /* keys and switches join their pin with ground */
#define PIN_KEY_2 C, 1
#define PIN_KEY_3 C, 2
#define PIN_KEY_4 C, 3
#define PIN_KEY_5 C, 4
#define PIN_KEY_6 C, 5
#define PIN_KEY_7 D, 6
#define PIN_KEY_8 D, 7
#define PIN_CLOCK B, 0   /* CLK of the TM1637 */
#define PIN_DATA B, 1    /* DIO of the TM1637 */
#define PIN_SWITCH_1 B, 2 /* address switch, worth 1 */
#define PIN_SWITCH_2 B, 3 /* worth 2 */
#define PIN_SWITCH_4 B, 4 /* worth 4 */
#define PIN_SWITCH_8 B, 5 /* worth 8 */

/* BIT_OF gives a pin's mask in its port. */
#define BIT_OF(...) BIT_OF_(__VA_ARGS__)
#define BIT_OF_(port, bit) ((uint8_t)(1u << (bit)))

#endif
