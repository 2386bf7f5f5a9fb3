/* Box: one call box, everything of it but the hardware. The board's main loop
 * gives it bytes, keys and the time, and does what it says. */
#ifndef BOX_H
#define BOX_H

#include "event.h"
#include "frame.h"
#include "key.h"
#include "lamp.h"
#include "sound.h"
#include "text.h"
#include "watch.h"

#include <stdbool.h>
#include <stdint.h>

/* The longest packet that a board sends is its introduction. */
#define BOX_ANSWER 45
#define BOX_FRAME (BOX_ANSWER + HB1_MIN_PACKET + 3)

/* What STATUS tells. */
struct box_status {
	uint32_t good;   /* frames for this board */
	uint32_t broken; /* frames that were none */
	uint32_t again;  /* own repetitions */
	uint16_t bites;  /* resets by the watchdog since power on */
	uint8_t cause;   /* of the last reset */
};

/* All zero, then box_boot. */
struct box {
	struct frame_receiver in;
	uint8_t out[BOX_FRAME]; /* the answer under way */
	uint8_t out_size;       /* of a frame that waits for its moment; 0 without */
	uint32_t heard;         /* when the host last spoke to this board */
	uint32_t ended;         /* when the frame ended that out answers */

	uint8_t uid[HB1_UID];
	uint8_t address; /* 0 before one was assigned */
	uint8_t boot;    /* 0 until it is drawn, with the first answer */
	uint8_t former;  /* boot number before this one */
	uint32_t pool;   /* chance */
	uint8_t number;  /* of the newest reliable packet */

	/* What rule 4 has a receiver remember of the host, with its answer. */
	uint8_t host_boot;
	uint8_t host_number;
	bool accepted;
	uint8_t code;      /* 0 for an ACK, else of the NAK */
	uint8_t back_size; /* of the answer in an ACK */
	uint8_t back[4];

	uint8_t actions;  /* a bit for each enum hb1_action that is reported */
	uint8_t reboot;   /* asked for: 1 application, 2 boot loader */
	bool greeted;     /* the host was heard since the boot */

	struct event_queue events;
	struct keys keys;
	struct text text;
	struct lamp lamp;
	struct sound sound;
	struct watch watch;
	struct box_status status;
};

/* box_boot begins: the address 1 to HB1_LAST_UNIT, or 0 for none yet, and the
 * boot number before this one, or 0. */
void box_boot(struct box *b, const uint8_t uid[HB1_UID], uint8_t address, uint8_t former);

/* box_stir adds chance: the moment at which a byte came, a seed. Before the
 * first answer it makes boot number and event number ones that do not come
 * back; afterwards it changes nothing. */
void box_stir(struct box *b, uint32_t chance);

/* box_byte takes one byte from the line. */
void box_byte(struct box *b, uint32_t now, uint8_t byte);

/* box_keys takes what the contacts are, bit 0 for key 1, every HB1_DEBOUNCE ms. */
void box_keys(struct box *b, uint32_t now, uint8_t pressed);

/* box_answer gives the frame to send now and its size, or 0. It belongs to the
 * sender until the next packet arrives, which the host does not send before. */
uint8_t box_answer(struct box *b, uint32_t now, const uint8_t **frame);

/* box_linked says whether the host was heard lately, for the link lamp. */
bool box_linked(const struct box *b, uint32_t now);

/* box_reboot says that the host asked for a reboot and was answered: 1 into the
 * application, 2 into the boot loader. */
uint8_t box_reboot(const struct box *b);

#endif
