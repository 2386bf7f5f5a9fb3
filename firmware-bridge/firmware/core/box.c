#include "box.h"

#include "board.h"
#include "bytes.h"
#include "crc.h"
#if BOARD_UPDATE
#include "update.h"
#endif

#include <string.h>

#define LINK_LAMP 3000 /* ms */

/* Where an answer's payload stands in out: behind the delimiter, the COBS code
 * and the header. */
#define PAYLOAD(b) ((b)->out + 2 + HB1_HEADER)

/* CONFIG's keys. */
#define CONFIG_ACTIONS 1

void box_boot(struct box *b, const uint8_t uid[HB1_UID], uint8_t address, uint8_t former)
{
	memcpy(b->uid, uid, HB1_UID);
	b->address = address;
	b->former = former;
	b->actions = 1 << HB1_PRESS;
	for (uint8_t i = 0; i < HB1_UID; i++)
		box_stir(b, uid[i]);
}

void box_stir(struct box *b, uint32_t chance)
{
	if (b->boot != 0)
		return;
	for (uint8_t i = 0; i < 4; i++)
		b->pool = crc_add(b->pool, (uint8_t)(chance >> 8 * i));
}

/* wake draws what identifies this boot. */
static void wake(struct box *b)
{
	if (b->boot != 0)
		return;
	uint8_t boot = (uint8_t)(1 + b->pool % 255);
	if (boot == b->former)
		boot = (uint8_t)(1 + boot % 255);
	b->number = (uint8_t)(b->pool >> 8);
	/* Presses that came before the host did keep their order. */
	b->events.newest += b->pool;
	b->boot = boot;
	board_booted(boot);
}

/* speak makes the frame of an answer whose payload is in place. */
static void speak(struct box *b, uint8_t control, uint8_t number, uint8_t type, uint8_t size)
{
	uint8_t *raw = b->out + 2;
	raw[HB1_AT_DST] = HB1_HOST;
	raw[HB1_AT_SRC] = b->address == 0 ? HB1_UNASSIGNED : b->address;
	raw[HB1_AT_CONTROL] = (uint8_t)(HB1_VERSION << HB1_VERSION_SHIFT | control);
	raw[HB1_AT_NUMBER] = number;
	raw[HB1_AT_BOOT] = b->boot;
	raw[HB1_AT_TYPE] = type;
	put16(raw + HB1_AT_LENGTH, size);
	b->out_size = (uint8_t)frame_seal(b->out, (uint16_t)(HB1_HEADER + size));
}

/* introduce writes the answer to HELLO and returns its size. */
static uint8_t introduce(const struct box *b, uint8_t *p)
{
#if !BOARD_UPDATE
	static const uint8_t firmware[3] = {BOARD_FIRMWARE};
#endif
	p[0] = HB1_VERSION;
	put32(p + 1, BOARD_ID);
	put16(p + 5, BOARD_HARDWARE);
#if BOARD_UPDATE
	update_version(p + 7); /* what was signed is what is told */
#else
	memcpy(p + 7, firmware, sizeof firmware);
#endif
	memcpy(p + 10, b->uid, HB1_UID);
	put32(p + 22, BOARD_ABILITIES);
	p[26] = HB1_MAX_PAYLOAD;
	p[27] = BOARD_COLS;
	p[28] = BOARD_ROWS;
	memcpy(p + 29, BOARD_NAME, sizeof BOARD_NAME - 1);
	return 29 + sizeof BOARD_NAME - 1;
}

static uint8_t state(const struct box *b, uint8_t *p)
{
	put16(p, board_supply());
	put16(p + 2, (uint16_t)board_celsius());
	p[4] = b->status.cause;
	put32(p + 5, b->status.good);
	put32(p + 9, b->status.broken);
	put32(p + 13, b->status.again);
	put16(p + 17, b->status.bites);
	return 19;
}

/* answer sends what the last accepted order led to, the first time and when the
 * host asks again. Reports are made anew: only what was done must not be done
 * twice. */
static void answer(struct box *b, uint8_t number, uint8_t type)
{
	uint8_t *p = PAYLOAD(b), size = b->back_size;
	if (b->code != 0) {
		p[0] = b->code;
		speak(b, HB1_NAK, number, HB1_TYPE_ACK, 1);
		return;
	}
	if (type == HB1_TYPE_HELLO)
		size = introduce(b, p);
	else if (type == HB1_TYPE_STATUS)
		size = state(b, p);
	else
		memcpy(p, b->back, size);
	speak(b, HB1_ACK, number, HB1_TYPE_ACK, size);
}

