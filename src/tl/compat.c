/*
 * compat.c - objects whose meaning moved between layers: what an old request meant, and how the canon is said in an old
 * form. Answers whose declared type changed are in compat_result.c; which forms ask for what is in schema/compat.def.
 */
#include "tl/compat.h"

static struct tl_obj *plain_text(struct arena *a, struct slice s)
{
	struct tl_textWithEntities *t = TL_NEW(a, textWithEntities);

	t->text = s;
	t->entities = tl_vec_new(a, 0);
	return &t->o;
}

/* The words of a TextWithEntities; an empty, present string if there are none. */
static struct slice words(const struct tl_obj *o)
{
	struct tl_textWithEntities *t = TL_AS(textWithEntities, o);

	return t && t->text.p ? t->text : SLICE_LIT("");
}

static struct tl_obj *reply_to(struct arena *a, bool has_id, int32_t id, bool has_top, int32_t top)
{
	struct tl_inputReplyToMessage *r;

	if (!has_id && !has_top)
		return NULL;
	r = TL_NEW(a, inputReplyToMessage);
	r->reply_to_msg_id = has_id ? id : top; /* a topic alone: its first message */
	r->top_msg_id = top;
	r->has_top_msg_id = has_top;
	return &r->o;
}

static struct tl_obj *emoji(struct arena *a, struct slice s)
{
	struct tl_reactionEmoji *r;

	if (!s.p)
		return NULL;
	r = TL_NEW(a, reactionEmoji);
	r->emoticon = s;
	return &r->o;
}

/* ---- requests ---- */

#define UP_REPLY(method)                                                                                     \
	void up_##method(struct arena *a, struct tl_##method *o, uint32_t id)                                \
	{                                                                                                    \
		o->reply_to = reply_to(a, o->has_reply_to_msg_id, o->reply_to_msg_id, o->has_top_msg_id,     \
		                       o->top_msg_id);                                                       \
	}

UP_REPLY(messages_sendMessage)
UP_REPLY(messages_sendMedia)
UP_REPLY(messages_sendMultiMedia)
UP_REPLY(messages_sendInlineBotResult)
UP_REPLY(messages_saveDraft)

void up_messages_sendScreenshotNotification(struct arena *a, struct tl_messages_sendScreenshotNotification *o,
                                            uint32_t id)
{
	o->reply_to = reply_to(a, true, o->reply_to_msg_id, false, 0);
}

void up_dialogFilter(struct arena *a, struct tl_dialogFilter *o, uint32_t id)
{
	o->title = plain_text(a, o->title_string);
}

void up_dialogFilterChatlist(struct arena *a, struct tl_dialogFilterChatlist *o, uint32_t id)
{
	o->title = plain_text(a, o->title_string);
}

/* Until 139 a sound was "default", "" for none, or the name of a file on the device. */
void up_inputPeerNotifySettings(struct arena *a, struct tl_inputPeerNotifySettings *o, uint32_t id)
{
	struct tl_notificationSoundLocal *s;

	if (!o->sound_string.p)
		return;
	if (slice_eq(o->sound_string, SLICE_LIT("default"))) {
		o->sound = TL_OBJ(TL_NEW(a, notificationSoundDefault));
	} else if (o->sound_string.n == 0) {
		o->sound = TL_OBJ(TL_NEW(a, notificationSoundNone));
	} else {
		s = TL_NEW(a, notificationSoundLocal);
		s->title = s->data = o->sound_string;
		o->sound = &s->o;
	}
}

void up_messages_sendReaction(struct arena *a, struct tl_messages_sendReaction *o, uint32_t id)
{
	if (!o->reaction_string.p)
		return;
	o->reaction = tl_vec_new(a, o->reaction_string.n ? 1 : 0);
	if (o->reaction.n)
		o->reaction.v[0] = emoji(a, o->reaction_string);
}

void up_messages_setDefaultReaction(struct arena *a, struct tl_messages_setDefaultReaction *o, uint32_t id)
{
	o->reaction = emoji(a, o->reaction_string);
}

