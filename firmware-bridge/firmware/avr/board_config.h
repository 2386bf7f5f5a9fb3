/* The call box with an ATmega328P (hardware-docs/boards/callbox.md). */
#ifndef BOARD_CONFIG_H
#define BOARD_CONFIG_H

#define BOARD_ID 1
#define BOARD_HARDWARE 1
#define BOARD_FIRMWARE 1, 0, 0
#define BOARD_NAME "callbox-328p"
#define BOARD_ABILITIES HB1_SEVEN_SEG
#define BOARD_COLS 4
#define BOARD_ROWS 1
#define BOARD_UPDATE 0 /* the chip is too small for a second image and a signature */

#endif
