/*
 * counts.c - what is counted in groups and channels: views, mentions, who is there. A private chat, which is all there is so
 * far, has none of it.
 */
#include "domain/messages/message.h"
#include "domain/messages/page.h"
#include "rpc_methods.h"

int messages_getMessagesViews(struct rpc_call *c, const struct tl_messages_getMessagesViews *q)
{
	struct tl_messages_messageViews *o = TL_NEW(&c->arena, messages_messageViews);
	struct peer peer;
	int r;

	if ((r = peer_resolve(c, q->peer, &peer)) < 0)
		return r;
	if (q->id.n > LIMIT_MESSAGES_PER_CALL)
		return rpc_fail(c, 400, "MSG_ID_INVALID");
	o->views = tl_vec_new(&c->arena, q->id.n); /* in the order of the question */
	for (uint32_t i = 0; i < q->id.n; i++)
		o->views.v[i] = &TL_NEW(&c->arena, messageViews)->o;
	return rpc_reply(c, &o->o);
}

int messages_getUnreadMentions(struct rpc_call *c, const struct tl_messages_getUnreadMentions *q)
{
	struct peer peer;
	struct view v;
	int r;

	if ((r = peer_resolve(c, q->peer, &peer)) < 0)
		return r;
	view_init(&v, c);
	view_peer(&v, peer.key);
	return page_reply(c, &v, NULL, NULL, 0, 0, true);
}

int messages_readMentions(struct rpc_call *c, const struct tl_messages_readMentions *q)
{
	struct tl_messages_affectedHistory *a = TL_NEW(&c->arena, messages_affectedHistory);
	struct peer peer;
	int r;

	if ((r = peer_resolve(c, q->peer, &peer)) < 0 || (r = rpc_box_pts(c, c->user_id, &a->pts)) < 0)
		return r;
	return rpc_reply(c, &a->o);
}
