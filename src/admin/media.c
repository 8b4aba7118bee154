/* media.c - admin media take-down|allow|refused: what the operator was told to remove. */
#include "admin/command.h"
#include "base/err.h"
#include "base/log.h"
#include "domain/media/media.h"
#include "store/refused.h"

enum { LIST_MAX = 1000, LIST = 100 };

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

static int named(struct admin_call *a, struct blob_id *ret)
{
	return sha256_of(admin_text(a, "sha256"), ret)
	               ? 0
	               : admin_fail(a, -ERR_INVALID,
	                            "a content is named by its SHA-256, as sha256sum says it");
}

static int take_down(struct rpc_call *c, struct admin_call *a)
{
	struct blob_id content;
	int64_t files;
	int r;

	if ((r = named(a, &content)) < 0 || (r = media_take_down(c, &content, &files)) < 0)
		return r;
	json_object_set_new(a->out, "files", json_integer(files));
	log_event(LOG_NOTICE, "take-down", "content=%s files=%lld", admin_text(a, "sha256"),
	          (long long)files);
	return 0;
}

static int allow(struct rpc_call *c, struct admin_call *a)
{
	struct blob_id content;
	int r;

	if ((r = named(a, &content)) < 0)
		return r;
	r = media_allow(c, &content);
	if (r == -ERR_NOTFOUND)
		return admin_fail(a, r, "it is not refused; `admin media refused` shows what is");
	if (r < 0)
		return r;
	json_object_set_new(a->out, "allowed", json_string(admin_text(a, "sha256")));
	log_event(LOG_NOTICE, "allow", "content=%s", admin_text(a, "sha256"));
	return 0;
}

static json_t *hex_of(const uint8_t id[STORE_BLOB_ID])
{
	char text[2 * STORE_BLOB_ID + 1];

	for (size_t i = 0; i < STORE_BLOB_ID; i++)
		snprintf(text + 2 * i, 3, "%02x", id[i]);
	return json_string(text);
}

static int refused(struct rpc_call *c, struct admin_call *a)
{
	int64_t limit = admin_number(a, "limit", LIST);
	json_t *rows = json_array();
	struct blob_id after = {0};
	struct store_refused *v;
	size_t n = 0;
	int r;

	json_object_set_new(a->out, "rows", rows);
	if (limit < 1 || limit > LIST_MAX)
		return admin_fail(a, -ERR_INVALID, "--limit is 1 to %d", LIST_MAX);
	if (admin_text(a, "after") && !sha256_of(admin_text(a, "after"), &after))
		return admin_fail(a, -ERR_INVALID, "--after is the last SHA-256 of the list before");
	r = store_refused_walk(c->db, after.b, (uint32_t)limit, &c->arena, &v, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		json_array_append_new(rows, json_pack("{s:o,s:o}", "sha256", hex_of(v[i].id), "since",
		                                      admin_time(v[i].since)));
	return r;
}

static int run_take_down(struct admin_call *a)
{
	return admin_write(a, take_down);
}

static int run_allow(struct admin_call *a)
{
	return admin_write(a, allow);
}

static int run_refused(struct admin_call *a)
{
	return admin_read(a, refused);
}

const struct admin_command admin_media_commands[] = {
	{"media take-down", run_take_down}, {"media allow", run_allow}, {"media refused", run_refused}, {0}};
