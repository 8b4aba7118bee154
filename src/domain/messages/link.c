/* link.c - channels.exportMessageLink: an address of a message; of a private channel it opens for its members alone. */
#include "base/err.h"
#include "domain/channels/channel.h"
#include "domain/messages/place.h"
#include "rpc_methods.h"
#include "store/msg.h"
#include "updates/peer.h"

#define PREFIX "https://t.me/" /* help.getConfig's me_url_prefix */

int channels_exportMessageLink(struct rpc_call *c, const struct tl_channels_exportMessageLink *q)
{
	struct tl_exportedMessageLink *l = TL_NEW(&c->arena, exportedMessageLink);
	const char *single = "";
	struct store_msg row;
	struct channel ch;
	struct place p;
	int r;

	if ((r = place_resolve_channel(c, q->channel, &ch, &p)) < 0)
		return r;
	r = place_message(c, &p, q->id, &row);
	if (r < 0)
		return r == -ERR_NOTFOUND ? rpc_fail(c, 400, "MSG_ID_INVALID") : r;
	if (row.grouped_id && !q->grouped)
		single = "?single";
	if (ch.row.username.n)
		l->link = arena_printf(&c->arena, PREFIX "%.*s/%d%s", (int)ch.row.username.n,
		                       (const char *)ch.row.username.p, q->id, single);
	else
		l->link = arena_printf(&c->arena, PREFIX "c/%lld/%d%s", (long long)ch.row.id, q->id, single);
	l->html = SLICE_LIT("");
	return rpc_reply(c, &l->o);
}
