/* check.c - is every content there that somebody needs, and is it what it should be? See contents.h. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "domain/media/contents.h"
#include "rpc/server.h"
#include "store/blob.h"

enum { ROWS = 100, UNKNOWN_MAX = 1000, SAY_USEC = 200000 };

struct check {
	const struct contents_look *look;
	struct contents_checked *ret;
	int64_t done, all;
	usec_t say_next;
	/* a page of rows, or one that is looked at again or mended */
	struct blob_id after;
	struct store_blob *rows; /* malloced */
	size_t n;
	struct blob_id one;
	enum contents_fault fault;
	struct blob_id *unknown; /* malloced */
	size_t n_unknown;
};

static int all_bytes(struct rpc_call *c, void *arg)
{
	struct check *x = arg;
	struct store_blob_stats st;
	int r = store_blob_stats(c->db, &st);

	x->all = st.bytes;
	return r;
}

static int read_page(struct rpc_call *c, void *arg)
{
	struct check *x = arg;
	struct store_blob *v;
	int r = store_blob_walk(c->db, x->after.b, ROWS, &c->arena, &v, &x->n);

	if (r >= 0 && x->n) {
		memcpy(x->rows, v, x->n * sizeof(*v));
		memcpy(x->after.b, v[x->n - 1].id, sizeof(x->after.b));
	}
	return r;
}

/* Somebody may have come or gone since the page was read. */
static int still_needed(struct rpc_call *c, void *arg)
{
	struct check *x = arg;
	int64_t refs, size;
	int r = store_blob_get(c->db, x->one.b, &refs, &size);

	return r == -ERR_NOTFOUND ? 0 : r < 0 ? r : refs > 0;
}

static enum contents_fault fault_of(struct check *x, const struct store_blob *row, const struct blob_id *id)
{
	struct blob_store *s = x->look->app->blobs;
	uint64_t size;
	int r = blob_size(s, id, &size);

	if (r == 0 && size != (uint64_t)row->size)
		r = -ERR_CORRUPT;
	if (r == 0 && !x->look->quick)
		r = blob_verify(s, id);
	if (r == -ERR_NOTFOUND)
		return row->lost ? CONTENTS_LOST : CONTENTS_MISSING;
	return r < 0 ? CONTENTS_DAMAGED : CONTENTS_FINE;
}

static int mend_row(struct rpc_call *c, void *arg)
{
	struct check *x = arg;

	switch (x->fault) {
	case CONTENTS_MISSING:
	case CONTENTS_DAMAGED:
		return store_blob_set_lost(c->db, x->one.b, c->now);
	case CONTENTS_FINE:
		return store_blob_set_lost(c->db, x->one.b, 0);
	case CONTENTS_MISCOUNTED:
		return store_blob_recount(c->db, x->one.b, c->now);
	default:
		return 0;
	}
}

static int mend(struct check *x, enum contents_fault f, const struct blob_id *id)
{
	int r = 0;

	if (f == CONTENTS_DAMAGED)
		r = blob_set_aside(x->look->app->blobs, id);
	x->one = *id;
	x->fault = f;
	if (r >= 0)
		r = rpc_write_wait(x->look->app->rpc, mend_row, x);
	x->ret->mended += r >= 0;
	return r;
}

static int report(struct check *x, enum contents_fault f, const struct blob_id *id, int64_t files)
{
	x->ret->faults[f]++;
	if (x->look->fault)
		x->look->fault(x->look->arg, f, id, files);
	return x->look->repair && f != CONTENTS_LOST ? mend(x, f, id) : 0;
}

static int look_at(struct check *x, const struct store_blob *row)
{
	struct blob_id id;
	enum contents_fault f = CONTENTS_FINE;
	int r = 0;

	memcpy(id.b, row->id, sizeof(id.b));
	if (row->refs != row->parts && (r = report(x, CONTENTS_MISCOUNTED, &id, row->parts)) < 0)
		return r;
	if (row->refs <= 0 && row->parts <= 0) {
		x->ret->unneeded++; /* its bytes may be gone: the next sweep ends that */
		return 0;
	}
	x->ret->contents++;
	x->ret->bytes += row->size;
	f = fault_of(x, row, &id);
	if (f == CONTENTS_FINE)
		return x->look->repair && row->lost ? mend(x, f, &id) : 0;
	x->one = id;
	r = rpc_read_wait(x->look->app->rpc, 0, still_needed, x);
	return r == 1 ? report(x, f, &id, row->parts) : r;
}

