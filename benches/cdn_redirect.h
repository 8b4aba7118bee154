/* cdn_redirect.h - upload.getFile of a channel's file by whoever can be sent to a node, and what he then knows. */
#ifndef BENCH_CDN_REDIRECT_H
#define BENCH_CDN_REDIRECT_H

#include "base/rd.h"
#include "benches/cdn_channel.h"

#define CDN_BENCH_REDIRECT 0xf18cda44u /* upload.fileCdnRedirect */

enum { CDN_BENCH_TOKEN_MAX = 512 };

struct cdn_redirect {
	int32_t dc; /* 0: none */
	uint8_t token[CDN_BENCH_TOKEN_MAX], key[32], iv[16];
	uint32_t token_n;
};

/* A boxed upload.getFile of CDN_BENCH_PART bytes, with cdn_supported, appended. */
void cdn_put_get(struct buf *b, const struct cdn_channel *x, unsigned person, unsigned file, uint64_t off,
                 int layer);
/* upload.fileCdnRedirect behind its id. False: it is none. */
bool cdn_redirect_read(struct rd *r, struct cdn_redirect *ret);
/* A boxed upload.reuploadCdnFile, appended. */
void cdn_put_reupload(struct buf *b, const struct cdn_redirect *d, struct slice request);
/* What a node gave for this offset, decrypted. */
void cdn_redirect_open(const struct cdn_redirect *d, uint64_t off, struct slice sealed, uint8_t *out);

#endif
