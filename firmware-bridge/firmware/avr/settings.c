#include "settings.h"

#include <avr/eeprom.h>

#define PLACE ((uint8_t *)8) /* not 0: a brown-out may spoil the first byte */

struct settings settings;
static uint8_t left; /* bytes to write */

void settings_load(void) { eeprom_read_block(&settings, PLACE, sizeof settings); }

void settings_save(void) { left = sizeof settings; }

void settings_tick(void)
{
	if (left == 0 || !eeprom_is_ready())
		return;
	left--;
	eeprom_update_byte(PLACE + left, ((const uint8_t *)&settings)[left]);
}
