/* A call box on an ATmega328P. */
#include "board.h"
#include "box.h"
#include "digits.h"
#include "line.h"
#include "pins.h"
#include "ports.h"
#include "settings.h"

#include <avr/boot.h>
#include <avr/interrupt.h>
#include <avr/wdt.h>
#include <string.h>

/* Keys 1 and 8, and no other, held at power on: the address is forgotten. */
#define FORGET 0x81

static struct box box;
static volatile uint32_t ticks;

/* What outlives a reset as long as there is power. */
static struct {
	uint16_t bites;
	uint16_t check; /* its complement, so that noise is not taken for it */
} kept __attribute__((section(".noinit")));

static uint8_t cause __attribute__((section(".noinit")));

/* After a bite the watchdog is still on, with its shortest time, so it is
 * switched off before anything else is done. */
void early(void) __attribute__((naked, used, section(".init3")));
void early(void)
{
	cause = MCUSR;
	MCUSR = 0;
	wdt_disable();
}

ISR(TIMER1_COMPA_vect) { ticks++; }

/* Nothing else may ever interrupt; if it does, a reset is the cure. */
ISR(BADISR_vect)
{
	for (;;)
		;
}

static uint32_t now(void)
{
	cli();
	uint32_t t = ticks;
	sei();
	return t;
}

static void clock_setup(void)
{
	OCR1A = F_CPU / 1000 - 1;
	TIMSK1 = 1 << OCIE1A;
	TCCR1B = 1 << WGM12 | 1 << CS10;
}

/* reset_cause is STATUS's word for the chip's flags. */
static uint8_t reset_cause(uint8_t flags)
{
	if (flags & 1 << PORF)
		return 0;
	if (flags & 1 << WDRF)
		return 2;
	if (flags & 1 << BORF)
		return 3;
	return flags & 1 << EXTRF ? 1 : 0;
}

static void count_bites(void)
{
	if (reset_cause(cause) == 0 || (uint16_t)~kept.bites != kept.check)
		kept.bites = 0;
	if (reset_cause(cause) == 2)
		kept.bites++;
	kept.check = (uint16_t)~kept.bites;
	box.status.bites = kept.bites;
	box.status.cause = reset_cause(cause);
}

/* read_uid takes the number that the chip was made with: its serial number in
 * the signature row, and the kind of chip. */
static void read_uid(uint8_t uid[HB1_UID])
{
	for (uint8_t i = 0; i < 10; i++)
		uid[i] = boot_signature_byte_get((uint8_t)(0x0E + i));
	uid[10] = boot_signature_byte_get(2);
	uid[11] = boot_signature_byte_get(4);
}

/* supply is measured against the chip's own 1.1 V. */
static void supply_setup(void)
{
	ADMUX = 1 << REFS0 | 0x0E;
	ADCSRA = 1 << ADEN | 1 << ADSC | 1 << ADATE | 7;
}

uint16_t board_supply(void)
{
	uint16_t adc = ADC;
	return adc == 0 ? 0 : (uint16_t)(1100uL * 1024 / adc);
}

int16_t board_celsius(void) { return 0; }

void board_store(uint8_t address)
{
	settings.address = address;
	settings_save();
}

void board_booted(uint8_t boot)
{
	settings.boot = boot;
	settings.count++;
	settings_save();
}

static void start(void)
{
	uint8_t uid[HB1_UID], address;
	read_uid(uid);
	settings_load();
	if (ports_keys() == FORGET)
		board_store(0);
	address = ports_switch();
	if (address == 0)
		address = settings.address > HB1_LAST_UNIT ? 0 : settings.address;
	box_boot(&box, uid, address, settings.boot);
	box_stir(&box, settings.count | (uint32_t)settings.boot << 8);
	count_bites();
}

/* draw brings the display up to date. */
static void draw(uint32_t t)
{
	static char shown[DIGITS];
	char cells[DIGITS];
	text_cells(&box.text, t, cells, DIGITS);
	if (memcmp(cells, shown, DIGITS) == 0)
		return;
	memcpy(shown, cells, DIGITS);
	digits_draw(cells);
}

/* tone drives the buzzer: the fast timer 2 in phase correct mode, whose top is
 * half a period of 62.5 kHz / top. */
static void tone(uint8_t which)
{
	static uint8_t playing;
	if (which == playing)
		return;
	playing = which;
	if (which == SOUND_NONE) {
		TCCR2A = TCCR2B = 0;
		return;
	}
	OCR2A = which == SOUND_HIGH ? 15 : 60; /* 2.1 kHz, 0.5 kHz */
	OCR2B = OCR2A / 2;
	TCCR2A = 1 << COM2B1 | 1 << WGM20;
	TCCR2B = 1 << WGM22 | 1 << CS22 | 1 << CS21; /* clock / 256 */
}

static void lamps(uint32_t t)
{
	bool link = box_linked(&box, t), lamp = lamp_lit(&box.lamp, t);
	cli();
	port_d_set(BIT_OF(PIN_LINK), link);
	port_d_set(BIT_OF(PIN_LAMP), lamp);
	sei();
}

/* listen gives the box what came, but not while it speaks: its own frame stands
 * where the next answer would be made. */
static void listen(uint32_t t)
{
	uint8_t byte;
	uint16_t moment;
	while (line_free() && line_take(&byte, &moment)) {
		box_stir(&box, moment);
		box_byte(&box, t, byte);
	}
}

static void speak(uint32_t t)
{
	const uint8_t *frame;
	uint8_t size = box_answer(&box, t, &frame);
	if (size != 0)
		line_send(frame, size);
}

/* look is everything that is done every HB1_DEBOUNCE ms. */
static void look(uint32_t t)
{
	box_keys(&box, t, ports_keys());
	draw(t);
	tone(sound_tone(&box.sound, t));
	lamps(t);
	settings_tick();
}

int main(void)
{
	ports_setup();
	line_setup();
	clock_setup();
	supply_setup();
	start();
	wdt_enable(WDTO_2S);
	sei();
	for (uint32_t looked = 0;;) {
		uint32_t t = now();
		listen(t);
		speak(t);
		if (t - looked >= HB1_DEBOUNCE) {
			looked = t;
			look(t);
		}
		if (line_free())
			watch_seen(&box.watch, WATCH_LINE);
		/* A reboot that was asked for is a bite that is waited for. */
		if (watch_feed(&box.watch, t) && !box_reboot(&box))
			wdt_reset();
	}
}
