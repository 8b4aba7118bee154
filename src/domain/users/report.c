/* report.c - reports of people and messages to those who run the server: kept under the server's own settings. */
#include "domain/users/report.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/utf8.h"
#include "domain/channels/channel.h"
#include "domain/messages/place.h"
#include "domain/users/peer.h"
#include "rpc_methods.h"
#include "store/msg.h"
#include "store/setting.h"

#define PREFIX "report."

enum { SERVER = 0, REPORT_TEXT = 512 };

/* What clients offer to choose from. */
static const struct reason {
	const char *option, *text;
} reasons[] = {
	{"spam", "Spam"},
	{"violence", "Violence"},
	{"child_abuse", "Child abuse"},
	{"pornography", "Pornography"},
	{"illegal_drugs", "Illegal goods"},
	{"personal_details", "Personal data"},
	{"copyright", "Copyright"},
	{"fake", "Scam or fake account"},
	{"other", "Something else"}, /* which needs words */
};

enum { REASONS = sizeof(reasons) / sizeof(reasons[0]), OTHER = REASONS - 1 };

static int keep(struct rpc_call *c, int64_t peer, const char *reason, struct slice ids, struct slice text)
{
	struct slice key, value;

	key = arena_printf(&c->arena, PREFIX "%lld.%lld.%lld", (long long)c->now, (long long)c->user_id,
	                   (long long)peer);
	value = arena_printf(&c->arena, "%s%.*s %.*s", reason, (int)ids.n, (const char *)ids.p, (int)text.n,
	                     (const char *)text.p);
	return store_setting_put(c->db, SERVER, (const char *)key.p, value);
}

int report_keep(struct rpc_call *c, int64_t peer, const char *reason)
{
	return keep(c, peer, reason, SLICE_LIT(""), SLICE_LIT(""));
}

static int report_peer(struct rpc_call *c, const struct tl_obj *input_peer, const char *reason,
                       struct slice text)
{
	struct peer peer;
	int r;

	if ((r = peer_resolve(c, input_peer, &peer)) < 0 ||
	    (r = keep(c, peer.key, reason, SLICE_LIT(""), text)) < 0)
		return r;
	return rpc_reply_bool(c, true);
}

int account_reportPeer(struct rpc_call *c, const struct tl_account_reportPeer *q)
{
	if (q->message.n > REPORT_TEXT)
		return rpc_fail(c, 400, "REPORT_REASON_INVALID");
	return report_peer(c, q->peer, tl_wire_name(q->reason->name), q->message);
}

int messages_reportSpam(struct rpc_call *c, const struct tl_messages_reportSpam *q)
{
	return report_peer(c, q->peer, "spam", SLICE_LIT(""));
}

static int ask(struct rpc_call *c)
{
	struct tl_reportResultChooseOption *o = TL_NEW(&c->arena, reportResultChooseOption);

	o->title = SLICE_LIT("Report");
	o->options = tl_vec_new(&c->arena, REASONS);
	for (int i = 0; i < REASONS; i++) {
		struct tl_messageReportOption *x = TL_NEW(&c->arena, messageReportOption);

		x->text = slice_str(reasons[i].text);
		x->option = slice_str(reasons[i].option);
		o->options.v[i] = &x->o;
	}
	return rpc_reply(c, &o->o);
}

static int ask_for_words(struct rpc_call *c, const struct reason *why)
{
	struct tl_reportResultAddComment *o = TL_NEW(&c->arena, reportResultAddComment);

	o->option = slice_str(why->option);
	return rpc_reply(c, &o->o);
}

/* 400 MESSAGE_ID_INVALID unless all are messages of this place that the caller has, and (from, if not 0) this one wrote. */
static int check_ids(struct rpc_call *c, const struct place *place, int64_t from,
                     const struct tl_vec_int *ids, struct slice *ret)
{
	struct store_msg row;
	int r;

	if (!ids->n || ids->n > LIMIT_MESSAGES_PER_CALL)
		return rpc_fail(c, 400, "MESSAGE_ID_INVALID");
	*ret = SLICE_LIT("");
	for (uint32_t i = 0; i < ids->n; i++) {
		r = place_message(c, place, ids->v[i], &row);
		if (r == -ERR_NOTFOUND || (r == 0 && from && row.from_id != from))
			return rpc_fail(c, 400, "MESSAGE_ID_INVALID");
		if (r < 0)
			return r;
		*ret = arena_printf(&c->arena, "%.*s,%d", (int)ret->n, (const char *)ret->p, ids->v[i]);
	}
	return 0;
}

