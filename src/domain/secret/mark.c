/* mark.c - what is not said in secret chats: that somebody writes, has read, complains. */
#include "base/err.h"
#include "domain/secret/private.h"
#include "domain/users/report.h"
#include "rpc_methods.h"

/* The other side's row of a chat that the caller may speak in. */
static int other_side(struct rpc_call *c, const struct tl_obj *input, struct store_secret_chat *ret)
{
	struct store_secret_chat mine;
	int r = secret_resolve_open(c, input, &mine);

	return r < 0 ? r : store_secret_chat_get(c->db, mine.peer, mine.id, &c->arena, ret);
}

int messages_setEncryptedTyping(struct rpc_call *c, const struct tl_messages_setEncryptedTyping *q)
{
	struct upd_event ev = {.kind = UPD_SECRET_TYPING, .date = c->now};
	struct store_secret_chat to;
	int r = other_side(c, q->peer, &to);

	if (r < 0)
		return r;
	if (q->typing) { /* that he has stopped, clients find by themselves */
		ev.owner = to.owner;
		ev.peer = to.id;
		ev.only_key = to.key;
		rpc_push_event(c->app, &ev);
	}
	return rpc_reply_bool(c, true);
}

int messages_readEncryptedHistory(struct rpc_call *c, const struct tl_messages_readEncryptedHistory *q)
{
	struct upd_event ev = {.kind = UPD_SECRET_READ};
	struct store_secret_chat to;
	int r = other_side(c, q->peer, &to);

	if (r < 0)
		return r;
	if (q->max_date < 0 || q->max_date > c->now + 1)
		return rpc_fail(c, 400, "MAX_DATE_INVALID");
	if (q->max_date <= to.read_until)
		return rpc_reply_bool(c, true);
	to.read_until = q->max_date;
	to.read_at = c->now;
	ev.owner = to.owner;
	ev.peer = to.id;
	ev.only_key = to.key;
	if ((r = store_secret_chat_update(c->db, &to)) < 0 || (r = rpc_log_event(c, &ev)) < 0)
		return r;
	return rpc_reply_bool(c, true);
}

int messages_reportEncryptedSpam(struct rpc_call *c, const struct tl_messages_reportEncryptedSpam *q)
{
	struct store_secret_chat s;
	int r;

	if ((r = secret_resolve(c, q->peer, &s)) < 0 || (r = report_keep(c, s.peer, "secret-chat-spam")) < 0)
		return r;
	return rpc_reply_bool(c, true);
}
