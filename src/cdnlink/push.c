/* push.c - what a link's second thread writes: leases, what is to be dropped, chunks. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "blob/blob.h"
#include "cdnlink/link_private.h"
#include "rpc/app.h"
#include "rpc/park.h"

enum { WRITE_MSEC = 10000 };

void tell_waiters(struct app *app, struct fills_told *t, bool yes)
{
	for (size_t i = 0; i < t->n; i++)
		rpc_resume(app, t->v[i], 0, yes ? SLICE_LIT("1") : SLICE_LIT("0"));
	free(t->v);
	*t = (struct fills_told){0};
}

enum todo { TODO_NOTHING, TODO_FRAMES, TODO_CHUNK, TODO_END };

/* What is to be written next, under the lock: short frames into `b`, or a chunk. *ret_wait: when to look again. */
static enum todo next_todo(struct link *x, struct buf *b, struct fills_chunk *chunk, usec_t *ret_wait)
{
	struct node *n = x->n;
	usec_t now = clock_usec();

	if (x->over || n->stopping || n->again)
		return TODO_END;
	if (drops_say(&n->drops, b))
		n->tell = true; /* whose answer says that it has dropped */
	if (n->tell || now >= lease_due(&n->lease)) {
		struct cdn_lease l = {
			.state = node_told_state(n), .lease = n->lease.seconds, .now = clock_unix()};

		n->tell = false;
		if (lease_renew(&n->lease, now) < 0)
			return TODO_END;
		cdn_put_lease(b, &l);
		drops_mark(&n->drops, n->lease.n_sent);
	}
	if (n->wipe && !x->wipe_sent) {
		cdn_put_bare(b, CDN_WIPE);
		x->wipe_sent = true;
	}
	if (b->n)
		return TODO_FRAMES;
	if (n->state != STORE_CDN_REVOKED && fills_next(n->fills, now, chunk))
		return TODO_CHUNK;
	*ret_wait = lease_due(&n->lease);
	return TODO_NOTHING;
}

/* The chunk, read and encrypted where it will be sent from. */
static int write_chunk(struct link *x, struct buf *b, const struct fills_chunk *c)
{
	struct cdn_fill f = {.object = c->object.id, .chunk = c->chunk, .size = c->object.size};
	struct fills_told no = {0};
	struct cdn_object o;
	struct blob_id id;
	uint64_t off = (uint64_t)c->chunk * CDN_CHUNK;
	size_t at;
	int r;

	f.bytes.n = cdn_chunk_size(c->object.size, c->chunk);
	buf_reserve_exact(b, CDN_FRAME_HEAD + CDN_FRAME_MAX);
	cdn_put_fill_head(b, &f);
	at = b->n;
	memcpy(id.b, c->object.content, sizeof(id.b));
	r = blob_read(x->n->links->app->blobs, &id, off, f.bytes.n, b);
	if (r < 0 || b->n - at != f.bytes.n) {
		pthread_mutex_lock(&x->n->lock);
		fills_unread(x->n->fills, &no);
		pthread_mutex_unlock(&x->n->lock);
		tell_waiters(x->n->links->app, &no, false);
		return 0;
	}
	cdn_object_of(&x->epoch, c->object.content, &o);
	cdn_object_crypt(&o, off, b->p + at, f.bytes.n);
	return cdn_pipe_write(x->pipe, b->p, b->n, WRITE_MSEC);
}

void *link_write(void *arg)
{
	struct link *x = arg;
	struct node *n = x->n;
	struct fills_chunk chunk;
	struct buf b = {0};
	enum todo todo;
	usec_t until;
	int r = 0;

	pthread_mutex_lock(&n->lock);
	while (r >= 0 && (todo = next_todo(x, &b, &chunk, &until)) != TODO_END) {
		if (todo == TODO_NOTHING) {
			node_wait(n, until);
			continue;
		}
		pthread_mutex_unlock(&n->lock);
		r = todo == TODO_CHUNK ? write_chunk(x, &b, &chunk)
		                       : cdn_pipe_write(x->pipe, b.p, b.n, WRITE_MSEC);
		b.n = 0;
		pthread_mutex_lock(&n->lock);
	}
	if (r < 0 && !x->why)
		x->why = "it takes nothing";
	pthread_mutex_unlock(&n->lock);
	cdn_pipe_shut(x->pipe);
	buf_fini(&b);
	return NULL;
}
