/* forget.c - files whose last reference went are forgotten an hour later, with their references to contents; take-downs. */
#include "base/err.h"
#include "domain/media/cache.h"
#include "domain/media/cdn.h"
#include "domain/media/media.h"
#include "jobs/jobs.h"
#include "store/file.h"
#include "store/refused.h"

enum { WAIT_S = 3600, FILES_A_SLICE = 50 };

static void drop_cached(struct app *app, void *arg)
{
	if (app->files)
		media_cache_drop(app->files, *(int64_t *)arg);
}

static void after(struct rpc_call *c, int64_t file)
{
	int64_t *id = ARENA_NEW(&c->arena, int64_t);

	*id = file;
	rpc_after_commit(c, drop_cached, id);
}

int media_forget_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next)
{
	int64_t *ids;
	size_t n;
	int r = store_file_unneeded(c->db, c->now - WAIT_S, FILES_A_SLICE, &c->arena, &ids, &n);

	for (size_t i = 0; r >= 0 && i < n; i++) {
		r = store_file_forget(c->db, ids[i], c->now);
		after(c, ids[i]);
	}
	next->again = r >= 0 && n == FILES_A_SLICE;
	return r < 0 ? r : 0;
}

int media_void_references(struct rpc_call *c, int64_t file)
{
	int r = store_file_raise_epoch(c->db, file);

	after(c, file);
	return r;
}

int media_take_down(struct rpc_call *c, const struct blob_id *content, int64_t *ret_files)
{
	int64_t *files;
	size_t n;
	int r = store_file_with_blob(c->db, content->b, &c->arena, &files, &n);

	for (size_t i = 0; r >= 0 && i < n; i++)
		if ((r = media_void_references(c, files[i])) >= 0)
			r = store_file_empty(c->db, files[i], c->now);
	*ret_files = (int64_t)n;
	cdn_take_down(c, content);
	return r < 0 ? r : store_refused_put(c->db, content->b, c->now);
}

int media_allow(struct rpc_call *c, const struct blob_id *content)
{
	return store_refused_delete(c->db, content->b);
}