/* Says how far we are, some times a second. */
static bool go_on(struct check *x)
{
	usec_t now = clock_usec();

	if (!x->look->progress || now < x->say_next)
		return true;
	x->say_next = now + SAY_USEC;
	return x->look->progress(x->look->arg, x->done < x->all ? x->done : x->all, x->all);
}

static int rows(struct check *x)
{
	int r;

	do {
		r = rpc_read_wait(x->look->app->rpc, 0, read_page, x);
		for (size_t i = 0; r >= 0 && i < x->n; i++) {
			r = look_at(x, &x->rows[i]);
			x->done += x->rows[i].size;
			if (r >= 0 && !go_on(x))
				r = -ERR_CLOSED;
		}
	} while (r >= 0 && x->n);
	return r;
}

/* --- parts of files whose content has no row */

static int read_unknown(struct rpc_call *c, void *arg)
{
	struct check *x = arg;
	struct slice *ids;
	int r = store_blob_unknown(c->db, UNKNOWN_MAX, &c->arena, &ids, &x->n_unknown);

	for (size_t i = 0; r >= 0 && i < x->n_unknown; i++)
		memcpy(x->unknown[i].b, ids[i].p, sizeof(x->unknown[i].b));
	return r;
}

static int make_row(struct rpc_call *c, void *arg)
{
	struct check *x = arg;
	uint64_t size = 0;
	int there = blob_size(c->app->blobs, &x->one, &size);
	int r = store_blob_ref(c->db, x->one.b, (int64_t)size, (struct slice){0}, (struct slice){0}, c->now);

	if (r >= 0)
		r = store_blob_recount(c->db, x->one.b, c->now);
	if (r >= 0 && there < 0)
		r = store_blob_set_lost(c->db, x->one.b, c->now);
	return r;
}

static int unknown(struct check *x)
{
	int r = rpc_read_wait(x->look->app->rpc, 0, read_unknown, x);

	for (size_t i = 0; r >= 0 && i < x->n_unknown; i++) {
		x->ret->faults[CONTENTS_UNKNOWN]++;
		if (x->look->fault)
			x->look->fault(x->look->arg, CONTENTS_UNKNOWN, &x->unknown[i], 0);
		if (!x->look->repair)
			continue;
		x->one = x->unknown[i];
		r = rpc_write_wait(x->look->app->rpc, make_row, x);
		x->ret->mended += r >= 0;
	}
	return r;
}

/* --- bytes without a row */

static int has_row(struct rpc_call *c, void *arg)
{
	struct check *x = arg;
	int64_t refs, size;
	int r = store_blob_get(c->db, x->one.b, &refs, &size);

	return r == -ERR_NOTFOUND ? 0 : r < 0 ? r : 1;
}

static int look_for_row(void *arg, const struct blob_id *id, uint64_t disk_bytes)
{
	struct check *x = arg;
	int r;

	if (blob_held(x->look->app->blobs, id))
		return 0; /* somebody is about to make one */
	x->one = *id;
	r = rpc_read_wait(x->look->app->rpc, 0, has_row, x);
	if (r == 0) {
		x->ret->strays++;
		x->ret->stray_bytes += (int64_t)disk_bytes;
	}
	return r;
}

static int strays(struct check *x)
{
	struct contents_swept swept = {0};
	int r = 0;

	if (!x->look->repair)
		return blob_each(x->look->app->blobs, look_for_row, x);
	for (int i = 0; r >= 0 && i < BLOB_FOLDERS; i++)
		r = contents_sweep_strays(x->look->app, i, &swept);
	x->ret->strays = swept.strays;
	x->ret->stray_bytes = swept.stray_bytes;
	x->ret->mended += swept.strays;
	return r;
}

int contents_check(const struct contents_look *look, struct contents_checked *ret)
{
	struct check x = {.look = look, .ret = ret};
	int r;

	*ret = (struct contents_checked){0};
	x.rows = xcalloc(ROWS, sizeof(*x.rows));
	x.unknown = xcalloc(UNKNOWN_MAX, sizeof(*x.unknown));
	if ((r = rpc_read_wait(look->app->rpc, 0, all_bytes, &x)) >= 0 && (r = unknown(&x)) >= 0 &&
	    (r = rows(&x)) >= 0)
		r = strays(&x);
	free(x.rows);
	free(x.unknown);
	return r < 0 ? r : 0;
}