void up_messages_getMessageReactionsList(struct arena *a, struct tl_messages_getMessageReactionsList *o,
                                         uint32_t id)
{
	o->reaction = emoji(a, o->reaction_string);
}

void up_channels_toggleSignatures(struct arena *a, struct tl_channels_toggleSignatures *o, uint32_t id)
{
	o->signatures_enabled = o->enabled;
}

void up_channels_reportSpam(struct arena *a, struct tl_channels_reportSpam *o, uint32_t id)
{
	struct tl_inputUser *u = TL_AS(inputUser, o->user_id);
	struct tl_inputUserFromMessage *m = TL_AS(inputUserFromMessage, o->user_id);
	struct tl_inputPeerUser *p;
	struct tl_inputPeerUserFromMessage *pm;

	if (u) {
		p = TL_NEW(a, inputPeerUser);
		p->user_id = u->user_id;
		p->access_hash = u->access_hash;
		o->participant = &p->o;
	} else if (m) {
		pm = TL_NEW(a, inputPeerUserFromMessage);
		pm->peer = m->peer;
		pm->msg_id = m->msg_id;
		pm->user_id = m->user_id;
		o->participant = &pm->o;
	} else if (TL_IS(inputUserSelf, o->user_id)) {
		o->participant = TL_OBJ(TL_NEW(a, inputPeerSelf));
	} else {
		o->participant = TL_OBJ(TL_NEW(a, inputPeerEmpty));
	}
}

void up_account_sendVerifyEmailCode(struct arena *a, struct tl_account_sendVerifyEmailCode *o, uint32_t id)
{
	o->purpose = TL_OBJ(TL_NEW(a, emailVerifyPurposePassport));
}

void up_account_verifyEmail(struct arena *a, struct tl_account_verifyEmail *o, uint32_t id)
{
	struct tl_emailVerificationCode *code = TL_NEW(a, emailVerificationCode);

	code->code = o->code;
	o->purpose = TL_OBJ(TL_NEW(a, emailVerifyPurposePassport));
	o->verification = &code->o;
}

void up_poll(struct arena *a, struct tl_poll *o, uint32_t id)
{
	o->question = plain_text(a, o->question_string);
}

void up_pollAnswer(struct arena *a, struct tl_pollAnswer *o, uint32_t id)
{
	o->text = plain_text(a, o->text_string);
}

void up_documentAttributeVideo(struct arena *a, struct tl_documentAttributeVideo *o, uint32_t id)
{
	o->duration = o->duration_int;
}

/* ---- objects ---- */

/* Numbers that moved to help.getAppConfig in 155: the limits of limits.def, and Telegram's usual ones for stickers. */
bool down_config(struct arena *a, struct tl_config *o, uint32_t id)
{
	if (o->saved_gifs_limit || o->stickers_faved_limit || o->pinned_dialogs_count_max ||
	    o->pinned_infolder_count_max)
		return true;
	o->saved_gifs_limit = 200;
	o->stickers_faved_limit = 5;
	o->pinned_dialogs_count_max = 5;
	o->pinned_infolder_count_max = 100;
	return true;
}

bool down_dialogFilter(struct arena *a, struct tl_dialogFilter *o, uint32_t id)
{
	o->title_string = words(o->title);
	return true;
}

bool down_dialogFilterChatlist(struct arena *a, struct tl_dialogFilterChatlist *o, uint32_t id)
{
	o->title_string = words(o->title);
	return true;
}

bool down_draftMessage(struct arena *a, struct tl_draftMessage *o, uint32_t id)
{
	struct tl_inputReplyToMessage *r = TL_AS(inputReplyToMessage, o->reply_to);

	if (r) {
		o->reply_to_msg_id = r->reply_to_msg_id;
		o->has_reply_to_msg_id = true;
	}
	return true;
}

/* Until 165 a reply header always named a message: a quote from elsewhere without one is left out. */
bool down_messageReplyHeader(struct arena *a, struct tl_messageReplyHeader *o, uint32_t id)
{
	return o->has_reply_to_msg_id;
}

