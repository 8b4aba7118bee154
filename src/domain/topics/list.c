/* list.c - topics of a forum: messages.getForumTopics and getForumTopicsByID. Pinned ones first, then by their newest messages. */
#include "base/err.h"
#include "domain/search/fold.h"
#include "domain/topics/private.h"
#include "rpc_methods.h"
#include "updates/heads.h"
#include "updates/peer.h"

enum { LOOKS = 1000 };

int topic_forum(struct rpc_call *c, const struct tl_obj *input, struct channel *ret)
{
	int r = channel_resolve(c, input, ret);

	if (r >= 0 && !(ret->row.flags & STORE_CHANNEL_FORUM))
		return rpc_fail(c, 400, "CHANNEL_FORUM_MISSING");
	return r;
}

int topic_load(struct rpc_call *c, const struct channel *ch, int32_t id, struct store_topic *ret)
{
	int r = store_topic_get(c->db, peer_channel(ch->row.id), id, &c->arena, ret);

	return r == -ERR_NOTFOUND ? rpc_fail(c, 400, "TOPIC_ID_INVALID") : r;
}

static int reply(struct view *v, const struct channel *ch, struct tl_messages_forumTopics *o)
{
	struct rpc_call *c = v->c;
	struct upd_head head;
	int r;

	view_peer(v, peer_channel(ch->row.id));
	if ((r = rpc_head(c, peer_channel(ch->row.id), &head)) < 0 ||
	    (r = view_mentioned(v, &o->users, &o->chats)) < 0)
		return r;
	o->pts = head.pts;
	return rpc_reply(c, &o->o);
}

static struct tl_messages_forumTopics *answer(struct rpc_call *c, uint32_t n)
{
	struct tl_messages_forumTopics *o = TL_NEW(&c->arena, messages_forumTopics);

	o->topics = tl_vec_new(&c->arena, n);
	o->messages = tl_vec_new(&c->arena, n);
	o->topics.n = o->messages.n = 0;
	return o;
}

static int add(struct view *v, const struct channel *ch, const struct store_topic *t,
               struct tl_messages_forumTopics *o)
{
	struct tl_obj *top;
	int r = topic_view(v, ch, t, &o->topics.v[o->topics.n], &top);

	if (r < 0)
		return r;
	o->topics.n++;
	if (top)
		o->messages.v[o->messages.n++] = top;
	return 0;
}

/* Those whose title has these words; folded, empty: all. */
static bool has_words(struct rpc_call *c, const struct store_topic *t, struct slice words)
{
	return !words.n || search_matches_prefixes(search_fold(&c->arena, t->title), words);
}

static int add_some(struct view *v, const struct channel *ch, const struct store_topic *rows, size_t n,
                    struct slice words, uint32_t limit, struct tl_messages_forumTopics *o)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < n && o->topics.n < limit; i++)
		if (has_words(v->c, &rows[i], words))
			r = add(v, ch, &rows[i], o);
	return r;
}

int messages_getForumTopics(struct rpc_call *c, const struct tl_messages_getForumTopics *q)
{
	uint32_t limit = q->limit < 1 ? 20 : q->limit > LIMIT_PAGE ? LIMIT_PAGE : (uint32_t)q->limit;
	struct slice words = q->q.n ? search_fold(&c->arena, q->q) : (struct slice){0};
	struct tl_messages_forumTopics *o = answer(c, limit);
	struct store_topic *pins, *rows;
	size_t n_pins = 0, n;
	struct channel ch;
	uint32_t total;
	struct view v;
	int64_t key;
	int r;

	if ((r = topic_forum(c, q->peer, &ch)) < 0)
		return r;
	key = peer_channel(ch.row.id);
	view_init(&v, c);
	if (q->offset_id <= 0 && (r = store_topic_pinned(c->db, key, &c->arena, &pins, &n_pins)) < 0)
		return r;
	if ((r = store_topic_walk(c->db, key, q->offset_id > 0 ? q->offset_id : INT32_MAX,
	                          words.n ? LOOKS : limit, &c->arena, &rows, &n)) < 0 ||
	    (r = store_topic_count(c->db, key, &total)) < 0 ||
	    (n_pins && (r = add_some(&v, &ch, pins, n_pins, words, limit, o)) < 0) ||
	    (r = add_some(&v, &ch, rows, n, words, limit, o)) < 0)
		return r;
	o->count = (int32_t)(words.n ? o->topics.n : total);
	return reply(&v, &ch, o);
}

int messages_getForumTopicsByID(struct rpc_call *c, const struct tl_messages_getForumTopicsByID *q)
{
	struct tl_messages_forumTopics *o;
	struct tl_forumTopicDeleted *gone;
	struct store_topic t;
	struct channel ch;
	struct view v;
	int r;

	if ((r = topic_forum(c, q->peer, &ch)) < 0)
		return r;
	if (!q->topics.n)
		return rpc_fail(c, 400, "TOPICS_EMPTY");
	if (q->topics.n > LIMIT_PAGE)
		return rpc_fail(c, 400, "LIMIT_INVALID");
	o = answer(c, q->topics.n);
	view_init(&v, c);
	for (uint32_t i = 0; i < q->topics.n; i++) {
		r = store_topic_get(c->db, peer_channel(ch.row.id), q->topics.v[i], &c->arena, &t);
		if (r == 0 && (r = add(&v, &ch, &t, o)) >= 0)
			continue;
		if (r != -ERR_NOTFOUND)
			return r;
		gone = TL_NEW(&c->arena, forumTopicDeleted);
		gone->id = q->topics.v[i];
		o->topics.v[o->topics.n++] = &gone->o;
	}
	o->count = (int32_t)o->topics.n;
	return reply(&v, &ch, o);
}
