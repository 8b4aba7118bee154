/*
 * view.c - updates of secret chats. A chat is one authorisation's: what the others of the account see of it is a request until
 * somebody accepts it, and then that it is gone.
 */
#include "base/err.h"
#include "domain/auth/session.h"
#include "domain/media/media.h"
#include "domain/secret/private.h"

/* Whom it is composed for. */
static int64_t key_of(const struct view *v, const struct upd_event *ev)
{
	return ev->only_key ? ev->only_key : v->c->client ? v->c->client->auth_key_id : 0;
}

/* Does this authorisation see the row as it is (1), as gone (-1), or nothing of it (0)? A request, also a declined one, is nobody's. */
static int sees(const struct store_secret_chat *s, int64_t key)
{
	return !s->key || key == s->key ? 1 : s->is_admin ? 0 : -1;
}

static int chat(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateEncryption *u = TL_NEW(&v->c->arena, updateEncryption);
	int64_t key = key_of(v, ev);
	struct store_secret_chat s;
	int how, r;

	r = store_secret_chat_get(v->c->db, ev->owner, (int32_t)ev->peer, &v->c->arena, &s);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	if ((how = sees(&s, key)) == 0)
		return 0;
	if (s.state == STORE_SECRET_REQUESTED) {
		r = session_takes_secret(v->c, ev->owner, key);
		if (r <= 0)
			return r;
	}
	if (how < 0)
		s.state = STORE_SECRET_ENDED;
	u->chat = secret_chat_view(v->c, &s);
	u->date = (int32_t)(ev->date ? ev->date : v->c->now);
	view_peer(v, s.peer);
	*ret = &u->o;
	return 0;
}

static int read_mark(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateEncryptedMessagesRead *u = TL_NEW(&v->c->arena, updateEncryptedMessagesRead);
	struct store_secret_chat s;
	int r = store_secret_chat_get(v->c->db, ev->owner, (int32_t)ev->peer, &v->c->arena, &s);

	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	if (s.state != STORE_SECRET_OPEN || !s.read_at || s.key != key_of(v, ev))
		return 0;
	u->chat_id = s.id;
	u->max_date = s.read_until;
	u->date = (int32_t)s.read_at;
	*ret = &u->o;
	return 0;
}

int secret_message_view(struct rpc_call *c, const struct store_queued *m, struct tl_obj **ret)
{
	struct tl_encryptedMessageService *service;
	struct tl_encryptedMessage *o;

	if (m->is_service) {
		service = TL_NEW(&c->arena, encryptedMessageService);
		service->random_id = m->random_id;
		service->chat_id = m->chat;
		service->date = (int32_t)m->date;
		service->bytes = m->body;
		*ret = &service->o;
		return 0;
	}
	o = TL_NEW(&c->arena, encryptedMessage);
	o->random_id = m->random_id;
	o->chat_id = m->chat;
	o->date = (int32_t)m->date;
	o->bytes = m->body;
	*ret = &o->o;
	return media_secret_view(c, c->user_id, m->file, &o->file);
}

static int message(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateNewEncryptedMessage *u = TL_NEW(&v->c->arena, updateNewEncryptedMessage);
	struct store_queued m;
	int r = store_qts_get(v->c->db, ev->only_key, ev->id, &v->c->arena, &m);

	if (r < 0) /* received by a difference that overtook it */
		return r == -ERR_NOTFOUND ? 0 : r;
	u->qts = m.qts;
	*ret = &u->o;
	return secret_message_view(v->c, &m, &u->message);
}

int secret_update_view(struct view *v, const struct upd_event *ev, struct tl_obj **ret_update)
{
	struct tl_updateEncryptedChatTyping *typing;

	*ret_update = NULL;
	switch (ev->kind) {
	case UPD_SECRET_CHAT:
		return chat(v, ev, ret_update);
	case UPD_SECRET_READ:
		return read_mark(v, ev, ret_update);
	case UPD_SECRET_MESSAGE:
		return message(v, ev, ret_update);
	default: /* UPD_SECRET_TYPING */
		typing = TL_NEW(&v->c->arena, updateEncryptedChatTyping);
		typing->chat_id = (int32_t)ev->peer;
		*ret_update = &typing->o;
		return 0;
	}
}
