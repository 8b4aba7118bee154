/*
 * fuzz_upload.c - the records of an upload as a damaged disk, or somebody who could write there, gives them. The first byte says:
 * 1: of a sealed store; 2: the checks of records are made right, so that what stands behind them is looked at, too. Then come
 * records. Whatever is taken lies within the file and within the limits of parts; reading comes to an end.
 */
#include <endian.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blob/blob_private.h"
#include "blob/upload_log.h"
#include "crypto/hash.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

enum { OWNER = 5, FILE_ID = 7, CHECKED = UPLOAD_RECORD_HEAD - 8, RECORDS_MAX = 200 };

static uint32_t word(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return le32toh(v);
}

/* Makes the checks of an open log right, as far as its records can be followed. */
static void mend(uint8_t *p, size_t n)
{
	while (n >= UPLOAD_RECORD_HEAD) {
		uint32_t body = word(p + 16),
			 covered = word(p) == UPLOAD_PART_HERE ? body - word(p + 8) : body;
		uint8_t sum[32];

		if (body > n - UPLOAD_RECORD_HEAD || covered > body)
			return;
		sha256_2(p, CHECKED, p + UPLOAD_RECORD_HEAD, covered, sum);
		memcpy(p + CHECKED, sum, 8);
		p += UPLOAD_RECORD_HEAD + body;
		n -= UPLOAD_RECORD_HEAD + body;
	}
}

static void look_at(const struct upload_log *l, const struct upload_record *rec)
{
	static uint8_t part[UPLOAD_PART_MAX];
	struct upload_record again;
	struct buf windows = {0};
	struct upload_finished f;

	if (upload_log_record(l, rec->at, &again) != 1 || again.n != rec->n || again.kind != rec->kind)
		abort();
	if (rec->kind == UPLOAD_RECORD_DONE) {
		if (upload_log_read_done(l, rec, &f, &windows) == 0 &&
		    (f.parts > UPLOAD_PARTS_MAX || windows.n != 32 * upload_n_windows(f.size)))
			abort();
	} else {
		if (rec->number >= UPLOAD_PARTS_MAX || rec->size > UPLOAD_PART_MAX)
			abort();
		upload_log_is_of(l, rec->at, slice_of(part, rec->size));
		upload_log_bytes(l, rec, part);
	}
	buf_fini(&windows);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static struct seal *seal;
	struct upload_log l = {0};
	struct upload_record rec;
	uint64_t before;
	uint8_t *own;
	int r;

	if (n < 1)
		return 0;
	if (!seal)
		seal = seal_new(SLICE_LIT("0123456789abcdef0123456789abcdef"));
	l.seal = p[0] & 1 ? seal : NULL;
	l.fd = memfd_create("log", MFD_CLOEXEC);
	own = malloc(n);
	memcpy(own, p + 1, n - 1);
	if (p[0] & 2)
		mend(own, n - 1);
	if (l.fd < 0 || upload_log_begin(&l, OWNER, FILE_ID) < 0 || blob_pwrite(l.fd, own, n - 1, l.end) < 0)
		abort();
	if (upload_log_open(&l, OWNER, FILE_ID) != 0 || upload_log_open(&l, OWNER, FILE_ID + 1) == 0)
		abort();
	upload_log_open(&l, OWNER, FILE_ID);
	for (int i = 0; i < RECORDS_MAX; i++) {
		before = l.end;
		r = upload_log_next(&l, &rec);
		if (l.end > UPLOAD_LOG_HEAD + n - 1 || (r == 1) != (l.end > before))
			abort();
		if (r != 1)
			break;
		look_at(&l, &rec);
	}
	close(l.fd);
	free(own);
	/* And as the head of the file itself. */
	l.fd = memfd_create("log", MFD_CLOEXEC);
	if (blob_pwrite(l.fd, p, n, 0) < 0)
		abort();
	upload_log_open(&l, OWNER, FILE_ID);
	close(l.fd);
	return 0;
}
