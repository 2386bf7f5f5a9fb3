#include "line.h"

#include "pins.h"
#include "ports.h"

#include <avr/interrupt.h>
#include <util/setbaud.h>

/* 128 bytes are 11 ms of the line at 115200 baud, longer than anything in the
 * main loop takes. */
#define ROOM 128

static volatile uint8_t ring[ROOM];
static volatile uint8_t head, tail;
static volatile uint16_t moment_of_last;

static const uint8_t *volatile next;
static volatile uint8_t left;
static volatile bool sending;

void line_setup(void)
{
	UBRR0 = UBRR_VALUE;
	UCSR0A = USE_2X ? 1 << U2X0 : 0;
	UCSR0C = 1 << UCSZ01 | 1 << UCSZ00;
	UCSR0B = 1 << RXCIE0 | 1 << RXEN0 | 1 << TXEN0;
}

ISR(USART_RX_vect)
{
	uint8_t byte = UDR0, after = (uint8_t)((head + 1) % ROOM);
	moment_of_last = TCNT1;
	if (after == tail)
		return; /* the checksum will tell */
	ring[head] = byte;
	head = after;
}

bool line_take(uint8_t *byte, uint16_t *moment)
{
	if (tail == head)
		return false;
	*byte = ring[tail];
	tail = (uint8_t)((tail + 1) % ROOM);
	cli();
	*moment = moment_of_last;
	sei();
	return true;
}

void line_send(const uint8_t *bytes, uint8_t size)
{
	cli();
	next = bytes;
	left = size;
	sending = true;
	port_d_set(BIT_OF(PIN_DRIVE), true);
	UCSR0B |= 1 << UDRIE0;
	sei();
}

ISR(USART_UDRE_vect)
{
	/* Had this been late, the byte before would have been taken for the last
	 * one. The flag is cleared by writing 1. */
	UCSR0A |= 1 << TXC0;
	UDR0 = *next++;
	if (--left == 0)
		UCSR0B = (uint8_t)((UCSR0B & ~(1 << UDRIE0)) | 1 << TXCIE0);
}

/* The last stop bit is out, and not before that the driver may let go. */
ISR(USART_TX_vect)
{
	UCSR0B &= (uint8_t)~(1 << TXCIE0);
	port_d_set(BIT_OF(PIN_DRIVE), false);
	sending = false;
}

bool line_free(void) { return !sending; }
