/* wrapper.c - see wrapper.h. */
#include "mtproto/wrapper.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "mtproto/gzip.h"
#include "mtproto/private.h"

enum { JSON_DEPTH = 16 };

/* It will be shown to people: text, on one line. */
static void copy_text(char *out, size_t size, struct slice s)
{
	size_t n = s.n < size - 1 ? s.n : size - 1;

	for (size_t i = 0; i < n; i++)
		out[i] = s.p[i] >= 0x20 ? (char)s.p[i] : ' ';
	/* Not in the middle of a letter. */
	while (n < s.n && n > 0 && (s.p[n] & 0xc0) == 0x80)
		n--;
	out[n] = '\0';
	if (!utf8_valid(slice_of(out, n)))
		for (size_t i = 0; i < n; i++)
			out[i] = (signed char)out[i] < 0 ? '?' : out[i];
}

static void skip_json(struct rd *r, int depth)
{
	uint32_t id = rd_u32(r), n;

	if (depth > JSON_DEPTH)
		r->bad = true;
	if (r->bad)
		return;
	switch (id) {
	case 0x3f6d7b68: /* jsonNull */
		return;
	case 0xc7345e6a: /* jsonBool */
		rd_u32(r);
		return;
	case 0x2be0dfa4: /* jsonNumber */
		rd_u64(r);
		return;
	case 0xb71e767a: /* jsonString */
		rd_tl_bytes(r);
		return;
	case 0xf7444763: /* jsonArray */
	case 0x99c1d49d: /* jsonObject */
		rd_u32(r);
		n = rd_u32(r);
		for (uint32_t i = 0; i < n && !r->bad; i++) {
			if (id == 0x99c1d49d) {
				rd_u32(r); /* jsonObjectValue */
				rd_tl_bytes(r);
			}
			skip_json(r, depth + 1);
		}
		return;
	default:
		r->bad = true;
	}
}

static void read_init(struct mt_wrap *w, struct rd *r)
{
	uint32_t flags = rd_u32(r);

	w->info.api_id = (int32_t)rd_u32(r);
	copy_text(w->info.device_model, sizeof(w->info.device_model), rd_tl_bytes(r));
	copy_text(w->info.system_version, sizeof(w->info.system_version), rd_tl_bytes(r));
	copy_text(w->info.app_version, sizeof(w->info.app_version), rd_tl_bytes(r));
	copy_text(w->info.system_lang_code, sizeof(w->info.system_lang_code), rd_tl_bytes(r));
	copy_text(w->info.lang_pack, sizeof(w->info.lang_pack), rd_tl_bytes(r));
	copy_text(w->info.lang_code, sizeof(w->info.lang_code), rd_tl_bytes(r));
	if (flags & 1) {
		r->bad |= rd_u32(r) != (uint32_t)MT_inputClientProxy;
		rd_tl_bytes(r);
		rd_u32(r);
	}
	if (flags & 2)
		skip_json(r, 0);
	w->has_info = true;
}

static void read_after(struct mt_wrap *w, struct rd *r, uint32_t n)
{
	if (r->bad || n > MT_IDS_MAX - w->n_after || n > rd_left(r) / 8) {
		r->bad = true;
		return;
	}
	w->after = xrealloc(w->after, (w->n_after + n + 1) * sizeof(*w->after));
	for (uint32_t i = 0; i < n; i++)
		w->after[w->n_after++] = (int64_t)rd_u64(r);
}

static void read_after_many(struct mt_wrap *w, struct rd *r)
{
	r->bad |= rd_u32(r) != (uint32_t)MT_vector;
	read_after(w, r, rd_u32(r));
}

static int unzip(struct mt_wrap *w, struct rd *r)
{
	struct slice packed = rd_tl_bytes(r);

	if (r->bad || w->gzips++)
		return -ERR_INVALID;
	if (mt_gunzip(packed, MT_UNZIP_MAX, &w->plain) < 0)
		return -ERR_INVALID;
	*r = rd_of(w->plain.p, w->plain.n);
	return 0;
}

/* One wrapper off: 1 if there was one, 0 if the query stands bare, negative if it is malformed. */
static int unwrap_one(struct mt_wrap *w, struct rd *r)
{
	struct rd peek = *r;

	switch (rd_u32(&peek)) {
	case (uint32_t)MT_invokeWithLayer:
		w->layer = (int32_t)rd_u32(&peek);
		break;
	case (uint32_t)MT_initConnection:
		read_init(w, &peek);
		break;
	case (uint32_t)MT_invokeWithoutUpdates:
		w->without_updates = true;
		break;
	case (uint32_t)MT_invokeAfterMsg:
		read_after(w, &peek, 1);
		break;
	case (uint32_t)MT_invokeAfterMsgs:
		read_after_many(w, &peek);
		break;
	case (uint32_t)MT_invokeWithTakeout:
		w->takeout_id = (int64_t)rd_u64(&peek);
		break;
	case (uint32_t)MT_invokeWithMessagesRange:
		peek.bad |= rd_u32(&peek) != (uint32_t)MT_messageRange;
		rd_u64(&peek);
		break;
	case (uint32_t)MT_invokeWithBusinessConnection:
		w->for_business = true;
		rd_tl_bytes(&peek);
		break;
	case (uint32_t)MT_invokeWithReCaptcha:
		rd_tl_bytes(&peek);
		break;
	case (uint32_t)MT_invokeWithGooglePlayIntegrity:
	case (uint32_t)MT_invokeWithApnsSecret:
		rd_tl_bytes(&peek);
		rd_tl_bytes(&peek);
		break;
	case (uint32_t)MT_gzip_packed:
		if (unzip(w, &peek) < 0)
			return -ERR_INVALID;
		break;
	default:
		return r->bad || rd_left(r) < 4 ? -ERR_INVALID : 0;
	}
	*r = peek;
	return r->bad ? -ERR_INVALID : 1;
}

int mt_unwrap(struct mt_wrap *w, struct rd *r)
{
	int e = 1;

	for (int depth = 0; e == 1; depth++)
		e = depth > MT_WRAPPERS_MAX ? -ERR_INVALID : unwrap_one(w, r);
	return e;
}

void mt_wrap_fini(struct mt_wrap *w)
{
	buf_fini(&w->plain);
	free(w->after);
}
