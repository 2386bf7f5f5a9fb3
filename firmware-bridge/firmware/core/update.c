#include "update.h"

#include "bytes.h"
#include "sha256.h"

#include <string.h>

/* Where the fields of FW_BEGIN are. */
#define FACTS 47
#define BUILD 16
#define AT_SIGN (FACTS + 1)
#define AT_BUILD (AT_SIGN + SLOT_SIGNATURE)
#define BEGIN_SIZE (AT_BUILD + BUILD)
#define MAX_DATA 192

enum phase {
	IDLE,
	ERASING,
	WRITING,
	CHECKING,
	CHECKED,
	SPOILED /* fault holds why */
};

static struct {
	uint8_t running;
	uint8_t target;
	uint8_t fault;
	enum phase phase;
	uint32_t next; /* byte of the image that is wanted, or checked, next; page to erase */
	struct slot_head head;
	struct sha256 sha;
} u;

static bool on_trial(void) { return u.running != SLOT_NONE && !slot_marked(u.running, SLOT_KEPT); }

void update_boot(uint8_t running)
{
	memset(&u, 0, sizeof u);
	u.running = running;
	u.target = running == 0 ? 1 : 0;
}

void update_version(uint8_t version[3])
{
	struct slot_head h;
	memset(version, 0, 3);
	if (slot_head(u.running, &h))
		memcpy(version, h.statement + FACTS - 3, 3);
}

bool update_failed(uint32_t now)
{
	struct slot_head h;
	return now > UPDATE_TRIAL && on_trial() && slot_head(u.target, &h) && slot_marked(u.target, SLOT_WHOLE);
}

static void spoil(uint8_t fault)
{
	u.fault = fault;
	u.phase = SPOILED;
}

/* want tells the host which byte it is to send next. */
static uint8_t want(struct box *b)
{
	put32(b->back, u.next);
	b->back_size = 4;
	return 0;
}

/* resume goes on with what is in the flash already, if it is the same image. */
static bool resume(const uint8_t *statement)
{
	struct slot_head h;
	if (!slot_head(u.target, &h) || memcmp(h.statement, statement, SLOT_STATEMENT) != 0)
		return false;
	if (memcmp(h.signature, u.head.signature, SLOT_SIGNATURE) != 0 || slot_marked(u.target, SLOT_TRIED))
		return false;
	u.head = h;
	u.next = 0;
	for (uint16_t page = 0; u.next < slot_size(&h) && slot_marked(u.target, (uint16_t)(SLOT_PAGES + 8 * page)); page++)
		u.next += BOARD_FLASH_PAGE;
	if (u.next > slot_size(&h))
		u.next = slot_size(&h);
	u.phase = slot_marked(u.target, SLOT_WHOLE) ? CHECKED : WRITING;
	return true;
}

static uint8_t begin(struct box *b, const uint8_t *p, uint16_t length)
{
	uint8_t statement[SLOT_STATEMENT];
	uint32_t size;
	if (length < BEGIN_SIZE || p[FACTS] != SLOT_SIGNATURE)
		return HB1_BAD_ARGUMENT;
	if (get32(p) != BOARD_ID)
		return HB1_WRONG_BOARD;
	size = get32(p + 4);
	if (size == 0)
		return HB1_BAD_ARGUMENT;
	if (size > SLOT_MAX)
		return HB1_NO_MEMORY;
	if (on_trial())
		return HB1_WRONG_STATE; /* the other image is the way back */
	memcpy(statement, p, FACTS);
	memcpy(statement + FACTS, p + AT_BUILD, BUILD);
	bool same = memcmp(u.head.statement, statement, SLOT_STATEMENT) == 0 && memcmp(u.head.signature, p + AT_SIGN, SLOT_SIGNATURE) == 0;
	if (same && u.phase == ERASING)
		return HB1_BUSY;
	if (same && u.phase == WRITING)
		return want(b);
	memcpy(u.head.signature, p + AT_SIGN, SLOT_SIGNATURE);
	if (u.phase != SPOILED && resume(statement))
		return want(b);
	memcpy(u.head.statement, statement, SLOT_STATEMENT);
	u.phase = ERASING;
	u.next = 0;
	return HB1_BUSY;
}

/* blank says whether a page is empty. */
static bool blank(uint32_t at)
{
	uint8_t b[16], all = 0xFF;
	for (uint16_t n = 0; n < BOARD_FLASH_PAGE; n += sizeof b) {
		flash_read(at + n, b, sizeof b);
		for (uint8_t i = 0; i < sizeof b; i++)
			all &= b[i];
	}
	return all == 0xFF;
}

/* put writes a part that lies in one page. A page is begun empty: what a loss
 * of power left in it goes. */
