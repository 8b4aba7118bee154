/* send.c - what is said in secret chats: ciphertext into the queue of one authorisation, in order, once for each random_id. */
#include "base/err.h"
#include "domain/media/media.h"
#include "domain/secret/private.h"
#include "rpc_methods.h"
#include "store/contact.h"
#include "store/user.h"

enum {
	DATA_MAX = 65536,
	QUEUE_MAX = 20000, /* messages that wait for one device */
	WAIT_S = 3600,
	FILE_KEPT_S = 90 * 86400, /* a device that was away, or who looks at it later */
};

static int reply_sent(struct rpc_call *c, const struct store_secret_sent *t, bool with_file)
{
	struct tl_messages_sentEncryptedMessage *o;
	struct tl_messages_sentEncryptedFile *f;
	int r;

	if (!with_file) {
		o = TL_NEW(&c->arena, messages_sentEncryptedMessage);
		o->date = (int32_t)t->date;
		return rpc_reply(c, &o->o);
	}
	f = TL_NEW(&c->arena, messages_sentEncryptedFile);
	f->date = (int32_t)t->date;
	r = media_secret_view(c, c->user_id, t->file, &f->file);
	return r < 0 ? r : rpc_reply(c, &f->o);
}

/* 1: it was sent before, as *ret says. */
static int is_repeat(struct rpc_call *c, const struct secret_draft *d, struct store_secret_sent *ret)
{
	int r = store_secret_sent_find(c->db, c->user_id, d->random_id, c->now, ret);

	return r == -ERR_NOTFOUND ? 0 : r < 0 ? r : 1;
}

static int may_send(struct rpc_call *c, int64_t peer)
{
	struct store_user u;
	int r;

	if ((r = store_user_load(c->db, peer, &c->arena, &u)) < 0)
		return r;
	if (u.flags & STORE_USER_DELETED)
		return rpc_fail(c, 403, "USER_DELETED");
	r = store_blocked_is(c->db, peer, c->user_id);
	return r > 0 ? rpc_fail(c, 403, "USER_IS_BLOCKED") : r;
}

/* The other side's row; all that forbids the message is said. */
static int check(struct rpc_call *c, const struct secret_draft *d, struct store_secret_chat *ret_other)
{
	struct store_secret_chat mine;
	int64_t waiting;
	int r;

	if (!d->random_id)
		return rpc_fail(c, 400, "RANDOM_ID_EMPTY");
	if (!d->data.n)
		return rpc_fail(c, 400, "DATA_INVALID");
	if (d->data.n > DATA_MAX)
		return rpc_fail(c, 400, "DATA_TOO_LONG");
	if ((r = secret_resolve_open(c, d->peer, &mine)) < 0 || (r = may_send(c, mine.peer)) < 0 ||
	    (r = store_secret_chat_get(c->db, mine.peer, mine.id, &c->arena, ret_other)) < 0)
		return r;
	if ((r = store_qts_waiting(c->db, ret_other->key, &waiting)) < 0)
		return r;
	return waiting >= QUEUE_MAX ? rpc_fail(c, 420, "FLOOD_WAIT_%d", WAIT_S) : 0;
}

int secret_send_first(struct rpc_call *c, const struct secret_draft *d)
{
	struct store_secret_chat other;
	struct store_secret_sent before;
	int r = is_repeat(c, d, &before);

	if (r != 0)
		return r;
	return (r = check(c, d, &other)) < 0 ? r : rpc_snapshot_renew(c);
}

/* Into the queue, and to the device if it is here. */
static int deliver(struct rpc_call *c, const struct secret_draft *d, const struct store_secret_chat *to,
                   const struct store_secret_sent *t)
{
	struct upd_event ev = {.owner = to->owner, .kind = UPD_SECRET_MESSAGE, .only_key = to->key};
	struct store_queued m = {.key = to->key,
	                         .chat = to->id,
	                         .random_id = d->random_id,
	                         .date = t->date,
	                         .is_service = d->is_service,
	                         .file = t->file,
	                         .body = d->data};
	int r = store_qts_push(c->db, &m);

	if (r < 0)
		return r;
	ev.id = m.qts;
	return rpc_log_event(c, &ev);
}

int secret_send(struct rpc_call *c, const struct secret_draft *d)
{
	struct store_secret_sent t = {.date = c->now};
	struct store_secret_chat other;
	int r = is_repeat(c, d, &t);

	if (r != 0)
		return r < 0 ? r : reply_sent(c, &t, d->file != NULL);
	t = (struct store_secret_sent){.date = c->now};
	if ((r = check(c, d, &other)) < 0)
		return r;
	if (d->file && ((r = media_commit_secret(c, d->file, d->made, &t.file)) < 0 ||
	                (r = store_secret_file_hold(c->db, other.owner, other.id, t.file,
	                                            c->now + FILE_KEPT_S, c->now)) < 0))
		return r;
	if ((r = store_secret_sent_put(c->db, c->user_id, d->random_id, &t)) < 0 ||
	    (r = deliver(c, d, &other, &t)) < 0)
		return r;
	return reply_sent(c, &t, d->file != NULL);
}

int messages_sendEncrypted(struct rpc_call *c, const struct tl_messages_sendEncrypted *q)
{
	const struct secret_draft d = {.peer = q->peer, .random_id = q->random_id, .data = q->data};

	return secret_send(c, &d);
}

int messages_sendEncryptedService(struct rpc_call *c, const struct tl_messages_sendEncryptedService *q)
{
	const struct secret_draft d = {
		.peer = q->peer, .random_id = q->random_id, .data = q->data, .is_service = true};

	return secret_send(c, &d);
}
