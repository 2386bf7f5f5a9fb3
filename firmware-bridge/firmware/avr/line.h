/* Line: the UART and the direction of the RS-485 driver. */
#ifndef LINE_H
#define LINE_H

#include <stdbool.h>
#include <stdint.h>

void line_setup(void);

/* line_take gives the oldest received byte; false when there is none. The
 * moment is the fast timer's count when it came, which nobody can foretell. */
bool line_take(uint8_t *byte, uint16_t *moment);

/* line_send begins to send. The bytes must stay until line_free. */
void line_send(const uint8_t *bytes, uint8_t size);
bool line_free(void);

#endif
