/* cdn_redirect.c - see cdn_redirect.h. */
#include "benches/cdn_redirect.h"

#include <string.h>

#include "crypto/aes.h"
#include "tl/tl.h"

#define REUPLOAD 0x9b2754a8u

void cdn_put_get(struct buf *b, const struct cdn_channel *x, unsigned person, unsigned file, uint64_t off,
                 int layer)
{
	const struct cdn_seen *s = &x->seen[person * x->n_files + file];
	struct tl_inputDocumentFileLocation at = {.o.name = TL_inputDocumentFileLocation,
	                                          .id = s->id,
	                                          .access_hash = s->access_hash,
	                                          .file_reference = slice_of(s->reference, s->reference_n)};
	struct tl_upload_getFile get = {.o.name = TL_upload_getFile,
	                                .cdn_supported = true,
	                                .location = &at.o,
	                                .offset = (int64_t)off,
	                                .limit = CDN_BENCH_PART};

	tl_encode_call(b, &get.o, tl_layer_serve(layer));
}

bool cdn_redirect_read(struct rd *r, struct cdn_redirect *ret)
{
	int32_t dc = (int32_t)rd_u32(r);
	struct slice token = rd_tl_bytes(r), key = rd_tl_bytes(r), iv = rd_tl_bytes(r);

	if (r->bad || token.n > CDN_BENCH_TOKEN_MAX || key.n != sizeof(ret->key) || iv.n != sizeof(ret->iv))
		return false;
	ret->dc = dc;
	ret->token_n = token.n;
	memcpy(ret->token, token.p, token.n);
	memcpy(ret->key, key.p, key.n);
	memcpy(ret->iv, iv.p, iv.n);
	return true;
}

void cdn_put_reupload(struct buf *b, const struct cdn_redirect *d, struct slice request)
{
	buf_u32(b, REUPLOAD);
	buf_tl_bytes(b, d->token, d->token_n);
	buf_tl_bytes(b, request.p, request.n);
}

void cdn_redirect_open(const struct cdn_redirect *d, uint64_t off, struct slice sealed, uint8_t *out)
{
	struct aes_ctr s;
	uint8_t iv[16];

	memcpy(iv, d->iv, sizeof(iv));
	for (int i = 0; i < 4; i++)
		iv[15 - i] = (uint8_t)(off / 16 >> 8 * i);
	memcpy(out, sealed.p, sealed.n);
	aes_ctr_init(&s, d->key, iv);
	aes_ctr_apply(&s, out, sealed.n);
}
