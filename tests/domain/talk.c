/* talk.c - see talk.h. */
#include "talk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define IN(w, n) TL_NEW(world_arena(w), n)

struct tl_obj *talk_call(struct world *w, struct person who, const struct tl_obj *q)
{
	struct tl_obj *o = world_call(w, who, q);

	if (!o)
		fail_msg("%s: %s", tl_wire_name(q->name), world_error(w));
	return o;
}

void talk_refused(struct world *w, struct person who, const struct tl_obj *q, const char *error)
{
	struct tl_obj *o = world_call(w, who, q);

	if (o)
		fail_msg("%s: %s, not %s", tl_wire_name(q->name), tl_wire_name(o->name), error);
	assert_string_equal(world_error(w), error);
}

struct tl_obj *talk_update(const struct tl_obj *o, uint16_t name)
{
	struct tl_obj *one = (struct tl_obj *)(uintptr_t)o;

	return world_update((struct tl_vec){&one, 1}, name);
}

int32_t talk_say(struct world *w, struct person from, struct person to, const char *text)
{
	static int64_t random_id = 1000;
	struct tl_messages_sendMessage *q = IN(w, messages_sendMessage);
	struct tl_obj *u;

	q->peer = world_peer(w, from, to.id);
	q->message = slice_str(text);
	q->random_id = ++random_id;
	u = talk_update(talk_call(w, from, &q->o), TL_updateMessageID);
	assert_non_null(u);
	return TL_AS(updateMessageID, u)->id;
}

struct tl_vec talk_messages(const struct tl_obj *o, int32_t *ret_count)
{
	const struct tl_messages_messagesSlice *s = TL_AS(messages_messagesSlice, o);
	const struct tl_messages_messages *m = TL_AS(messages_messages, o);

	assert_true(s || m);
	*ret_count = s ? s->count : (int32_t)m->messages.n;
	return s ? s->messages : m->messages;
}

struct tl_dialog *talk_dialog(struct world *w, struct person who, struct person with)
{
	struct tl_messages_getPeerDialogs *q = IN(w, messages_getPeerDialogs);
	struct tl_inputDialogPeer *p = IN(w, inputDialogPeer);
	struct tl_messages_peerDialogs *o;

	p->peer = world_peer(w, who, with.id);
	q->peers = tl_vec_new(world_arena(w), 1);
	q->peers.v[0] = &p->o;
	o = TL_AS(messages_peerDialogs, talk_call(w, who, &q->o));
	assert_int_equal(o->dialogs.n, 1);
	return TL_AS(dialog, o->dialogs.v[0]);
}

int32_t talk_top(struct world *w, struct person who, struct person with)
{
	return talk_dialog(w, who, with)->top_message;
}

int32_t talk_pts(struct world *w, struct person who)
{
	return TL_AS(updates_state, talk_call(w, who, &IN(w, updates_getState)->o))->pts;
}
