/* Flash: what the update asks of the memory that holds images. Erasing sets a
 * page to FF, writing clears bits. A loss of power in the middle of either may
 * leave any mixture behind, and nothing here minds. */
#ifndef FLASH_H
#define FLASH_H

/* board_config.h says, where BOARD_UPDATE is 1:
 *
 *   BOARD_FLASH_PAGE     bytes that are erased together, at least 256
 *   BOARD_SLOT_PAGES     pages of one slot; there are two slots, one behind the
 *                        other from 0
 *
 * Addresses are multiples of 8 and so are sizes, but for the last piece of an
 * image. A cell that is not empty takes a write of zeros. */
#include "board.h"

#include <stdbool.h>
#include <stdint.h>

/* flash_erase erases the page at an address, flash_write writes inside a page.
 * Both say false when the memory does not hold what it should afterwards. */
bool flash_erase(uint32_t at);
bool flash_write(uint32_t at, const uint8_t *b, uint16_t size);
void flash_read(uint32_t at, uint8_t *b, uint16_t size);

/* flash_verify checks an Ed25519 signature with the key that the board trusts. */
bool flash_verify(const uint8_t signature[64], const uint8_t *message, uint16_t size);

#endif
