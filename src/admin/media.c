/* media.c - admin media take-down: what the operator was told to remove. */
#include "admin/command.h"
#include "base/err.h"
#include "base/log.h"
#include "domain/media/media.h"

/* 64 hexadecimal digits. */
static bool sha256_of(const char *text, struct blob_id *ret)
{
	static const char digits[] = "0123456789abcdef";

	if (!text || strlen(text) != 2 * sizeof(ret->b))
		return false;
	for (size_t i = 0; i < sizeof(ret->b); i++) {
		const char *high = strchr(digits, text[2 * i]), *low = strchr(digits, text[2 * i + 1]);

		if (!high || !low)
			return false;
		ret->b[i] = (uint8_t)((high - digits) << 4 | (low - digits));
	}
	return true;
}

static int take_down(struct rpc_call *c, struct admin_call *a)
{
	struct blob_id content;
	int64_t files;
	int r;

	if (!sha256_of(admin_text(a, "sha256"), &content))
		return admin_fail(a, -ERR_INVALID, "a content is named by its SHA-256, as sha256sum says it");
	r = media_take_down(c, &content, &files);
	if (r == -ERR_NOTFOUND)
		return admin_fail(a, r, "no file has this content");
	if (r < 0)
		return r;
	json_object_set_new(a->out, "files", json_integer(files));
	log_event(LOG_NOTICE, "take-down", "content=%s files=%lld", admin_text(a, "sha256"),
	          (long long)files);
	return 0;
}

static int run(struct admin_call *a)
{
	return admin_write(a, take_down);
}

const struct admin_command admin_media_commands[] = {{"media take-down", run}, {0}};
