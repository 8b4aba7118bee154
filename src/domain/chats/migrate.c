/*
 * migrate.c - messages.migrateChat: a basic group becomes a supergroup. One write ends the group and begins the other; members come along
 * in slices, each after everything that waited for him. Histories stay where they are, and are reached by both.
 */
#include "base/err.h"
#include "domain/channels/channel.h"
#include "domain/chats/jobs.h"
#include "domain/chats/private.h"
#include "rpc_methods.h"
#include "store/link.h"
#include "updates/peer.h"

enum { MEMBERS_A_SLICE = 10 };

int messages_migrateChat(struct rpc_call *c, const struct tl_messages_migrateChat *q)
{
	struct tl_messageActionChatMigrateTo *action = TL_NEW(&c->arena, messageActionChatMigrateTo);
	struct channel to;
	struct chat ch;
	int r;

	if ((r = chat_resolve(c, q->chat_id, &ch)) < 0 || (r = chat_may(c, &ch, CHAT_MIGRATE)) < 0 ||
	    (r = chat_catch_up(c, ch.row.id, c->user_id)) < 0 || (r = channel_from_chat(c, &ch.row, &to)) < 0)
		return r;
	action->channel_id = to.row.id;
	if ((r = chat_say(c, ch.row.id, &action->o)) < 0)
		return r;
	ch.row.flags |= STORE_CHAT_DEACTIVATED;
	ch.row.migrated_to = to.row.id;
	if ((r = chat_put_next(c, &ch.row)) < 0 ||
	    (r = store_links_move(c->db, peer_chat(ch.row.id), peer_channel(to.row.id))) < 0 ||
	    (r = jobs_add(c, CHAT_MIGRATE_JOB, peer_chat(ch.row.id), 0, (struct slice){0})) < 0)
		return r;
	return chat_reply(c);
}

int chat_migrate_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next)
{
	struct store_chat_member *m;
	struct store_chat row;
	struct channel to;
	size_t n, i;
	int r;

	r = store_chat_get(c->db, peer_chat_id(j->owner), &c->arena, &row);
	if (r == 0)
		r = channel_load(c, row.migrated_to, &to);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	if ((r = store_chat_members(c->db, row.id, &c->arena, &m, &n)) < 0)
		return r;
	for (i = 0; r >= 0 && i < n && i < MEMBERS_A_SLICE; i++)
		if ((r = chat_catch_up(c, row.id, m[i].user)) >= 0 && (r = channel_adopt(c, &to, &m[i])) >= 0)
			r = store_chat_member_delete(c->db, row.id, m[i].user);
	next->again = i < n;
	return r < 0 ? r : 0;
}