bool down_peerNotifySettings(struct arena *a, struct tl_peerNotifySettings *o, uint32_t id)
{
	const struct tl_obj *s = o->other_sound;
	struct tl_notificationSoundLocal *local;

	if (!s)
		s = o->android_sound ? o->android_sound : o->ios_sound;
	local = TL_AS(notificationSoundLocal, s);
	if (local)
		o->sound = local->title;
	else if (TL_IS(notificationSoundNone, s))
		o->sound = SLICE_LIT("");
	else if (s)
		o->sound = SLICE_LIT("default");
	return true;
}

bool down_updateUserName(struct arena *a, struct tl_updateUserName *o, uint32_t id)
{
	struct tl_username *u;
	uint32_t i;

	if (!o->username.p)
		o->username = SLICE_LIT("");
	for (i = 0; i < o->usernames.n; i++) {
		u = TL_AS(username, o->usernames.v[i]);
		if (u && u->active) {
			o->username = u->username;
			break;
		}
	}
	return true;
}

/* 133 and 134 carry the user inside; down_result_users_getFullUser puts it there. */
bool down_userFull(struct arena *a, struct tl_userFull *o, uint32_t id)
{
	return o->user != NULL;
}

bool down_help_promoData(struct arena *a, struct tl_help_promoData *o, uint32_t id)
{
	return o->peer != NULL;
}

/* Reactions were emoji until 144: custom ones are left out. */
bool down_reactionCount(struct arena *a, struct tl_reactionCount *o, uint32_t id)
{
	struct tl_reactionEmoji *r = TL_AS(reactionEmoji, o->reaction);

	if (!o->reaction && o->reaction_string.p)
		return true;
	if (!r)
		return false;
	o->reaction_string = r->emoticon;
	o->chosen = o->has_chosen_order;
	return true;
}

bool down_messagePeerReaction(struct arena *a, struct tl_messagePeerReaction *o, uint32_t id)
{
	struct tl_reactionEmoji *r = TL_AS(reactionEmoji, o->reaction);

	if (!o->reaction && o->reaction_string.p)
		return true;
	if (!r)
		return false;
	o->reaction_string = r->emoticon;
	return true;
}

bool down_messageReactions(struct arena *a, struct tl_messageReactions *o, uint32_t id)
{
	struct tl_messagePeerReaction *p;
	struct tl_messageUserReaction *u;
	struct tl_reactionEmoji *r;
	struct tl_peerUser *who;
	struct tl_vec v;
	uint32_t i;

	if (!o->recent_reactions.v)
		return true;
	v = tl_vec_new(a, o->recent_reactions.n);
	v.n = 0;
	for (i = 0; i < o->recent_reactions.n; i++) {
		p = TL_AS(messagePeerReaction, o->recent_reactions.v[i]);
		r = p ? TL_AS(reactionEmoji, p->reaction) : NULL;
		who = p ? TL_AS(peerUser, p->peer_id) : NULL;
		if (!r || !who)
			continue;
		u = TL_NEW(a, messageUserReaction);
		u->user_id = who->user_id;
		u->reaction = r->emoticon;
		v.v[v.n++] = &u->o;
	}
	o->recent_reactons = v;
	return true;
}

/* The emoji among what a chat allows; absent if the chat allows all or none. */
static struct tl_vec_str allowed_emoji(struct arena *a, const struct tl_obj *reactions)
{
	struct tl_chatReactionsSome *some = TL_AS(chatReactionsSome, reactions);
	struct tl_reactionEmoji *r;
	struct slice *v;
	uint32_t i, n = 0;

	if (!some)
		return (struct tl_vec_str){0};
	v = ARENA_ARRAY(a, struct slice, some->reactions.n + 1);
	for (i = 0; i < some->reactions.n; i++)
		if ((r = TL_AS(reactionEmoji, some->reactions.v[i])))
			v[n++] = r->emoticon;
	return (struct tl_vec_str){v, n};
}

