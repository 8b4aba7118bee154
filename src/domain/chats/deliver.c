/* deliver.c - messages of a basic group, from the sender's box on: births, edits, deletions, pins. How they get further: out.c. */
#include "base/err.h"
#include "domain/chats/birth.h"
#include "domain/chats/private.h"
#include "domain/messages/message.h"
#include "domain/messages/named.h"
#include "domain/messages/twin.h"
#include "store/msg.h"
#include "updates/peer.h"

static int set_reply(struct rpc_call *c, const struct message_draft *m, struct birth *b, int64_t *ret_author)
{
	struct store_msg row;
	int r;

	*ret_author = 0;
	if (!m->reply_to)
		return 0;
	r = store_msg_get(c->db, m->from, m->peer, m->reply_to, &c->arena, &row);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	b->reply_owner = row.origin_owner;
	b->reply_id = row.origin_id;
	*ret_author = row.from_id;
	return 0;
}

int chat_deliver(struct rpc_call *c, const struct message_draft *draft, int32_t *ret_id)
{
	struct store_out act = {.kind = ACT_NEW, .owner = draft->from, .date = c->now};
	int64_t chat = peer_chat_id(draft->peer), meant[NAMED_MAX], author;
	struct message_draft m = *draft;
	struct birth b = {.from = m.from, .grouped_id = m.grouped_id, .meant = meant};
	struct store_chat row;
	struct slice body;
	int r;

	if ((r = store_chat_get(c->db, chat, &c->arena, &row)) < 0 ||
	    (r = chat_catch_up(c, chat, m.from)) < 0 || (r = set_reply(c, &m, &b, &author)) < 0 ||
	    (r = named_in(c, m.content, m.from, author, meant, &b.n_meant)) < 0)
		return r;
	m.ttl = b.period = row.ttl;
	m.noforwards = m.noforwards || (row.flags & STORE_CHAT_NOFORWARDS);
	body = message_draft_body(c, &m);
	if (!body.p)
		return -ERR_INVALID;
	if ((r = message_to_sender(c, &m, body, ret_id)) < 0)
		return r;
	b.flags = (m.silent ? STORE_MSG_SILENT : 0) | (m.noforwards ? STORE_MSG_NOFORWARDS : 0);
	if (m.media) {
		b.kind = m.media->kind;
		b.file = m.media->file;
		b.media_unread = m.media->unread;
	}
	act.id = *ret_id;
	act.payload = birth_payload(&c->arena, &b);
	return out_tell(c, chat, m.from, &act);
}

int chat_edited(struct rpc_call *c, const struct chat *ch, const struct store_msg *row,
                const struct media_ready *media)
{
	struct store_out act = {
		.kind = ACT_EDIT, .owner = row->origin_owner, .id = row->origin_id, .date = row->edit_date};
	int64_t carried[3] = {0};

	if (media) {
		carried[0] = media->kind;
		carried[1] = media->file;
		carried[2] = media->unread;
		act.payload = slice_of(carried, sizeof(carried));
	}
	return out_tell(c, ch->row.id, c->user_id, &act);
}

static struct slice origins(struct arena *a, int flag, const struct store_msg *rows, uint32_t n)
{
	uint32_t k = flag >= 0 ? 1 : 0;
	int64_t *p = ARENA_ARRAY(a, int64_t, 2 * n + 1u);

	p[0] = flag;
	for (uint32_t i = 0; i < n; i++) {
		p[k++] = rows[i].origin_owner;
		p[k++] = rows[i].origin_id;
	}
	return slice_of(p, k * sizeof(*p));
}

int chat_deleted(struct rpc_call *c, const struct chat *ch, const struct store_msg *rows, uint32_t n)
{
	struct store_out act = {
		.kind = ACT_DELETE, .date = c->now, .payload = origins(&c->arena, -1, rows, n)};

	return n ? out_tell(c, ch->row.id, c->user_id, &act) : 0;
}

int chat_pinned(struct rpc_call *c, const struct chat *ch, const struct store_msg *rows, uint32_t n,
                bool is_pinned)
{
	struct store_out act = {
		.kind = ACT_PIN, .date = c->now, .payload = origins(&c->arena, is_pinned, rows, n)};

	return n ? out_tell(c, ch->row.id, c->user_id, &act) : 0;
}
