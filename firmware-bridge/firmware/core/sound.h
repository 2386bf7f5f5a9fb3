/* Sound: what the buzzer does. */
#ifndef SOUND_H
#define SOUND_H

#include "hb1.h"

#include <stdint.h>

enum sound_tone {
	SOUND_NONE,
	SOUND_HIGH,
	SOUND_LOW
};

/* All zero is silent. */
struct sound {
	uint8_t pattern;
	uint8_t count;
	uint32_t since;
};

/* sound_beep takes a BEEP's payload. It returns 0 or the enum hb1_code of its
 * refusal. A buzzer has one loudness, and volume 0 is silence. */
uint8_t sound_beep(struct sound *s, uint32_t now, const uint8_t *payload, uint16_t length);

/* sound_refuse says to the person that a press was not taken. */
void sound_refuse(struct sound *s, uint32_t now);

/* sound_tone is the enum sound_tone of this moment. */
uint8_t sound_tone(const struct sound *s, uint32_t now);

#endif
