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

static int save(struct rpc_call *c, int64_t file_id, int32_t part, int32_t total, struct slice bytes)
{
	const struct settings *s = c->app->settings;
	struct upload_limits l = {.quota = (uint64_t)s->media_quota_mib * MIB, .parts = UPLOAD_PARTS_MAX};
	const char *why;
	int r = upload_part(c->app->blobs, &l, c->user_id, file_id, part, total, bytes, c->now, &why);

	if (r < 0 && why)
		return rpc_fail_text(c, 400, why);
	if (r == -ERR_NOSPACE) {
		log_event(LOG_WARNING, "upload", "error=\"%s\" mend=\"free space\"", err_name(r));
		return rpc_fail(c, 500, "STORAGE_FULL");
	}
	return r < 0 ? r : rpc_reply_bool(c, true);
}

int upload_saveFilePart(struct rpc_call *c, const struct tl_upload_saveFilePart *q)
{
	return save(c, q->file_id, q->file_part, 0, q->bytes);
}

int upload_saveBigFilePart(struct rpc_call *c, const struct tl_upload_saveBigFilePart *q)
{
	if (!q->file_total_parts) /* it would say that this is no big file */
		return rpc_fail(c, 400, "FILE_PARTS_INVALID");
	return save(c, q->file_id, q->file_part, q->file_total_parts, q->bytes);
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
