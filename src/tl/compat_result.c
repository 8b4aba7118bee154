/*
 * compat_result.c - answers whose declared type changed between layers. Each function is called for layers whose type
 * is an older one than the newest; `o` is the newest form's answer.
 */
#include "tl/compat.h"

/* 133 had a type of its own with light and dark themes, which we do not keep: it sees that there are none. */
TL_DOWN_RESULT(account_getChatThemes)
{
	struct tl_account_chatThemes *t;

	if (TL_IS(account_themesNotModified, o))
		return TL_OBJ(TL_NEW(a, account_chatThemesNotModified));
	t = TL_NEW(a, account_chatThemes);
	t->themes = t->chats = t->users = tl_vec_new(a, 0);
	return &t->o;
}

TL_DOWN_RESULT(account_verifyEmail)
{
	return &tl_true;
}

TL_DOWN_RESULT(auth_logOut)
{
	return &tl_true;
}

/* Until 156: about and description, one after the other. */
TL_DOWN_RESULT(bots_getBotInfo)
{
	const struct tl_bots_botInfo *i = TL_AS(bots_botInfo, o);
	struct slice *both = ARENA_ARRAY(a, struct slice, 2);
	struct tl_vector *v = TL_NEW(a, vector);

	if (!i)
		return NULL;
	both[0] = i->about;
	both[1] = i->description;
	v->strs = (struct tl_vec_str){both, 2};
	return &v->o;
}

TL_DOWN_RESULT(channels_deleteHistory)
{
	return &tl_true;
}

/* Who could not be invited is lost: these layers expected an error for them. */
static const struct tl_obj *invited(const struct tl_obj *o)
{
	struct tl_messages_invitedUsers *i = TL_AS(messages_invitedUsers, o);

	return i ? i->updates : NULL;
}

TL_DOWN_RESULT(channels_inviteToChannel)
{
	return invited(o);
}

TL_DOWN_RESULT(messages_addChatUser)
{
	return invited(o);
}

TL_DOWN_RESULT(messages_createChat)
{
	return invited(o);
}

static const struct tl_obj *joined(const struct tl_obj *o)
{
	struct tl_messages_chatInviteJoinResultOk *ok = TL_AS(messages_chatInviteJoinResultOk, o);

	return ok ? ok->updates : NULL;
}

TL_DOWN_RESULT(channels_joinChannel)
{
	return joined(o);
}

TL_DOWN_RESULT(messages_importChatInvite)
{
	return joined(o);
}

/* Until 152 there was no hash, so the answer is never "not modified". */
TL_DOWN_RESULT(help_getAppConfig)
{
	struct tl_help_appConfig *c = TL_AS(help_appConfig, o);

	return c ? c->config : NULL;
}

TL_DOWN_RESULT(messages_getDialogFilters)
{
	struct tl_messages_dialogFilters *f = TL_AS(messages_dialogFilters, o);
	struct tl_vector *v;

	if (!f)
		return NULL;
	v = TL_NEW(a, vector);
	v->objs = f->filters;
	return &v->o;
}

TL_DOWN_RESULT(messages_getMessageReadParticipants)
{
	const struct tl_vector *all = TL_AS(vector, o);
	struct tl_readParticipantDate *p;
	struct tl_vector *v;
	int64_t *ids;
	uint32_t i, n = 0;

	if (!all)
		return NULL;
	ids = ARENA_ARRAY(a, int64_t, all->objs.n + 1);
	for (i = 0; i < all->objs.n; i++)
		if ((p = TL_AS(readParticipantDate, all->objs.v[i])))
			ids[n++] = p->user_id;
	v = TL_NEW(a, vector);
	v->longs = (struct tl_vec_long){ids, n};
	return &v->o;
}

TL_DOWN_RESULT(messages_getPeerSettings)
{
	struct tl_messages_peerSettings *s = TL_AS(messages_peerSettings, o);

	return s ? s->settings : NULL;
}

TL_DOWN_RESULT(messages_getWebPage)
{
	struct tl_messages_webPage *p = TL_AS(messages_webPage, o);

	return p ? p->webpage : NULL;
}

TL_DOWN_RESULT(messages_getWebPagePreview)
{
	struct tl_messages_webPagePreview *p = TL_AS(messages_webPagePreview, o);

	return p ? p->media : NULL;
}

TL_DOWN_RESULT(messages_report)
{
	return TL_BOOL(TL_IS(reportResultReported, o));
}

/* Until 168 they were a slice of messages; its next_rate is the date with which an offset begins (domain/stats). */
TL_DOWN_RESULT(stats_getMessagePublicForwards)
{
	struct tl_stats_publicForwards *f = TL_AS(stats_publicForwards, o);
	struct tl_messages_messagesSlice *s;

	if (!f)
		return NULL;
	s = TL_NEW(a, messages_messagesSlice);
	s->count = f->count;
	s->messages = tl_vec_new(a, f->forwards.n);
	s->messages.n = 0;
	for (uint32_t i = 0; i < f->forwards.n; i++) {
		struct tl_publicForwardMessage *m = TL_AS(publicForwardMessage, f->forwards.v[i]);

		if (m)
			s->messages.v[s->messages.n++] = m->message;
	}
	for (uint32_t i = 0; i < f->next_offset.n && f->next_offset.p[i] != '_'; i++) {
		s->has_next_rate = true;
		s->next_rate = s->next_rate * 10 + (f->next_offset.p[i] - '0');
	}
	s->topics = tl_vec_new(a, 0);
	s->chats = f->chats;
	s->users = f->users;
	return &s->o;
}

TL_DOWN_RESULT(users_getFullUser)
{
	struct tl_users_userFull *f = TL_AS(users_userFull, o);
	struct tl_userFull *full = f ? TL_AS(userFull, f->full_user) : NULL;
	struct tl_userFull *copy;
	struct tl_user *u;
	uint32_t i;

	if (!full)
		return NULL;
	copy = ARENA_NEW(a, struct tl_userFull);
	*copy = *full;
	for (i = 0; i < f->users.n; i++) {
		u = TL_AS(user, f->users.v[i]);
		if (u && u->id == full->id)
			copy->user = &u->o;
	}
	return copy->user ? &copy->o : NULL;
}
