/* end.c - secret chats end: by either side, or with a device of theirs. What is over is forgotten by a job. */
#include "base/err.h"
#include "domain/auth/session.h"
#include "domain/secret/private.h"
#include "jobs/jobs.h"
#include "rpc_methods.h"

enum {
	DAY = 86400,
	FILES_AFTER_S = 3 * DAY, /* for who has not looked at them yet */
	KEPT_S = 366 * DAY,      /* as long as an authorisation may be away and still ask for it */
	ROWS = 200               /* a slice */
};

static int tell(struct rpc_call *c, const struct store_secret_chat *s, int64_t key)
{
	struct upd_event ev = {.owner = s->owner, .kind = UPD_SECRET_CHAT, .peer = s->id, .only_key = key};

	return rpc_log_event(c, &ev);
}

/* One by one: a client has keys for other DCs, too, whose sessions hear of everything; to them the chat is not theirs. */
static int tell_all(struct rpc_call *c, const struct store_secret_chat *s, int64_t but)
{
	int64_t *keys;
	size_t n;
	int r = session_secret_keys(c, s->owner, &keys, &n);

	for (size_t i = 0; r >= 0 && i < n; i++)
		r = keys[i] == but ? 0 : tell(c, s, keys[i]);
	return r;
}

int secret_tell(struct rpc_call *c, const struct store_secret_chat *s)
{
	return s->key ? tell(c, s, s->key) : tell_all(c, s, 0);
}

int secret_tell_others(struct rpc_call *c, const struct store_secret_chat *s)
{
	return tell_all(c, s, c->client->auth_key_id);
}

static int end_row(struct rpc_call *c, struct store_secret_chat *s, bool delete_history)
{
	int r;

	s->state = STORE_SECRET_ENDED;
	s->ended = c->now;
	s->history_deleted = delete_history;
	s->g = SLICE_LIT("");
	s->fingerprint = 0;
	r = store_secret_chat_update(c->db, s);
	return r < 0 ? r : store_secret_file_shorten(c->db, s->owner, s->id, c->now + FILES_AFTER_S);
}

int secret_end(struct rpc_call *c, struct store_secret_chat *s, bool delete_history)
{
	struct store_secret_chat other;
	int r;

	if ((r = end_row(c, s, delete_history)) < 0)
		return r;
	r = store_secret_chat_get(c->db, s->peer, s->id, &c->arena, &other);
	if (r < 0 || other.state == STORE_SECRET_ENDED)
		return r == -ERR_NOTFOUND ? 0 : r;
	if ((r = end_row(c, &other, delete_history)) < 0)
		return r;
	return secret_tell(c, &other);
}

int messages_discardEncryption(struct rpc_call *c, const struct tl_messages_discardEncryption *q)
{
	struct store_secret_chat s;
	bool was_request;
	int r = store_secret_chat_get(c->db, c->user_id, q->chat_id, &c->arena, &s);

	if (r == -ERR_NOTFOUND)
		return rpc_fail(c, 400, "ENCRYPTION_ID_INVALID");
	if (r < 0)
		return r;
	if (s.state == STORE_SECRET_ENDED)
		return rpc_fail(c, 400, "ENCRYPTION_ALREADY_DECLINED");
	if (s.key && s.key != c->client->auth_key_id)
		return rpc_fail(c, 400, "ENCRYPTION_ALREADY_ACCEPTED");
	was_request = !s.key;
	if ((r = secret_end(c, &s, q->delete_history)) < 0)
		return r;
	if (was_request &&
	    (r = secret_tell_others(c, &s)) < 0) /* the account's other devices were asked, too */
		return r;
	return rpc_reply_bool(c, true);
}

static int end_all(struct rpc_call *c, int64_t user_id, int64_t key)
{
	struct store_secret_chat *v;
	size_t n;
	int r;

	do {
		r = store_secret_chat_of_key(c->db, user_id, key, ROWS, &c->arena, &v, &n);
		for (size_t i = 0; r >= 0 && i < n; i++)
			r = secret_end(c, &v[i], false);
	} while (r >= 0 && n == ROWS);
	return r;
}

int secret_device_ended(struct rpc_call *c, int64_t user_id, int64_t key)
{
	int r = key ? end_all(c, user_id, key) : 0;

	return r < 0 ? r : store_qts_drop(c->db, key);
}

int secret_account_ended(struct rpc_call *c, int64_t user_id)
{
	return end_all(c, user_id, 0);
}

int secret_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next)
{
	int chats, files, sent;

	if ((chats = store_secret_chat_prune(c->db, c->now - KEPT_S, ROWS)) < 0)
		return chats;
	if ((files = store_secret_file_release(c->db, c->now, ROWS)) < 0)
		return files;
	if ((sent = store_secret_sent_prune(c->db, c->now, ROWS)) < 0)
		return sent;
	next->again = chats == ROWS || files == ROWS || sent == ROWS;
	return 0;
}
