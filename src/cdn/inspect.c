/* inspect.c - see inspect.h. */
#include "cdn/inspect.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "cdn/wrap.h"

enum {
	REGION = 65536,
	REGION_LEAST = 1024,
	TEXT_LEAST = 24,   /* printable bytes in a row: noise has that once in twenty GiB */
	LETTERS_LEAST = 8, /* of two bytes in UTF-8: Persian, Arabic, Cyrillic */
	SHOWN_MOST = 60,
	SCHEDULE = 60 /* words */
};

/* What files and keys begin with. Long enough not to be met in noise. */
static const struct {
	const char *bytes;
	uint8_t n;
	const char *name;
} magics[] = {
	{"\xff\xd8\xff\xe0\x00\x10JFIF", 10, "a JPEG"},
	{"\xff\xd8\xff\xe1", 4, "a JPEG with EXIF"}, /* then: size 2, "Exif" */
	{"\x89PNG\r\n\x1a\n", 8, "a PNG"},
	{"GIF89a", 6, "a GIF"},
	{"WEBPVP8", 7, "a WebP"},
	{"ftypisom", 8, "a film"},
	{"ftypmp42", 8, "a film"},
	{"ftypqt  ", 8, "a film"},
	{"\x42\x82\x84webm", 7, "a film"},
	{"OggS\0\2\0\0\0\0", 10, "Ogg"},
	{"%PDF-1.", 7, "a PDF"},
	{"SQLite format 3", 16, "a database"},
	{"OpusHead", 8, "a voice message"},
	{"PK\3\4\x14\0", 6, "a ZIP"},
};

static const struct {
	const char *bytes;
	uint8_t n;
	const char *name;
} key_marks[] = {
	{"-----BEGIN ", 11, "PEM"},
	{"\x02\x01\x00\x02\x82\x01\x01\x00", 8, "an RSA private key in DER"},
};

/* Of objects that a server of Telegram's kind knows; looked for where bytes are no noise. */
static const struct {
	uint32_t id;
	const char *name;
} objects[] = {
	{0x3f4e0648, "user"},        {0x215c4438, "user"},
	{0x95fcd1d6, "user"},        {0x76a6d327, "message"},
	{0xb92f76cf, "message"},     {0x83b1d75c, "channel"},
	{0x096d18e5, "upload.file"}, {0x8fd4c4d8, "document"},
	{0xfb197a65, "photo"},       {0xf18cda44, "fileCdnRedirect"},
	{0xf39b035c, "fileHash"},    {0xbe5335be, "upload.getFile"},
};

struct looking {
	const uint8_t *p;
	uint64_t n;
	const char *name;
	FILE *out;
	struct cdn_inspection *r;
};

static void show(struct looking *l, uint64_t *count, uint64_t at, const char *what, const uint8_t *p,
                 uint64_t n)
{
	if (++*count > CDN_INSPECT_SHOWN)
		return;
	fprintf(l->out, "%s at %" PRIu64 ": %s", l->name, at, what);
	if (n) {
		fputs(": ", l->out);
		for (uint64_t i = 0; i < n && i < SHOWN_MOST; i++)
			fputc(p[i] >= 32 && p[i] != 127 ? p[i] : '.', l->out);
	}
	fputc('\n', l->out);
}

static bool is_print(uint8_t c)
{
	return (c >= 32 && c < 127) || c == '\n' || c == '\t';
}

static void look_for_text(struct looking *l)
{
	uint64_t run = 0, letters = 0;

	for (uint64_t i = 0; i <= l->n; i++) {
		if (i < l->n && is_print(l->p[i])) {
			run++;
			continue;
		}
		if (run >= TEXT_LEAST)
			show(l, &l->r->text, i - run, "text", l->p + i - run, run);
		run = 0;
	}
	for (uint64_t i = 0; i + 1 < l->n;) {
		bool is_letter = l->p[i] >= 0xc3 && l->p[i] <= 0xdf && (l->p[i + 1] & 0xc0) == 0x80;

		if (is_letter) {
			letters++;
			i += 2;
			continue;
		}
		if (letters >= LETTERS_LEAST)
			show(l, &l->r->text, i - 2 * letters, "text", l->p + i - 2 * letters, 2 * letters);
		letters = 0;
		i++;
	}
}

