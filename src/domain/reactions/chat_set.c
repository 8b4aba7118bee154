/* chat_set.c - messages.setChatAvailableReactions: which reactions a group or channel allows; stored with its row, absent for all. */
#include "base/err.h"
#include "domain/channels/channel.h"
#include "domain/channels/log.h"
#include "domain/chats/chat.h"
#include "domain/messages/message.h"
#include "domain/reactions/private.h"
#include "rpc_methods.h"

/* Each known and once, spelled as it is offered; until 144 they came as texts. */
static int some(struct rpc_call *c, const struct tl_chatReactionsSome *in, struct tl_obj **ret)
{
	struct tl_chatReactionsSome *o = TL_NEW(&c->arena, chatReactionsSome);
	struct slice text[LIMIT_REACTIONS_OF_CHAT];
	int r;

	if (in->reactions.n > LIMIT_REACTIONS_OF_CHAT)
		return rpc_fail(c, 400, "REACTIONS_TOO_MANY");
	o->reactions = tl_vec_new(&c->arena, in->reactions.n);
	for (uint32_t i = 0; i < in->reactions.n; i++) {
		if ((r = reaction_text(c, in->reactions.v[i], &text[i])) < 0)
			return r;
		for (uint32_t k = 0; k < i; k++)
			if (slice_eq(text[i], text[k]))
				return rpc_fail(c, 400, "REACTION_INVALID");
		o->reactions.v[i] = reaction_view(&c->arena, text[i]);
	}
	*ret = o->reactions.n ? &o->o : &TL_NEW(&c->arena, chatReactionsNone)->o;
	return 0;
}

static struct tl_obj *of_texts(struct arena *a, const struct tl_vec_str *texts)
{
	struct tl_chatReactionsSome *o = TL_NEW(a, chatReactionsSome);

	o->reactions = tl_vec_new(a, texts->n);
	for (uint32_t i = 0; i < texts->n; i++) {
		struct tl_reactionEmoji *e = TL_NEW(a, reactionEmoji);

		e->emoticon = texts->v[i];
		o->reactions.v[i] = &e->o;
	}
	return &o->o;
}

static int asked(struct rpc_call *c, const struct tl_messages_setChatAvailableReactions *q,
                 struct tl_obj **ret)
{
	struct tl_obj *in = q->available_reactions;

	if (!in)
		in = of_texts(&c->arena, &q->available_reactions_vector_string);
	if (TL_IS(chatReactionsSome, in))
		return some(c, TL_AS(chatReactionsSome, in), ret);
	*ret = in;
	return 0;
}

/* As the row keeps it: nothing where all emoji are allowed. */
static int stored(struct rpc_call *c, const struct tl_obj *set, struct slice *ret)
{
	const struct tl_chatReactionsAll *all = TL_AS(chatReactionsAll, set);
	struct buf b = {0};
	int r;

	*ret = (struct slice){0};
	if (all && !all->allow_custom)
		return 0;
	if ((r = tl_encode(&b, set, TL_LAYER_MAX)) >= 0)
		*ret = arena_slice(&c->arena, buf_slice(&b));
	buf_fini(&b);
	return r;
}

static int in_channel(struct rpc_call *c, struct channel *ch, struct slice now, struct tl_obj *set)
{
	struct tl_channelAdminLogEventActionChangeAvailableReactions *a = TL_NEW(
		&c->arena, channelAdminLogEventActionChangeAvailableReactions);
	int r;

	if ((r = channel_may(c, ch, CHANNEL_SETTINGS)) < 0)
		return r;
	if (slice_eq(now, ch->row.reactions))
		return rpc_fail(c, 400, "CHAT_NOT_MODIFIED");
	if ((r = reactions_available(c, ch->row.reactions, &a->prev_value)) < 0)
		return r;
	a->new_value = set;
	ch->row.reactions = now;
	if ((r = store_channel_put(c->db, &ch->row)) < 0 ||
	    (r = channel_log(c, ch->row.id, CHANNEL_LOG_SETTINGS, &a->o)) < 0 ||
	    (r = channel_changed(c, ch->row.id)) < 0)
		return r;
	return rpc_reply_after(c, message_reply_updates, NULL);
}

int messages_setChatAvailableReactions(struct rpc_call *c,
                                       const struct tl_messages_setChatAvailableReactions *q)
{
	struct tl_obj *set = NULL;
	struct slice now;
	struct peer peer;
	int r;

	if ((r = peer_resolve(c, q->peer, &peer)) < 0)
		return r;
	if (!peer.channel && !peer.chat)
		return rpc_fail(c, 400, "PEER_ID_INVALID");
	if ((r = asked(c, q, &set)) < 0 || (r = stored(c, set, &now)) < 0)
		return r;
	return peer.channel ? in_channel(c, peer.channel, now, set) : chat_edit_reactions(c, peer.chat, now);
}
