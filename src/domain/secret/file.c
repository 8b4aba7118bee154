/* file.c - files of secret chats on their way: uploaded first, on a thread for files, then sent as any message. */
#include "base/err.h"
#include "domain/media/media.h"
#include "domain/secret/private.h"
#include "rpc_methods.h"

static struct secret_draft draft_of(const struct tl_messages_sendEncryptedFile *q)
{
	return (struct secret_draft){
		.peer = q->peer, .random_id = q->random_id, .data = q->data, .file = q->file};
}

int messages_sendEncryptedFile_prepare(struct rpc_call *c, const struct tl_messages_sendEncryptedFile *q)
{
	const struct secret_draft d = draft_of(q);
	struct media_made *made = NULL;
	int r = secret_send_first(c, &d);

	if (r == 0)
		r = media_prepare_secret(c, q->file, &made);
	c->prepared = made;
	return r < 0 ? r : 0;
}

int messages_sendEncryptedFile(struct rpc_call *c, const struct tl_messages_sendEncryptedFile *q)
{
	struct secret_draft d = draft_of(q);

	d.made = c->prepared;
	return secret_send(c, &d);
}

int messages_uploadEncryptedFile_prepare(struct rpc_call *c, const struct tl_messages_uploadEncryptedFile *q)
{
	struct store_secret_chat s;
	struct media_made *made = NULL;
	int r;

	if ((r = secret_resolve_open(c, q->peer, &s)) < 0 || (r = rpc_snapshot_renew(c)) < 0)
		return r;
	r = media_prepare_secret(c, q->file, &made);
	c->prepared = made;
	return r;
}

int messages_uploadEncryptedFile(struct rpc_call *c, const struct tl_messages_uploadEncryptedFile *q)
{
	struct store_secret_chat s;
	struct tl_obj *o;
	int64_t file;
	int r;

	if ((r = secret_resolve_open(c, q->peer, &s)) < 0 ||
	    (r = media_commit_secret(c, q->file, c->prepared, &file)) < 0 ||
	    (r = media_secret_view(c, c->user_id, file, &o)) < 0)
		return r;
	return rpc_reply(c, o);
}