static void look_for_magic(struct looking *l)
{
	for (size_t k = 0; k < sizeof(magics) / sizeof(magics[0]); k++) {
		const uint8_t *at = l->p, *end = l->p + l->n;

		while ((at = memmem(at, (size_t)(end - at), magics[k].bytes, magics[k].n)) != NULL) {
			if (magics[k].n > 4 || (end - at > 10 && memcmp(at + 6, "Exif", 4) == 0))
				show(l, &l->r->magic, (uint64_t)(at - l->p), magics[k].name, NULL, 0);
			at++;
		}
	}
	for (size_t k = 0; k < sizeof(key_marks) / sizeof(key_marks[0]); k++) {
		const uint8_t *at = l->p, *end = l->p + l->n;

		while ((at = memmem(at, (size_t)(end - at), key_marks[k].bytes, key_marks[k].n)) != NULL) {
			show(l, &l->r->keys, (uint64_t)(at - l->p), key_marks[k].name, NULL, 0);
			at++;
		}
	}
}

static uint8_t doubled(uint8_t x)
{
	return (uint8_t)(x << 1 ^ (x & 0x80 ? 0x1b : 0));
}

/* FIPS 197, 5.1.1: the inverse in GF(2^8), then the affine map. */
static void make_sbox(uint8_t box[256])
{
	uint8_t p = 1, q = 1;

	do {
		p = (uint8_t)(p ^ doubled(p));
		q ^= (uint8_t)(q << 1);
		q ^= (uint8_t)(q << 2);
		q ^= (uint8_t)(q << 4);
		if (q & 0x80)
			q ^= 0x09;
		box[p] = (uint8_t)(q ^ (q << 1 | q >> 7) ^ (q << 2 | q >> 6) ^ (q << 3 | q >> 5) ^
		                   (q << 4 | q >> 4) ^ 0x63);
	} while (p != 1);
	box[0] = 0x63;
}

/* An AES-256 key that was made ready for use (FIPS 197, 5.2): its words follow from each other. */
static bool is_schedule(const uint8_t *w, const uint8_t box[256])
{
	uint8_t rcon = 1, t[4];

	for (int i = 8; i < SCHEDULE; i++) {
		memcpy(t, w + 4 * (i - 1), 4);
		if (i % 8 == 0) {
			uint8_t first = t[0];

			t[0] = (uint8_t)(box[t[1]] ^ rcon);
			t[1] = box[t[2]];
			t[2] = box[t[3]];
			t[3] = box[first];
			rcon = doubled(rcon);
		} else if (i % 8 == 4) {
			for (int k = 0; k < 4; k++)
				t[k] = box[t[k]];
		}
		for (int k = 0; k < 4; k++)
			if (w[4 * i + k] != (w[4 * (i - 8) + k] ^ t[k]))
				return false;
	}
	return true;
}

static void look_for_schedules(struct looking *l)
{
	uint8_t box[256];

	make_sbox(box);
	for (uint64_t i = 0; i + 4 * SCHEDULE <= l->n; i += 4)
		if (is_schedule(l->p + i, box))
			show(l, &l->r->keys, i, "a key schedule of AES-256", NULL, 0);
}

/* Shannon's, of bytes, in bits. */
static double entropy(const uint8_t *p, uint64_t n)
{
	uint64_t count[256] = {0};
	double h = 0;

	for (uint64_t i = 0; i < n; i++)
		count[p[i]]++;
	for (int i = 0; i < 256; i++)
		if (count[i])
			h -= (double)count[i] / (double)n * log2((double)count[i] / (double)n);
	return h;
}

static void look_for_objects(struct looking *l, uint64_t at, uint64_t n)
{
	for (uint64_t i = at; i + 4 <= at + n; i += 4) {
		uint32_t id;

		memcpy(&id, l->p + i, 4);
		for (size_t k = 0; k < sizeof(objects) / sizeof(objects[0]); k++)
			if (id == objects[k].id)
				show(l, &l->r->objects, i, objects[k].name, NULL, 0);
	}
}

static bool is_all_print(const uint8_t *p, uint64_t n)
{
	while (n && is_print(*p)) {
		p++;
		n--;
	}
	return n == 0;
}

/* Random bytes have 8 bits less 255 / (2 n ln 2) of entropy, give or take little; of few there is a looser word. */
static bool is_noise(const uint8_t *p, uint64_t n, double h)
{
	if (n <= CDN_SLOT_HEAD) /* of a slot, at the most */
		return n < 8 || !is_all_print(p, n);
	if (n < REGION_LEAST)
		return h > 0.8 * log2(n < 256 ? (double)n : 256);
	return h > 8 - 4 * 255 / (2 * (double)n * M_LN2);
}