/* configure sets or tells one value. */
static uint8_t configure(struct box *b, const uint8_t *p, uint16_t length)
{
	if (length < 1 || p[0] != CONFIG_ACTIONS)
		return HB1_BAD_ARGUMENT;
	if (length > 1)
		b->actions = p[1];
	b->back[0] = b->actions;
	b->back_size = 1;
	return 0;
}

static uint8_t reboot(struct box *b, const uint8_t *p, uint16_t length)
{
	if (length < 3 || p[0] > 1 || p[1] != 0xB0 || p[2] != 0x07)
		return HB1_BAD_ARGUMENT;
	b->reboot = (uint8_t)(p[0] + 1);
	return 0;
}

/* obey carries out a reliable packet and returns 0 or the code of its refusal. */
static uint8_t obey(struct box *b, uint32_t now, uint8_t type, const uint8_t *p, uint16_t length)
{
	switch (type) {
	case HB1_TYPE_HELLO:
	case HB1_TYPE_STATUS:
		return 0;
	case HB1_TYPE_REBOOT:
		return reboot(b, p, length);
	case HB1_TYPE_SHOW:
		return text_show(&b->text, now, p, length);
	case HB1_TYPE_LIGHT:
		return lamp_light(&b->lamp, now, p, length);
	case HB1_TYPE_BEEP:
		return sound_beep(&b->sound, now, p, length);
	case HB1_TYPE_CONFIG:
		return configure(b, p, length);
#if BOARD_UPDATE
	case HB1_TYPE_FW_BEGIN:
	case HB1_TYPE_FW_DATA:
	case HB1_TYPE_FW_END:
	case HB1_TYPE_FW_BOOT:
		return update_obey(b, now, type, p, length);
#endif
	}
	return HB1_UNSUPPORTED;
}

/* report answers a POLL: with the oldest event until it is acknowledged, or
 * with IDLE. */
static void report(struct box *b, uint32_t now, uint8_t poll)
{
	uint8_t *p = PAYLOAD(b);
	const struct event *e = event_oldest(&b->events);
	if (e == NULL) {
		p[0] = 0;
		put32(p + 1, now / 1000);
		p[5] = 0;
		speak(b, HB1_PLAIN, poll, HB1_TYPE_IDLE, 6);
		return;
	}
	uint8_t control = HB1_RELIABLE;
	if (b->events.reported) {
		control |= HB1_AGAIN;
		b->status.again++;
	} else {
		b->events.number = ++b->number;
		b->events.reported = true;
	}
	if (b->events.count > 1)
		control |= HB1_MORE;
	uint32_t age = now - e->at;
	p[0] = e->key;
	p[1] = e->action;
	put16(p + 2, age > 0xFFFF ? 0xFFFF : (uint16_t)age);
	put32(p + 4, event_number(&b->events));
	speak(b, control, b->events.number, HB1_TYPE_KEY, 8);
}

/* settle takes the host's answer to a report. An ACK ends it, and so does any
 * NAK but "busy": the host would never take it, and the ones behind it wait. */
static void settle(struct box *b, const uint8_t *raw, uint16_t length)
{
	if (!b->events.reported || raw[HB1_AT_TYPE] != HB1_TYPE_ACK || raw[HB1_AT_NUMBER] != b->events.number)
		return;
	bool busy = (raw[HB1_AT_CONTROL] & HB1_KIND) == HB1_NAK && length > 0 && raw[HB1_AT_PAYLOAD] == HB1_BUSY;
	if (!busy)
		event_drop(&b->events);
}

/* order carries out a reliable packet once (rule 4). */
static void order(struct box *b, uint32_t now, const uint8_t *raw, uint16_t length)
{
	bool same = b->accepted && b->host_boot == raw[HB1_AT_BOOT] && b->host_number == raw[HB1_AT_NUMBER];
	if (!same) {
		b->back_size = 0;
		b->code = obey(b, now, raw[HB1_AT_TYPE], raw + HB1_AT_PAYLOAD, length);
		b->host_number = raw[HB1_AT_NUMBER];
		b->accepted = true;
	}
	b->host_boot = raw[HB1_AT_BOOT];
	answer(b, raw[HB1_AT_NUMBER], raw[HB1_AT_TYPE]);
}

