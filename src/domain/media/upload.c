/*
 * upload.c - upload.saveFilePart and upload.saveBigFilePart: a part of a file is on disk before we say so (api.md 7.1). What becomes
 * of the parts is decided when a message, photo or sticker names them.
 */
#include "base/err.h"
#include "base/log.h"
#include "base/settings.h"
#include "blob/upload.h"
#include "domain/media/jobs.h"
#include "rpc/app.h"
#include "rpc/call.h"
#include "rpc_methods.h"

enum { MIB = 1048576 };

/* Noted, behind those that were taken together with it. */
static int note(struct rpc_call *c, int64_t file_id, int32_t part, int32_t total, struct slice bytes)
{
	struct upload_arrival *a = ARENA_NEW(&c->arena, struct upload_arrival), *last = *c->together;

	*a = (struct upload_arrival){
		.owner = c->user_id, .file_id = file_id, .part = part, .total = total, .bytes = bytes};
	c->prepared = a;
	while (last && last->next)
		last = last->next;
	if (last)
		last->next = a;
	else
		*c->together = a;
	return 0;
}

/* The first one's turn is that of all. */
static int save(struct rpc_call *c)
{
	const struct settings *s = c->app->settings;
	struct upload_limits l = {.quota = (uint64_t)s->media_quota_mib * MIB, .parts = UPLOAD_PARTS_MAX};
	const struct upload_arrival *a = c->prepared;

	if (*c->together)
		upload_parts(c->app->blobs, &l, *c->together, c->now);
	*c->together = NULL;
	if (a->r < 0 && a->why)
		return rpc_fail_text(c, 400, a->why);
	if (a->r == -ERR_NOSPACE) {
		log_event(LOG_WARNING, "upload", "error=\"%s\" mend=\"free space\"", err_name(a->r));
		return rpc_fail(c, 500, "STORAGE_FULL");
	}
	return a->r < 0 ? a->r : rpc_reply_bool(c, true);
}

int upload_saveFilePart_prepare(struct rpc_call *c, const struct tl_upload_saveFilePart *q)
{
	return note(c, q->file_id, q->file_part, 0, q->bytes);
}

int upload_saveFilePart(struct rpc_call *c, const struct tl_upload_saveFilePart *q)
{
	return save(c);
}

int upload_saveBigFilePart_prepare(struct rpc_call *c, const struct tl_upload_saveBigFilePart *q)
{
	if (!q->file_total_parts) /* it would say that this is no big file */
		return rpc_fail(c, 400, "FILE_PARTS_INVALID");
	return note(c, q->file_id, q->file_part, q->file_total_parts, q->bytes);
}

int upload_saveBigFilePart(struct rpc_call *c, const struct tl_upload_saveBigFilePart *q)
{
	return save(c);
}

const char *media_settings_wrong(const struct settings *s)
{
	if (s->media_max_file_mib < 1 || s->media_max_file_mib > 4000)
		return "[media] max_file_mib is 1 to 4000";
	if (s->media_quota_mib < 1 || s->media_quota_mib > 1 << 30)
		return "[media] quota_mib is 1 or more";
	if (s->media_upload_ttl_hours < 6 || s->media_upload_ttl_hours > 24 * 365)
		return "[media] upload_ttl_hours is 6 or more: clients come back to an upload for that long";
	if (s->media_threads < 0 || s->media_threads > 64)
		return "[media] threads is 0 to 64";
	return NULL;
}
