/*
 * close.c - messages.deleteChat: from one write on nobody gets anything more of the group; histories go by a job, member by member,
 * and at last the rows.
 */
#include "base/err.h"
#include "domain/chats/jobs.h"
#include "domain/chats/private.h"
#include "rpc_methods.h"
#include "store/link.h"
#include "store/profile_photo.h"
#include "updates/peer.h"

enum { ROWS_A_SLICE = 100 };

int messages_deleteChat(struct rpc_call *c, const struct tl_messages_deleteChat *q)
{
	struct chat ch;
	int r;

	if ((r = chat_resolve(c, q->chat_id, &ch)) < 0)
		return r;
	/* Libraries leave it first and then close it: it stays the creator's. */
	if (ch.row.flags & STORE_CHAT_GONE || ch.row.creator != c->user_id)
		return rpc_fail(c, 400, ch.in ? "CHAT_ADMIN_REQUIRED" : "CHAT_ID_INVALID");
	ch.row.flags |= STORE_CHAT_GONE;
	if ((r = chat_catch_up(c, ch.row.id, c->user_id)) < 0 || (r = chat_put_next(c, &ch.row)) < 0 ||
	    (r = out_event(c, ch.row.id, UPD_CHAT, (struct slice){0}, false)) < 0 ||
	    (r = jobs_add(c, CHAT_CLOSE_JOB, peer_chat(ch.row.id), 0, (struct slice){0})) < 0)
		return r;
	return rpc_reply_bool(c, true);
}

/* 1: somebody's history, or somebody, went; 0: nobody is left. */
static int members_go(struct rpc_call *c, int64_t chat)
{
	struct store_chat_member *m;
	size_t n;
	int r = store_chat_members(c->db, chat, &c->arena, &m, &n);

	if (r < 0 || !n)
		return r;
	r = chat_clear(c, chat, m[0].user);
	if (r == 0)
		r = store_chat_member_delete(c->db, chat, m[0].user);
	return r < 0 ? r : 1;
}

int chat_close_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next)
{
	int64_t chat = peer_chat_id(j->owner);
	int r = store_out_waits(c->db, chat); /* first, that it is over comes to everybody */

	if (r == 0)
		r = members_go(c, chat);
	if (r == 0)
		r = store_profile_photo_clear(c->db, j->owner, ROWS_A_SLICE, &c->arena, c->now);
	if (r == 0)
		r = store_links_forget(c->db, j->owner, ROWS_A_SLICE);
	next->again = r > 0;
	return r < 0 ? r : 0;
}
