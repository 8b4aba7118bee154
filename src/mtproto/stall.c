/*
 * stall.c - connections that bring something large (parts of files) while there is too much of that at work: nothing is read from
 * them until there is room, in the order in which they came. So a client waits as it does behind a slow network, and what
 * it sends lies in its own memory. Looked at before a packet is whole: a connection has no more of it here than that.
 */
#include <utlist.h>

#include "mtproto/conn_private.h"

static bool is_full(const struct mt_loop *l)
{
	const struct mt_server_ops *ops = &l->s->ops;

	return ops->is_full && ops->is_full(ops->ctx);
}

bool mt_stall(struct mt_conn *c, size_t unread)
{
	struct mt_loop *l = c->l;

	if (unread < MT_OPEN_LARGE || !io_conn_can_pause(c->io) || !is_full(l))
		return false;
	c->stalled = true;
	DL_APPEND2(l->stalled, c, prev_stalled, next_stalled);
	mt_conn_touch(c);
	io_conn_pause(c->io);
	return true;
}

void mt_stall_end(struct mt_conn *c)
{
	if (c->stalled)
		DL_DELETE2(c->l->stalled, c, prev_stalled, next_stalled);
	c->stalled = false;
}

void mt_stalled_go_on(struct mt_loop *l)
{
	struct mt_conn *c;

	while ((c = l->stalled) != NULL && !is_full(l)) {
		mt_stall_end(c);
		io_conn_resume(c->io);
	}
}
