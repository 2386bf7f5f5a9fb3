/* The numbers of HB1, as hardware-docs/hb1.md has them. A test compares this
 * file with the Go side (firmware-bridge), so that the two cannot drift. */
#ifndef HB1_H
#define HB1_H

/* Addresses. */
#define HB1_HOST 0x00
#define HB1_LAST_UNIT 0xEF
#define HB1_UNASSIGNED 0xF0
#define HB1_BROADCAST 0xFF

/* Sizes in bytes. */
#define HB1_MAX_PAYLOAD 240
#define HB1_HEADER 8
#define HB1_CRC 4
#define HB1_MIN_PACKET (HB1_HEADER + HB1_CRC)
#define HB1_MAX_PACKET (HB1_MIN_PACKET + HB1_MAX_PAYLOAD)
#define HB1_MAX_STUFFED (HB1_MAX_PACKET + 1)
#define HB1_UID 12

/* Where the fields of a packet are. */
enum {
	HB1_AT_DST = 0,
	HB1_AT_SRC = 1,
	HB1_AT_CONTROL = 2,
	HB1_AT_NUMBER = 3,
	HB1_AT_BOOT = 4,
	HB1_AT_TYPE = 5,
	HB1_AT_LENGTH = 6,
	HB1_AT_PAYLOAD = 8
};

/* The control byte. */
#define HB1_VERSION 1
#define HB1_VERSION_SHIFT 4
#define HB1_MORE 0x08
#define HB1_AGAIN 0x04
#define HB1_KIND 0x03

enum hb1_kind {
	HB1_PLAIN = 0,
	HB1_RELIABLE = 1,
	HB1_ACK = 2,
	HB1_NAK = 3
};

enum hb1_type {
	HB1_TYPE_ACK = 0x00,
	HB1_TYPE_HELLO = 0x01,
	HB1_TYPE_POLL = 0x02,
	HB1_TYPE_IDLE = 0x03,
	HB1_TYPE_ASSIGN = 0x04,
	HB1_TYPE_TIME = 0x05,
	HB1_TYPE_STATUS = 0x06,
	HB1_TYPE_REBOOT = 0x07,
	HB1_TYPE_SEEK = 0x08,
	HB1_TYPE_KEY = 0x20,
	HB1_TYPE_ENTER = 0x21,
	HB1_TYPE_SENSOR = 0x22,
	HB1_TYPE_SHOW = 0x30,
	HB1_TYPE_BITMAP = 0x31,
	HB1_TYPE_LIGHT = 0x32,
	HB1_TYPE_BEEP = 0x33,
	HB1_TYPE_RELAY = 0x34,
	HB1_TYPE_CONFIG = 0x35,
	HB1_TYPE_FW_BEGIN = 0x40,
	HB1_TYPE_FW_DATA = 0x41,
	HB1_TYPE_FW_END = 0x42,
	HB1_TYPE_FW_BOOT = 0x43
};

/* Why a NAK. */
enum hb1_code {
	HB1_BUSY = 1,
	HB1_BAD_ARGUMENT = 2,
	HB1_UNSUPPORTED = 3,
	HB1_NO_MEMORY = 4,
	HB1_FLASH_FAULT = 5,
	HB1_WRONG_STATE = 6,
	HB1_BAD_SIGN = 7,
	HB1_WRONG_BOARD = 8
};

/* Abilities that a board names in HELLO. */
#define HB1_ASYNC 0x01
#define HB1_SEVEN_SEG 0x02
#define HB1_GB2312 0x04
#define HB1_GB18030 0x08
#define HB1_BITMAP_ONLY 0x10

/* What happened to a key. */
enum hb1_action {
	HB1_PRESS = 1,
	HB1_RELEASE = 2,
	HB1_LONG = 3
};

/* The rules of time, in milliseconds ("Timing"). */
#define HB1_ANSWER_AFTER 2 /* in ticks of 1 ms, so at least 1 ms went by */
#define HB1_ANSWER_UNTIL 5
#define HB1_DEBOUNCE 10
#define HB1_LONG_PRESS 1000

#endif
