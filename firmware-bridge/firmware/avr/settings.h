/* Settings: what stays when the power goes, in the EEPROM. */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <stdint.h>

struct settings {
	uint8_t address; /* 0 or 0xFF: none */
	uint8_t boot;    /* the last boot number */
	uint8_t count;   /* of boots */
};

/* settings_load reads them. */
void settings_load(void);
extern struct settings settings;

/* settings_save notes that they changed. They are written a byte at a time,
 * because the memory takes 3.4 ms for each and an answer waits for nothing. */
void settings_save(void);
void settings_tick(void);

#endif
