/*
 * call.h - upload.getCdnFile, all that a node is ever asked, and its two answers: ids that are the same in every layer (gateway.md 8).
 */
#ifndef CDNWIRE_CALL_H
#define CDNWIRE_CALL_H

#include "base/buf.h"

#define CDN_GET_FILE        0x395f69dau /* file_token:bytes offset:long limit:int */
#define CDN_FILE            0xa99fca4fu /* bytes:bytes */
#define CDN_REUPLOAD_NEEDED 0xeea8e46eu /* request_token:bytes */

/* A boxed upload.getCdnFile, appended. */
static inline void cdn_put_get_file(struct buf *b, struct slice token, int64_t offset, int32_t limit)
{
	buf_u32(b, CDN_GET_FILE);
	buf_tl_bytes(b, token.p, token.n);
	buf_u64(b, (uint64_t)offset);
	buf_u32(b, (uint32_t)limit);
}

#endif
