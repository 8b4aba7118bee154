/*
 * read_channel.c - read marks in channels: channels.readHistory and readMessageContents. One's own row says how far one has read; the
 * group's says how far anybody has, which is what writers are told.
 */
#include "domain/messages/read_channel.h"

#include "base/err.h"
#include "base/language.h"
#include "domain/channels/channel.h"
#include "domain/dialogs/dialog.h"
#include "domain/messages/place.h"
#include "domain/messages/heard.h"
#include "domain/messages/twin.h"
#include "domain/reactions/react.h"
#include "rpc_methods.h"
#include "store/day.h"
#include "store/dialog.h"
#include "store/msg.h"
#include "store/unseen.h"
#include "updates/event.h"
#include "updates/heads.h"
#include "updates/peer.h"

enum { WRITERS_MAX = 100 }; /* messages whose writers are told at once that they were read */

static int tell_writers(struct rpc_call *c, int64_t key, int32_t before, int32_t upto)
{
	int64_t *who;
	size_t n;
	int r = store_msg_authors(c->db, key, before, upto, WRITERS_MAX, &c->arena, &who, &n);

	for (size_t i = 0; r >= 0 && i < n; i++) {
		struct upd_event ev = {.owner = who[i], .kind = UPD_READ_CHANNEL_OUT, .peer = key};

		if (who[i] > 0 && who[i] != c->user_id)
			r = rpc_log_event(c, &ev);
	}
	return r;
}

/*
 * Members who read something of today are counted, once: his mark passes the beginning of the day (of his first, the moment when he came)
 * once. What is read from an earlier day counts for none.
 */
static int count_reader(struct rpc_call *c, const struct channel *ch, int32_t had, int32_t max_id)
{
	unixtime_t since = c->now / STORE_DAY_SECONDS * STORE_DAY_SECONDS, date;
	int language = c->client ? language_of(c->client->lang_code) : 0, r;
	int64_t key = peer_channel(ch->row.id);

	if (since < ch->me.date)
		since = ch->me.date;
	if ((r = store_msg_date_upto(c->db, key, key, max_id, &date)) < 0 || date < since)
		return r;
	if ((r = store_msg_date_upto(c->db, key, key, had, &date)) < 0 || date >= since)
		return r;
	r = store_day_add(c->db, key, c->now, STORE_DAY_READERS, 1);
	if (r < 0 || !language)
		return r;
	return store_day_add(c->db, key, c->now, STORE_DAY_LANGUAGE + language, 1);
}

static int note_reader(struct rpc_call *c, const struct channel *ch, int32_t had, int32_t max_id)
{
	int32_t before;
	int r;

	if (!(ch->row.flags & STORE_CHANNEL_MEGAGROUP))
		return 0;
	if ((r = count_reader(c, ch, had, max_id)) < 0 ||
	    (ch->row.members <= LIMIT_READ_MEMBERS && /* where one may ask who has read what */
	     (r = store_channel_reader_put(c->db, ch->row.id, c->user_id, max_id, c->now)) < 0))
		return r;
	r = store_channel_read_put(c->db, ch->row.id, c->user_id, max_id, &before);
	return r <= 0 ? r : tell_writers(c, peer_channel(ch->row.id), before, max_id);
}

int channel_read_upto(struct rpc_call *c, const struct channel *ch, struct store_dialog *d, int32_t max_id)
{
	int32_t had = d->read_in;
	uint32_t own;
	int r = store_msg_count_by(c->db, d->peer, c->user_id, max_id, &own);

	if (r < 0)
		return r;
	d->read_in = max_id;
	d->unread = (int32_t)own;
	if ((r = store_dialog_put(c->db, d)) < 0 || (r = rpc_log_own(c, UPD_READ_CHANNEL_IN, d->peer, 0)) < 0)
		return r;
	return note_reader(c, ch, had, max_id);
}

int channels_readHistory(struct rpc_call *c, const struct tl_channels_readHistory *q)
{
	struct store_dialog d;
	struct upd_head head;
	struct channel ch;
	int32_t max_id;
	int r;

	if ((r = channel_resolve(c, q->channel, &ch)) < 0)
		return r;
	if (!channel_is_in(&ch)) /* who looks from outside has nothing to mark */
		return rpc_reply_bool(c, true);
	if ((r = rpc_head(c, peer_channel(ch.row.id), &head)) < 0 ||
	    (r = store_dialog_get(c->db, c->user_id, head.channel, &c->arena, &d)) < 0)
		return r;
	max_id = q->max_id <= 0 || q->max_id > head.top_id ? head.top_id : q->max_id;
	if (d.unread_mark && (r = dialog_clear_mark(c, &d)) < 0)
		return r;
	if (max_id > d.read_in && (r = channel_read_upto(c, &ch, &d, max_id)) < 0)
		return r;
	return rpc_reply_bool(c, true);
}

int channels_readMessageContents(struct rpc_call *c, const struct tl_channels_readMessageContents *q)
{
	struct upd_event ev = {
		.owner = c->user_id, .kind = UPD_CHANNEL_CONTENTS, .except_key = c->client->auth_key_id};
	struct store_msg row;
	struct channel ch;
	uint32_t n = 0;
	int32_t *ids;
	int r;

	if ((r = channel_resolve(c, q->channel, &ch)) < 0)
		return r;
	if (q->id.n > LIMIT_MESSAGES_PER_CALL)
		return rpc_fail(c, 400, "MSG_ID_INVALID");
	ev.peer = peer_channel(ch.row.id);
	ids = ARENA_ARRAY(&c->arena, int32_t, 2 * q->id.n + 1u);
	for (uint32_t i = 0; i < q->id.n; i++) {
		r = store_unseen_delete(c->db, c->user_id, ev.peer, STORE_UNSEEN_MENTION, q->id.v[i]);
		if (r < 0)
			return r;
		if (r)
			ids[n++] = q->id.v[i];
		if (q->id.v[i] < ch.me.first_id)
			continue;
		r = store_msg_get(c->db, ev.peer, ev.peer, q->id.v[i], &c->arena, &row);
		if (r == 0 && (r = heard_note(c, &row)) > 0)
			ids[n++] = q->id.v[i];
		if (r >= 0)
			r = reactions_seen(c, &row);
		if (r < 0 && r != -ERR_NOTFOUND)
			return r;
	}
	ev.payload = ids_payload(&c->arena, -1, ids, n);
	if (n && (r = rpc_log_event(c, &ev)) < 0)
		return r;
	return rpc_reply_bool(c, true);
}
