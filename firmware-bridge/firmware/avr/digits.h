/* Digits: four characters on a TM1637. */
#ifndef DIGITS_H
#define DIGITS_H

#include <stdint.h>

#define DIGITS 4

/* digits_draw shows four ASCII characters as seven segments can. */
void digits_draw(const char cells[DIGITS]);

#endif
