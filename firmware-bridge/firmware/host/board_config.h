/* The board of the tests: what the core is when it runs on a computer. */
#ifndef BOARD_CONFIG_H
#define BOARD_CONFIG_H

#define BOARD_ID 0x10B0
#define BOARD_HARDWARE 2
#define BOARD_FIRMWARE 1, 4, 0
#define BOARD_NAME "box-on-a-leash"
#define BOARD_ABILITIES HB1_SEVEN_SEG
#define BOARD_COLS 16
#define BOARD_ROWS 1
#define BOARD_UPDATE 0

#endif