static bool put(const uint8_t *b, uint16_t size)
{
	uint32_t at = slot_at(u.target, u.next), page = u.next / BOARD_FLASH_PAGE;
	if (u.next % BOARD_FLASH_PAGE == 0 && !blank(at) && !flash_erase(at))
		return false;
	if (!flash_write(at, b, size))
		return false;
	u.next += size;
	if (u.next % BOARD_FLASH_PAGE == 0 || u.next == slot_size(&u.head))
		return slot_mark(u.target, (uint16_t)(SLOT_PAGES + 8 * page));
	return true;
}

static uint8_t data(struct box *b, const uint8_t *p, uint16_t length)
{
	if (u.phase == SPOILED)
		return u.fault;
	if (u.phase != WRITING)
		return HB1_WRONG_STATE;
	if (length < 5 || length > 4 + MAX_DATA || get32(p) + (length - 4) > slot_size(&u.head))
		return HB1_BAD_ARGUMENT;
	if (get32(p) != u.next)
		return want(b);
	for (p += 4, length -= 4; length > 0;) {
		uint16_t room = (uint16_t)(BOARD_FLASH_PAGE - u.next % BOARD_FLASH_PAGE);
		uint16_t part = length < room ? length : room;
		if (!put(p, part)) {
			spoil(HB1_FLASH_FAULT);
			return u.fault;
		}
		p += part;
		length = (uint16_t)(length - part);
	}
	return want(b);
}

static uint8_t end(void)
{
	switch (u.phase) {
	case SPOILED:
		return u.fault;
	case CHECKED:
		return 0;
	case CHECKING:
		return HB1_BUSY;
	case WRITING:
		if (u.next == slot_size(&u.head)) {
			u.phase = CHECKING;
			u.next = 0;
			sha256_begin(&u.sha);
			return HB1_BUSY;
		}
		/* fall through */
	default:
		return HB1_WRONG_STATE;
	}
}

static uint8_t boot(struct box *b, const uint8_t *p, uint16_t length)
{
	uint8_t action = length > 0 ? p[0] : 0;
	if (action > 1)
		return HB1_BAD_ARGUMENT;
	if (action == 1) {
		if (u.running == SLOT_NONE)
			return HB1_WRONG_STATE;
		return slot_mark(u.running, SLOT_KEPT) ? 0 : HB1_FLASH_FAULT;
	}
	if (u.phase != CHECKED)
		return HB1_WRONG_STATE;
	if (!slot_mark(u.target, SLOT_TRIAL))
		return HB1_FLASH_FAULT;
	b->reboot = 1;
	return 0;
}

uint8_t update_obey(struct box *b, uint32_t now, uint8_t type, const uint8_t *p, uint16_t length)
{
	(void)now;
	switch (type) {
	case HB1_TYPE_FW_BEGIN:
		return begin(b, p, length);
	case HB1_TYPE_FW_DATA:
		return data(b, p, length);
	case HB1_TYPE_FW_END:
		return end();
	case HB1_TYPE_FW_BOOT:
		return boot(b, p, length);
	}
	return HB1_UNSUPPORTED;
}

/* erase erases one page, the head first: as soon as it is gone, nobody takes
 * the slot for an image. */
static void erase(void)
{
	struct slot_head other;
	uint32_t order = 0;
	if (!flash_erase(u.target * SLOT_SIZE + u.next * BOARD_FLASH_PAGE)) {
		spoil(HB1_FLASH_FAULT);
		return;
	}
	if (++u.next <= (slot_size(&u.head) + BOARD_FLASH_PAGE - 1) / BOARD_FLASH_PAGE)
		return;
	if (slot_head(u.running, &other))
		order = get32(other.order) + 1;
	put32(u.head.order, order);
	u.phase = WRITING;
	u.next = 0;
	if (!slot_write(u.target, &u.head))
		spoil(HB1_FLASH_FAULT);
}

/* good judges the image when all of it went through the digest. */
static bool good(void)
{
	uint8_t digest[32], text[8 + SLOT_STATEMENT];
	sha256_end(&u.sha, digest);
	memcpy(text, "LOBBYFW1", 8);
	memcpy(text + 8, u.head.statement, SLOT_STATEMENT);
	return memcmp(digest, u.head.statement + 12, 32) == 0 && flash_verify(u.head.signature, text, sizeof text);
}

/* check takes one piece of the image, as the flash holds it, into the digest. */
static void check(void)
{
	uint8_t b[256];
	uint32_t left = slot_size(&u.head) - u.next;
	uint16_t part = (uint16_t)(left < sizeof b ? left : sizeof b);
	flash_read(slot_at(u.target, u.next), b, part);
	sha256_add(&u.sha, b, part);
	u.next += part;
	if (u.next < slot_size(&u.head))
		return;
	if (!good())
		spoil(HB1_BAD_SIGN);
	else if (!slot_mark(u.target, SLOT_WHOLE))
		spoil(HB1_FLASH_FAULT);
	else
		u.phase = CHECKED;
}

void update_work(void)
{
	if (u.phase == ERASING)
		erase();
	else if (u.phase == CHECKING)
		check();
}