/* That somebody chose this to answer a message. */
int messages_reportReaction(struct rpc_call *c, const struct tl_messages_reportReaction *q)
{
	struct peer peer, by;
	struct place place;
	struct slice ids;
	int r;

	if ((r = place_resolve(c, q->peer, &peer, &place)) < 0 ||
	    (r = peer_resolve(c, q->reaction_peer, &by)) < 0 ||
	    (r = check_ids(c, &place, 0, &(struct tl_vec_int){(int32_t *)(uintptr_t)&q->id, 1}, &ids)) < 0 ||
	    (r = keep(c, by.key, "reaction", ids, SLICE_LIT(""))) < 0)
		return r;
	return rpc_reply_bool(c, true);
}

/* Of what a participant wrote, by one who may delete it. */
int channels_reportSpam(struct rpc_call *c, const struct tl_channels_reportSpam *q)
{
	struct peer by;
	struct channel ch;
	struct place place;
	struct slice ids;
	int r;

	if ((r = place_resolve_channel(c, q->channel, &ch, &place)) < 0 ||
	    (r = peer_resolve(c, q->participant, &by)) < 0 ||
	    (r = channel_may(c, &ch, CHANNEL_DELETE_OTHERS)) < 0)
		return r;
	if (!(ch.row.flags & STORE_CHANNEL_MEGAGROUP))
		return rpc_fail(c, 400, "CHANNEL_INVALID");
	if ((r = check_ids(c, &place, by.key, &q->id, &ids)) < 0 ||
	    (r = keep(c, by.key, "spam", ids, SLICE_LIT(""))) < 0)
		return r;
	return rpc_reply_bool(c, true);
}

int messages_report(struct rpc_call *c, const struct tl_messages_report *q)
{
	const struct reason *why = NULL;
	struct peer peer;
	struct place place;
	struct slice ids = {0};
	int r;

	if ((r = place_resolve(c, q->peer, &peer, &place)) < 0 ||
	    (r = check_ids(c, &place, 0, &q->id, &ids)) < 0)
		return r;
	if (q->message.n > REPORT_TEXT)
		return rpc_fail(c, 400, "REPORT_REASON_INVALID");
	if (!q->reason) { /* until layer 188 the client chose by itself */
		if (!q->option.n)
			return ask(c);
		for (int i = 0; i < REASONS && !why; i++)
			why = slice_eq(q->option, slice_str(reasons[i].option)) ? &reasons[i] : NULL;
		if (!why)
			return rpc_fail(c, 400, "OPTION_INVALID");
		if (why == &reasons[OTHER] && !utf8_trim(q->message).n)
			return ask_for_words(c, why);
	}
	r = keep(c, peer.key, why ? why->option : tl_wire_name(q->reason->name), ids, q->message);
	return r < 0 ? r : rpc_reply(c, &TL_NEW(&c->arena, reportResultReported)->o);
}

/* --- for those who run the server */

static struct slice cut(struct slice *rest, const char *until)
{
	uint32_t n = 0;
	struct slice head;

	while (n < rest->n && !strchr(until, rest->p[n]))
		n++;
	head = slice_of(rest->p, n);
	*rest = slice_of(rest->p + n, rest->n - n);
	return head;
}

/* As keep() has put it. */
static void read_one(struct arena *a, struct slice key, struct slice value, struct report *ret)
{
	struct slice id = arena_printf(a, "%.*s", (int)(key.n - sizeof(PREFIX) + 1),
	                               (const char *)key.p + sizeof(PREFIX) - 1);
	const char *at = (const char *)id.p;
	char *end;

	ret->id = id;
	ret->time = strtoll(at, &end, 10);
	ret->by = *end ? strtoll(end + 1, &end, 10) : 0;
	ret->peer = *end ? strtoll(end + 1, &end, 10) : 0;
	ret->reason = cut(&value, ", ");
	ret->messages = cut(&value, " ");
	if (ret->messages.n)
		ret->messages = slice_of(ret->messages.p + 1, ret->messages.n - 1);
	ret->text = value.n ? slice_of(value.p + 1, value.n - 1) : SLICE_LIT("");
}

int report_list(struct rpc_call *c, uint32_t limit, struct report **ret, size_t *ret_n)
{
	struct slice *keys, *values;
	int r = store_setting_list(c->db, SERVER, PREFIX, limit, &c->arena, &keys, &values, ret_n);

	if (r < 0)
		return r;
	*ret = ARENA_ARRAY(&c->arena, struct report, *ret_n + 1);
	for (size_t i = 0; i < *ret_n; i++)
		read_one(&c->arena, keys[i], values[i], &(*ret)[i]);
	return 0;
}

int report_close(struct rpc_call *c, struct slice id)
{
	struct slice key = arena_printf(&c->arena, PREFIX "%.*s", (int)id.n, (const char *)id.p), value;
	int r = store_setting_get(c->db, SERVER, (const char *)key.p, &c->arena, &value);

	return r < 0 ? r : store_setting_delete(c->db, SERVER, (const char *)key.p);
}