bool down_chatFull(struct arena *a, struct tl_chatFull *o, uint32_t id)
{
	o->available_reactions_vector_string = allowed_emoji(a, o->available_reactions);
	return true;
}

bool down_channelFull(struct arena *a, struct tl_channelFull *o, uint32_t id)
{
	o->available_reactions_vector_string = allowed_emoji(a, o->available_reactions);
	return true;
}

bool down_messageActionSetChatTheme(struct arena *a, struct tl_messageActionSetChatTheme *o, uint32_t id)
{
	struct tl_chatTheme *t = TL_AS(chatTheme, o->theme);

	if (o->theme)
		o->emoticon = t && t->emoticon.p ? t->emoticon : SLICE_LIT("");
	return true;
}

bool down_payments_starsStatus(struct arena *a, struct tl_payments_starsStatus *o, uint32_t id)
{
	struct tl_starsAmount *s = TL_AS(starsAmount, o->balance);

	o->balance_long = s ? s->amount : 0;
	return true;
}

bool down_poll(struct arena *a, struct tl_poll *o, uint32_t id)
{
	o->question_string = words(o->question);
	return true;
}

bool down_pollAnswer(struct arena *a, struct tl_pollAnswer *o, uint32_t id)
{
	o->text_string = words(o->text);
	return true;
}

bool down_pollResults(struct arena *a, struct tl_pollResults *o, uint32_t id)
{
	struct tl_peerUser *u;
	int64_t *v;
	uint32_t i, n = 0;

	if (!o->recent_voters.v)
		return true;
	v = ARENA_ARRAY(a, int64_t, o->recent_voters.n + 1);
	for (i = 0; i < o->recent_voters.n; i++)
		if ((u = TL_AS(peerUser, o->recent_voters.v[i])))
			v[n++] = u->user_id;
	o->recent_voters_vector_long = (struct tl_vec_long){v, n};
	return true;
}

/* Before 159 only users voted: nothing is told of a channel or group. */
bool down_updateMessagePollVote(struct arena *a, struct tl_updateMessagePollVote *o, uint32_t id)
{
	const struct tl_peerUser *u = TL_AS(peerUser, o->peer);

	if (u)
		o->user_id = u->user_id;
	return u || !o->peer; /* it has the old form already */
}

bool down_documentAttributeVideo(struct arena *a, struct tl_documentAttributeVideo *o, uint32_t id)
{
	/* Compared this way round, not-a-number becomes 0. */
	o->duration_int = o->duration >= INT32_MIN && o->duration <= INT32_MAX ? (int32_t)o->duration : 0;
	return true;
}

/* ---- fallbacks ---- */

const struct tl_obj *fallback_MessageAction(struct arena *a, const struct tl_obj *o, int layer)
{
	struct tl_messageActionCustomAction *c = TL_NEW(a, messageActionCustomAction);

	c->message = SLICE_LIT("Something happened here that this version of the app cannot show.");
	return &c->o;
}

/* Until 214 a forum was always a channel's, and the updates of its pins said so. */
const struct tl_obj *fallback_Update(struct arena *a, const struct tl_obj *o, int layer)
{
	const struct tl_updatePinnedForumTopic *one = TL_AS(updatePinnedForumTopic, o);
	const struct tl_updatePinnedForumTopics *all = TL_AS(updatePinnedForumTopics, o);
	const struct tl_peerChannel *peer = TL_AS(peerChannel, one ? one->peer : all ? all->peer : NULL);
	struct tl_updateChannelPinnedTopic *u;
	struct tl_updateChannelPinnedTopics *v;

	if (!peer || layer < 149)
		return NULL;
	if (one) {
		u = TL_NEW(a, updateChannelPinnedTopic);
		u->pinned = one->pinned;
		u->channel_id = peer->channel_id;
		u->topic_id = one->topic_id;
		return &u->o;
	}
	v = TL_NEW(a, updateChannelPinnedTopics);
	v->channel_id = peer->channel_id;
	v->order = all->order;
	return &v->o;
}
