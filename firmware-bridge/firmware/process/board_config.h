/* A board made of a process, for the tests of the update: its line is standard
 * input and output, its flash a file. */
#ifndef BOARD_CONFIG_H
#define BOARD_CONFIG_H

#define BOARD_ID 7
#define BOARD_HARDWARE 1
#define BOARD_NAME "process"
#define BOARD_ABILITIES 0
#define BOARD_COLS 4
#define BOARD_ROWS 1
#define BOARD_UPDATE 1
#define BOARD_FLASH_PAGE 512
#define BOARD_SLOT_PAGES 17

#endif
