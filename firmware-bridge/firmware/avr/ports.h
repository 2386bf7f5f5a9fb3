/* Ports: the outputs of port D, and which inputs are pulled to ground. */
#ifndef PORTS_H
#define PORTS_H

#include <stdbool.h>
#include <stdint.h>

void ports_setup(void);

/* port_d_set switches outputs of port D. Interrupts must be off. */
void port_d_set(uint8_t bits, bool high);

/* ports_keys are the keys that are pressed, bit 0 for key 1; ports_switch is
 * what the address switch is set to, 0 to 15. */
uint8_t ports_keys(void);
uint8_t ports_switch(void);

#endif
