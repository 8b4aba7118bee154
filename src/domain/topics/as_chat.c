/* as_chat.c - channels.toggleViewForumAsMessages: somebody looks at a forum as one chat, on all of his devices. */
#include "base/err.h"
#include "domain/dialogs/dialog.h"
#include "domain/messages/message.h"
#include "domain/topics/private.h"
#include "rpc_methods.h"
#include "store/dialog.h"
#include "updates/event.h"
#include "updates/peer.h"

int channels_toggleViewForumAsMessages(struct rpc_call *c,
                                       const struct tl_channels_toggleViewForumAsMessages *q)
{
	struct store_dialog d;
	struct channel ch;
	int r;

	if ((r = channel_resolve(c, q->channel, &ch)) < 0)
		return r;
	if (!(ch.row.flags & STORE_CHANNEL_FORUM))
		return rpc_fail(c, 400, "CHANNEL_FORUM_MISSING");
	if (!channel_is_in(&ch))
		return rpc_fail(c, 400, "USER_NOT_PARTICIPANT");
	if ((r = store_dialog_get(c->db, c->user_id, peer_channel(ch.row.id), &c->arena, &d)) < 0)
		return r;
	if (q->enabled == ((d.flags & DIALOG_AS_MESSAGES) != 0))
		return rpc_fail(c, 400, "CHAT_NOT_MODIFIED");
	d.flags ^= DIALOG_AS_MESSAGES;
	if ((r = store_dialog_put(c->db, &d)) < 0 || (r = rpc_log_own(c, UPD_FORUM_VIEW, d.peer, 0)) < 0)
		return r;
	return rpc_reply_after(c, message_reply_updates, NULL);
}
