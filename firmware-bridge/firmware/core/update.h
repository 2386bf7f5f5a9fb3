/* Update: a new image over the line (hardware-docs/firmware-update.md). */
#ifndef UPDATE_H
#define UPDATE_H

#include "box.h"
#include "slot.h"

#include <stdbool.h>
#include <stdint.h>

/* A new image must be kept by the host within this time of its boot. */
#define UPDATE_TRIAL 60000 /* ms */

/* update_boot begins: the slot that runs, or SLOT_NONE in a boot loader that
 * found no image. */
void update_boot(uint8_t running);

/* update_obey carries out one FW_ message: 0 or the enum hb1_code of its
 * refusal. What the ACK carries goes to b->back. */
uint8_t update_obey(struct box *b, uint32_t now, uint8_t type, const uint8_t *p, uint16_t length);

/* update_work does a part of what takes longer than an answer may: one page
 * erased or checked. The main loop calls it whenever the line is at rest. */
void update_work(void);

/* update_failed says that a trial has lasted too long: reboot, and the boot
 * loader takes the other image. Where there is no other, the trial goes on. */
bool update_failed(uint32_t now);

/* update_version is the version of the image that runs; 0.0.0 without one. */
void update_version(uint8_t version[3]);

#endif
