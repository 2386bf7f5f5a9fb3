#include "text.h"

#include "bytes.h"

#define SHOW_TEXT 4     /* where a SHOW's text begins */
#define BLINK_HALF 500  /* ms on, and as long off */
#define SCROLL_STEP 300 /* ms for one cell */
#define SCROLL_GAP 3    /* blanks between the end and the beginning */

/* follow says how many bytes of UTF-8 follow a first byte; 4 if none begins
 * with it. */
static uint8_t follow(uint8_t first)
{
	if (first < 0x80)
		return 0;
	if (first >= 0xC2 && first < 0xE0)
		return 1;
	if (first >= 0xE0 && first < 0xF0)
		return 2;
	if (first >= 0xF0 && first < 0xF5)
		return 3;
	return 4;
}

/* narrow says whether the second byte makes a character that UTF-8 forbids:
 * one that a shorter form has, a surrogate, or one beyond U+10FFFF. */
static bool narrow(uint8_t first, uint8_t second)
{
	return (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
	       (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
}

/* character reads one character and returns its bytes, or 0 if they are not
 * UTF-8. */
static uint8_t character(const uint8_t *b, uint16_t left)
{
	uint8_t more = follow(b[0]);
	if (more > 3 || more >= left)
		return 0;
	for (uint8_t i = 1; i <= more; i++)
		if ((b[i] & 0xC0) != 0x80)
			return 0;
	if (more > 0 && narrow(b[0], b[1]))
		return 0;
	return (uint8_t)(more + 1);
}

uint8_t text_show(struct text *t, uint32_t now, const uint8_t *payload, uint16_t length)
{
	if (length < SHOW_TEXT)
		return HB1_BAD_ARGUMENT;
	for (uint16_t i = SHOW_TEXT; i < length;) {
		uint8_t n = character(payload + i, (uint16_t)(length - i));
		if (n == 0)
			return HB1_BAD_ARGUMENT;
		i += n;
	}
	if (payload[0] != 0)
		return HB1_BAD_ARGUMENT; /* there is one area */
	t->style = payload[1];
	t->seconds = get16(payload + 2);
	t->since = now;
	t->size = 0;
	for (uint16_t i = SHOW_TEXT; i < length && t->size < TEXT_ROOM;) {
		uint8_t n = character(payload + i, (uint16_t)(length - i));
		t->chars[t->size++] = n == 1 ? (char)payload[i] : '?';
		i += n;
	}
	return 0;
}

void text_cells(const struct text *t, uint32_t now, char *cells, uint8_t count)
{
	uint32_t shown = now - t->since;
	bool dark = (t->seconds != 0 && shown / 1000 >= t->seconds) ||
	            (t->style == TEXT_BLINK && shown / BLINK_HALF % 2 == 1);
	uint8_t size = dark ? 0 : t->size, turn = 1, from = 0;
	if (t->style == TEXT_SCROLL && size > count) {
		turn = (uint8_t)(size + SCROLL_GAP);
		from = (uint8_t)(shown / SCROLL_STEP % turn);
	} else {
		turn = count;
	}
	for (uint8_t i = 0; i < count; i++) {
		uint8_t at = (uint8_t)((from + i) % turn);
		cells[i] = at < size ? t->chars[at] : ' ';
	}
}