/* Zeros at both ends aside. */
static void look_at_region(struct looking *l, uint64_t at, uint64_t n)
{
	const uint8_t *p = l->p + at;
	uint64_t low = 0, high = n;
	double h;

	while (low < high && !p[low])
		low++;
	while (high > low && !p[high - 1])
		high--;
	l->r->zeros += n - (high - low);
	if (high == low)
		return;
	h = entropy(p + low, high - low);
	if (is_noise(p + low, high - low, h)) {
		l->r->noise += high - low;
		return;
	}
	look_for_objects(l, at + low, high - low);
	if (l->r->orderly < (uint64_t)CDN_INSPECT_SHOWN * REGION)
		fprintf(l->out, "%s at %" PRIu64 ": %" PRIu64 " bytes that are no noise (%.2f bits a byte)\n",
		        l->name, at + low, high - low, h);
	l->r->orderly += high - low;
}

static bool is_zero(const uint8_t *p, size_t n)
{
	while (n && !*p) {
		p++;
		n--;
	}
	return n == 0;
}

/* A cache's file is whole slots, whose heads end in zeros. */
static void look_for_slots(struct looking *l)
{
	uint64_t used = 0;

	if (!l->n || l->n % CDN_SLOT)
		return;
	for (uint64_t at = 0; at < l->n; at += CDN_SLOT) {
		if (!is_zero(l->p + at + 8 + 16 * CDN_BLOCKS, CDN_SLOT_HEAD - 8 - 16 * CDN_BLOCKS))
			return;
		used += !is_zero(l->p + at, CDN_SLOT);
	}
	l->r->slots += l->n / CDN_SLOT;
	l->r->used += used;
}

void cdn_inspect_bytes(const uint8_t *p, uint64_t n, const char *name, FILE *out, struct cdn_inspection *ret)
{
	struct looking l = {.p = p, .n = n, .name = name, .out = out, .r = ret};

	ret->files++;
	ret->bytes += n;
	look_for_slots(&l);
	for (uint64_t at = 0; at < n; at += REGION)
		look_at_region(&l, at, n - at < REGION ? n - at : REGION);
	look_for_text(&l);
	look_for_magic(&l);
	look_for_schedules(&l);
}

static int inspect_file(const char *path, FILE *out, struct cdn_inspection *ret)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *p;

	if (fd < 0 || fstat(fd, &st) != 0)
		return err_from_errno(errno);
	if (!S_ISREG(st.st_mode))
		return 0;
	if (!st.st_size) {
		ret->files++;
		return 0;
	}
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return err_from_errno(errno);
	cdn_inspect_bytes(p, (uint64_t)st.st_size, path, out, ret);
	munmap(p, (size_t)st.st_size);
	return 0;
}

int cdn_inspect(const char *path, FILE *out, struct cdn_inspection *ret)
{
	DIR *d = opendir(path);
	struct dirent *e;
	char below[4096];
	int r = 0;

	if (!d)
		return errno == ENOTDIR ? inspect_file(path, out, ret) : err_from_errno(errno);
	while (r == 0 && (e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 || e->d_type == DT_LNK)
			continue;
		r = snprintf(below, sizeof(below), "%s/%s", path, e->d_name) < (int)sizeof(below)
		            ? cdn_inspect(below, out, ret)
		            : -ERR_TOO_BIG;
	}
	closedir(d);
	return r;
}

bool cdn_inspect_say(const struct cdn_inspection *i, FILE *out)
{
	bool nothing = !(i->text | i->magic | i->keys | i->objects | i->orderly);

	fprintf(out,
	        "%" PRIu64 " bytes in %" PRIu64 " files: %" PRIu64 " zeros, %" PRIu64 " noise, %" PRIu64
	        " neither.\n",
	        i->bytes, i->files, i->zeros, i->noise, i->orderly);
	if (i->slots)
		fprintf(out,
		        "A node's cache: %" PRIu64 " of %" PRIu64
		        " slots were used. Each tells when in the order of fills it was "
		        "written, and no more.\n",
		        i->used, i->slots);
	if (nothing)
		fprintf(out, "Nothing else can be read.\n");
	else
		fprintf(out,
		        "Found: %" PRIu64 " texts, %" PRIu64 " beginnings of files, %" PRIu64
		        " keys, %" PRIu64 " objects of TL.\n",
		        i->text, i->magic, i->keys, i->objects);
	return nothing;
}
