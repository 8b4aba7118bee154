/*
 * sweep.c - what nobody needs goes: uploads that were not finished, contents without references, bytes without a row. In which
 * order, so that nothing is dropped that somebody is about to need: blob/blob.h.
 */
#include <stdlib.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/settings.h"
#include "blob/upload.h"
#include "cdnlink/cdnlink.h"
#include "domain/media/contents.h"
#include "domain/media/jobs.h"
#include "rpc/server.h"
#include "store/blob.h"

enum {
	WAIT_S = 3600, /* that nobody needs it, before its bytes go */
	ROUND = 200,   /* contents looked up at once */
	FOLDERS = 8,   /* a step of the strays' job */
	SECONDS = 20,  /* a step outside */
	HOUR = 3600,
};

struct batch {
	unixtime_t before;
	usec_t asked; /* when nobody needed them */
	struct blob_id ids[ROUND];
	uint64_t sizes[ROUND];
	size_t n;
	bool gone[ROUND];
};

static int find_unneeded(struct rpc_call *c, void *arg)
{
	struct batch *b = arg;
	struct slice *ids;
	int64_t refs, size;
	int r = store_blob_unneeded(c->db, b->before, ROUND, &c->arena, &ids, &b->n);

	for (size_t i = 0; r >= 0 && i < b->n; i++) {
		memcpy(b->ids[i].b, ids[i].p, sizeof(b->ids[i].b));
		r = store_blob_get(c->db, ids[i].p, &refs, &size);
		b->sizes[i] = (uint64_t)size;
	}
	return r;
}

static int forget(struct rpc_call *c, void *arg)
{
	struct batch *b = arg;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < b->n; i++)
		if (b->gone[i])
			r = store_blob_forget(c->db, b->ids[i].b);
	return r < 0 ? r : 0;
}

/* How many of them went; those that are held come again another time. */
static int drop(struct app *app, struct batch *b, struct contents_swept *ret)
{
	int n = 0, r;

	for (size_t i = 0; i < b->n; i++) {
		r = blob_drop(app->blobs, &b->ids[i], b->asked);
		b->gone[i] = r == 0 || r == -ERR_NOTFOUND;
		if (r == 0)
			cdnlink_drop(app->cdn, b->ids[i].b);
		if (r < 0 && r != -ERR_NOTFOUND && r != -ERR_BUSY)
			return r;
		n += b->gone[i];
		ret->dropped += b->gone[i];
		ret->bytes += b->gone[i] ? (int64_t)b->sizes[i] : 0;
	}
	r = n ? rpc_write_wait(app->rpc, forget, b) : 0;
	return r < 0 ? r : n;
}

int contents_sweep(struct app *app, unixtime_t before, usec_t until, struct contents_swept *ret)
{
	struct batch *b = xcalloc(1, sizeof(*b));
	int r;

	b->before = before;
	do {
		b->asked = clock_usec();
		r = rpc_read_wait(app->rpc, 0, find_unneeded, b);
		if (r >= 0)
			r = drop(app, b, ret);
	} while (r > 0 && (!until || clock_usec() < until) && !(app->jobs && jobs_stopping(app)));
	free(b);
	return r < 0 ? r : 0;
}

/* --- strays */

struct strays {
	struct app *app;
	struct batch b;
	struct contents_swept *ret;
};

static int find_strays(struct rpc_call *c, void *arg)
{
	struct batch *b = arg;
	int64_t refs, size;

	for (size_t i = 0; i < b->n; i++) {
		int r = store_blob_get(c->db, b->ids[i].b, &refs, &size);

		if (r < 0 && r != -ERR_NOTFOUND)
			return r;
		b->gone[i] = r == -ERR_NOTFOUND;
	}
	return 0;
}

/* Who put it since has it held; a row that came in between is of somebody who put it. */
static int drop_strays(struct strays *s)
{
	int r;

	s->b.asked = clock_usec();
	r = s->b.n ? rpc_read_wait(s->app->rpc, 0, find_strays, &s->b) : 0;
	for (size_t i = 0; r >= 0 && i < s->b.n; i++) {
		if (!s->b.gone[i])
			continue;
		r = blob_drop(s->app->blobs, &s->b.ids[i], s->b.asked);
		if (r == 0) {
			s->ret->strays++;
			s->ret->stray_bytes += (int64_t)s->b.sizes[i];
		} else if (r == -ERR_BUSY || r == -ERR_NOTFOUND) {
			r = 0;
		}
	}
	s->b.n = 0;
	return r;
}

static int add_file(void *arg, const struct blob_id *id, uint64_t disk_bytes)
{
	struct strays *s = arg;

	if (blob_held(s->app->blobs, id))
		return 0;
	s->b.ids[s->b.n] = *id;
	s->b.sizes[s->b.n++] = disk_bytes;
	return s->b.n == ROUND ? drop_strays(s) : 0;
}

int contents_sweep_strays(struct app *app, int folder, struct contents_swept *ret)
{
	struct strays *s = xcalloc(1, sizeof(*s));
	int r;

	s->app = app;
	s->ret = ret;
	r = blob_each_of(app->blobs, folder, add_file, s);
	if (r >= 0)
		r = drop_strays(s);
	free(s);
	return r;
}

/* --- jobs */

int contents_job(struct app *app, const struct store_job *j)
{
	unixtime_t now = clock_unix();
	struct contents_swept swept = {0};
	int r;

	upload_expire(app->blobs, now - app->settings->media_upload_ttl_hours * HOUR);
	r = contents_sweep(app, now - WAIT_S, clock_usec() + (usec_t)SECONDS * 1000000, &swept);
	if (swept.dropped)
		log_event(LOG_INFO, "contents-dropped", "count=%lld bytes=%lld", (long long)swept.dropped,
		          (long long)swept.bytes);
	return r;
}

static int folder_of(const struct store_job *j)
{
	int folder = j->payload.n ? atoi((const char *)j->payload.p) : 0;

	return folder < 0 ? BLOB_FOLDERS : folder;
}

int strays_job(struct app *app, const struct store_job *j)
{
	struct contents_swept swept = {0};
	int r = 0;

	for (int i = folder_of(j); r >= 0 && i < folder_of(j) + FOLDERS && i < BLOB_FOLDERS; i++)
		r = contents_sweep_strays(app, i, &swept);
	if (swept.strays)
		log_event(LOG_INFO, "strays-dropped", "count=%lld bytes=%lld", (long long)swept.strays,
		          (long long)swept.stray_bytes);
	return r;
}

int strays_job_next(struct rpc_call *c, const struct store_job *j, struct jobs_next *next)
{
	int folder = folder_of(j) + FOLDERS;

	next->again = folder < BLOB_FOLDERS;
	next->payload = arena_printf(&c->arena, "%d", folder);
	return 0;
}

int uploads_of_job(struct app *app, const struct store_job *j)
{
	upload_drop_owner(app->blobs, j->owner);
	return 0;
}
