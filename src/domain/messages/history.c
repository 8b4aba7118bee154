/* history.c - messages.getHistory and getMessages. */
#include "base/err.h"
#include "domain/messages/message.h"
#include "domain/messages/page.h"
#include "rpc_methods.h"
#include "store/dialog.h"
#include "store/saved.h"

enum { DEFAULT_LIMIT = 20 };

int messages_getHistory(struct rpc_call *c, const struct tl_messages_getHistory *q)
{
	struct page_query p = {.offset_id = q->offset_id,
	                       .offset_date = q->offset_date,
	                       .add_offset = q->add_offset,
	                       .limit = q->limit ? q->limit : DEFAULT_LIMIT,
	                       .max_id = q->max_id,
	                       .min_id = q->min_id};
	struct store_dialog d;
	struct store_msg *rows;
	struct peer peer;
	struct view v;
	size_t n;
	int r;

	if ((r = peer_resolve(c, q->peer, &peer)) < 0)
		return r;
	p.peer = peer.key;
	if ((r = page_read(c, &p, &rows, &n)) < 0)
		return r;
	if ((r = store_dialog_get(c->db, c->user_id, peer.key, &c->arena, &d)) < 0)
		return r;
	view_init(&v, c);
	view_peer(&v, peer.key);
	return page_reply(c, &v, rows, n, (uint32_t)d.count, true);
}

int messages_getSavedHistory(struct rpc_call *c, const struct tl_messages_getSavedHistory *q)
{
	struct page_query p = {.saved = true,
	                       .offset_id = q->offset_id,
	                       .offset_date = q->offset_date,
	                       .add_offset = q->add_offset,
	                       .limit = q->limit ? q->limit : DEFAULT_LIMIT,
	                       .max_id = q->max_id,
	                       .min_id = q->min_id};
	struct store_msg *rows;
	struct peer peer;
	uint32_t total;
	struct view v;
	size_t n;
	int r;

	if (q->parent_peer)
		return rpc_fail(c, 400, "PARENT_PEER_INVALID");
	if ((r = peer_resolve(c, q->peer, &peer)) < 0)
		return r;
	p.peer = peer.key;
	if ((r = page_read(c, &p, &rows, &n)) < 0 ||
	    (r = store_saved_count(c->db, c->user_id, peer.key, &total)) < 0)
		return r;
	view_init(&v, c);
	view_peer(&v, peer.key);
	return page_reply(c, &v, rows, n, total, true);
}

static int32_t id_of(const struct tl_obj *o)
{
	return TL_IS(inputMessageID, o) ? TL_AS(inputMessageID, o)->id : 0;
}

/* One by id, or messageEmpty in its place: answers stand in the order of the questions. */
static int one(struct rpc_call *c, struct view *v, int32_t id, struct tl_obj **ret)
{
	struct tl_messageEmpty *none;
	struct store_msg row;
	int r;

	r = id > 0 ? store_msg_find(c->db, c->user_id, id, &c->arena, &row) : -ERR_NOTFOUND;
	if (r == 0)
		return message_view(v, &row, ret);
	if (r != -ERR_NOTFOUND)
		return r;
	none = TL_NEW(&c->arena, messageEmpty);
	none->id = id;
	*ret = &none->o;
	return 0;
}

int messages_getMessages(struct rpc_call *c, const struct tl_messages_getMessages *q)
{
	struct tl_messages_messages *m = TL_NEW(&c->arena, messages_messages);
	struct view v;
	int r = 0;

	if (q->id.n > LIMIT_MESSAGES_PER_CALL)
		return rpc_fail(c, 400, "MSG_ID_INVALID");
	view_init(&v, c);
	m->messages = tl_vec_new(&c->arena, q->id.n);
	for (uint32_t i = 0; r == 0 && i < q->id.n; i++)
		r = one(c, &v, id_of(q->id.v[i]), &m->messages.v[i]);
	m->topics = tl_vec_new(&c->arena, 0);
	if (r < 0 || (r = view_users(&v, &m->users)) < 0 || (r = view_chats(&v, &m->chats)) < 0)
		return r;
	return rpc_reply(c, &m->o);
}