/* sought says whether the UID begins with the bits of a SEEK. */
static bool sought(const struct box *b, const uint8_t *p, uint16_t length)
{
	if (length < 1 || p[0] > 8 * HB1_UID || length < 1 + (p[0] + 7) / 8u)
		return false;
	for (uint8_t i = 0; i < p[0]; i++)
		if ((p[1 + i / 8] ^ b->uid[i / 8]) & (0x80 >> i % 8))
			return false;
	return true;
}

/* group takes a packet to all boards, or to all that have no address. Only a
 * SEEK is answered: it is a question to few. */
static void group(struct box *b, const uint8_t *raw, uint16_t length)
{
	const uint8_t *p = raw + HB1_AT_PAYLOAD;
	if (raw[HB1_AT_DST] != HB1_UNASSIGNED || (raw[HB1_AT_CONTROL] & HB1_KIND) != HB1_PLAIN)
		return;
	if (raw[HB1_AT_TYPE] == HB1_TYPE_SEEK && sought(b, p, length)) {
		wake(b);
		speak(b, HB1_PLAIN, raw[HB1_AT_NUMBER], HB1_TYPE_SEEK, introduce(b, PAYLOAD(b)));
		return;
	}
	if (raw[HB1_AT_TYPE] != HB1_TYPE_ASSIGN || length < HB1_UID + 1 || memcmp(p, b->uid, HB1_UID) != 0)
		return;
	if (p[HB1_UID] == HB1_HOST || p[HB1_UID] > HB1_LAST_UNIT)
		return;
	b->address = p[HB1_UID];
	board_store(b->address);
}

/* mine says whether the packet is for this board, alone or among others. */
static bool mine(const struct box *b, const uint8_t *raw)
{
	if (raw[HB1_AT_SRC] != HB1_HOST)
		return false;
	if (raw[HB1_AT_DST] == HB1_BROADCAST)
		return true;
	return raw[HB1_AT_DST] == (b->address == 0 ? HB1_UNASSIGNED : b->address);
}

/* hear takes one good packet. */
static void hear(struct box *b, uint32_t now)
{
	const uint8_t *raw = b->in.raw;
	uint16_t length = get16(raw + HB1_AT_LENGTH);
	if (!mine(b, raw))
		return;
	b->heard = b->ended = now;
	b->greeted = true;
	b->status.good++;
	if (raw[HB1_AT_DST] >= HB1_UNASSIGNED) {
		group(b, raw, length);
		return;
	}
	wake(b);
	/* A host that booted forgot its numbers, so its next one may be any. */
	if (raw[HB1_AT_BOOT] != b->host_boot)
		b->accepted = false;
	switch (raw[HB1_AT_CONTROL] & HB1_KIND) {
	case HB1_PLAIN:
		b->host_boot = raw[HB1_AT_BOOT];
		if (raw[HB1_AT_TYPE] == HB1_TYPE_POLL)
			report(b, now, raw[HB1_AT_NUMBER]);
		return;
	case HB1_RELIABLE:
		order(b, now, raw, length);
		return;
	}
	settle(b, raw, length);
}

void box_byte(struct box *b, uint32_t now, uint8_t byte)
{
	/* Who hears the line go on has missed the moment for an answer. */
	if (byte != 0)
		b->out_size = 0;
	enum frame_found found = frame_receive(&b->in, byte);
	if (found == FRAME_PACKET)
		hear(b, now);
	else if (found != FRAME_NOTHING)
		b->status.broken++;
}

void box_keys(struct box *b, uint32_t now, uint8_t pressed)
{
	if (key_sample(&b->keys, now, pressed, b->actions, &b->events) != 0)
		sound_refuse(&b->sound, now);
	watch_seen(&b->watch, WATCH_KEYS);
}

uint8_t box_answer(struct box *b, uint32_t now, const uint8_t **frame)
{
	uint32_t waited = now - b->ended;
	uint8_t size = b->out_size;
	if (size == 0 || waited < HB1_ANSWER_AFTER)
		return 0;
	b->out_size = 0;
	/* A late answer would meet the host's next question. */
	if (waited > HB1_ANSWER_UNTIL)
		return 0;
	*frame = b->out;
	return size;
}

bool box_linked(const struct box *b, uint32_t now) { return b->greeted && now - b->heard < LINK_LAMP; }

uint8_t box_reboot(const struct box *b) { return b->out_size == 0 ? b->reboot : 0; }
