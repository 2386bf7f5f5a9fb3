/* Board: what the core asks of the hardware below it. Each board has its own
 * folder beside this one with a board_config.h and these functions. */
#ifndef BOARD_H
#define BOARD_H

/* board_config.h says what the board is:
 *
 *   BOARD_ID, BOARD_HARDWARE        which board, and its revision
 *   BOARD_FIRMWARE                  three numbers: major, minor, patch
 *   BOARD_NAME                      a string for people, at most 16 bytes
 *   BOARD_ABILITIES                 HB1_ASYNC and so on
 *   BOARD_COLS, BOARD_ROWS          of its display
 *   BOARD_UPDATE                    1 if the core's update is part of it; then
 *                                   there is no BOARD_FIRMWARE, for the slot that
 *                                   runs says what it is, and flash.h has more
 */
#include "board_config.h"

#include <stdint.h>

/* board_supply is the supply in mV, board_celsius the temperature in tenths of
 * a degree; 0 where nothing measures it. */
uint16_t board_supply(void);
int16_t board_celsius(void);

/* board_store keeps the address over the loss of power; 0 is none. It must not
 * wait for the memory. */
void board_store(uint8_t address);

/* board_booted tells the boot number that was drawn, so that the next one
 * differs. It must not wait for the memory. */
void board_booted(uint8_t boot);

#endif
