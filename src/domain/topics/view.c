/* view.c - a topic as a member sees it: what it is, how far he and others have read, what he has begun to write. */
#include "base/err.h"
#include "domain/bots/bot.h"
#include "domain/dialogs/dialog.h"
#include "domain/messages/message.h"
#include "domain/messages/thread.h"
#include "domain/topics/private.h"
#include "rpc_methods.h"
#include "store/dialog.h"
#include "updates/peer.h"

static struct tl_forumTopic *common(struct arena *a, const struct store_topic *t)
{
	struct tl_forumTopic *o = TL_NEW(a, forumTopic);

	o->id = t->id;
	o->date = (int32_t)t->date;
	o->peer = peer_to_tl(a, t->channel);
	o->from_id = peer_to_tl(a, t->from_id);
	o->title = t->title;
	o->icon_color = t->color;
	o->has_icon_emoji_id = t->icon != 0;
	o->icon_emoji_id = t->icon;
	o->closed = (t->flags & STORE_TOPIC_CLOSED) != 0;
	o->hidden = (t->flags & STORE_TOPIC_HIDDEN) != 0;
	o->pinned = t->pin > 0;
	o->top_message = t->id;
	o->notify_settings = &TL_NEW(a, peerNotifySettings)->o;
	return o;
}

struct tl_obj *topic_plain(struct arena *a, const struct store_topic *t)
{
	return &common(a, t)->o;
}

static int set_read(struct view *v, const struct channel *ch, const struct store_topic *t,
                    const struct store_thread *h, struct tl_forumTopic *o)
{
	int r;

	if ((r = thread_read_in(v->c, ch, t->id, &o->read_inbox_max_id)) < 0 ||
	    (r = thread_unread(v->c, h, o->read_inbox_max_id, &o->unread_count)) < 0 ||
	    (r = thread_unseen(v->c, t->channel, t->id, STORE_UNSEEN_MENTION, &o->unread_mentions_count)) <
	            0 ||
	    (r = thread_unseen(v->c, t->channel, t->id, STORE_UNSEEN_REACTION, &o->unread_reactions_count)) <
	            0)
		return r;
	o->read_outbox_max_id = thread_read_of_others(h, v->viewer);
	return 0;
}

static int load(struct view *v, const struct store_thread *h, int32_t id, struct store_msg *ret)
{
	return store_msg_get(v->c->db, h->channel, h->channel, id, &v->c->arena, ret);
}

/* A bot is shown what it hears; where that is not the newest, how the topic began. *ret_id: 0 if there is none to show. */
static int newest(struct view *v, const struct channel *ch, const struct store_thread *h, int32_t first,
                  int32_t *ret_id, struct tl_obj **ret)
{
	struct store_msg row;
	int r;

	*ret = NULL;
	*ret_id = h->max_id;
	if (!h->max_id || h->max_id < ch->me.first_id)
		return 0;
	r = load(v, h, h->max_id, &row);
	if (r >= 0 && peer_is_bot(v->viewer) && (r = bot_hears_row(v->c, v->viewer, &row)) == 0) {
		*ret_id = first;
		r = load(v, h, first, &row);
	}
	return r == -ERR_NOTFOUND ? 0 : r < 0 ? r : message_view(v, &row, ret);
}

bool topic_is(struct rpc_call *c, const struct peer *forum, int32_t id)
{
	struct store_topic t;

	return forum->channel && (forum->channel->row.flags & STORE_CHANNEL_FORUM) &&
	       store_topic_get(c->db, forum->key, id, &c->arena, &t) == 0;
}

int topic_view(struct view *v, const struct channel *ch, const struct store_topic *t, struct tl_obj **ret,
               struct tl_obj **ret_top)
{
	struct tl_forumTopic *o = common(&v->c->arena, t);
	struct store_thread_mark m;
	struct store_thread h;
	int32_t top;
	int r;

	if ((r = store_thread_get(v->c->db, t->channel, t->id, &h)) < 0 ||
	    (r = notify_topic_view(v->c, v->viewer, t->channel, t->id, &o->notify_settings)) < 0 ||
	    (r = set_read(v, ch, t, &h, o)) < 0 || (r = newest(v, ch, &h, t->id, &top, ret_top)) < 0 ||
	    (r = store_thread_mark_get(v->c->db, v->viewer, t->channel, t->id, &v->c->arena, &m)) < 0 ||
	    (m.draft.n && (r = topic_draft_view(v, t->channel, t->id, &o->draft)) < 0))
		return r;
	if (top)
		o->top_message = top;
	o->my = t->creator == v->viewer;
	view_peer(v, t->from_id);
	view_peer(v, t->channel);
	*ret = &o->o;
	return 0;
}

int topic_draft_view(struct view *v, int64_t channel, int32_t top, struct tl_obj **ret)
{
	struct store_dialog d = {.owner = v->viewer, .peer = channel};
	struct store_thread_mark m;
	int r = store_thread_mark_get(v->c->db, v->viewer, channel, top, &v->c->arena, &m);

	if (r < 0)
		return r;
	d.draft = m.draft;
	d.draft_date = m.draft_date;
	return dialog_draft_view(v, &d, ret);
}

int topic_pins(struct rpc_call *c, int64_t channel, struct tl_vec_int *ret)
{
	struct store_topic *rows;
	int32_t *ids;
	size_t n;
	int r = store_topic_pinned(c->db, channel, &c->arena, &rows, &n);

	if (r < 0)
		return r;
	ids = ARENA_ARRAY(&c->arena, int32_t, n + 1);
	for (size_t i = 0; i < n; i++)
		ids[i] = rows[i].id;
	*ret = (struct tl_vec_int){ids, (uint32_t)n};
	return 0;
}
