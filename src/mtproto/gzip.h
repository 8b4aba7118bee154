/* gzip.h - gzip_packed both ways, by zlib. Threads: any. */
#ifndef MTPROTO_GZIP_H
#define MTPROTO_GZIP_H

#include "base/buf.h"

enum { MT_UNZIP_MAX = 10 * 1024 * 1024 };

/* Appends the plain bytes; gzip and zlib headers are both taken (TDLib and mtcute send zlib). -ERR_INVALID, -ERR_TOO_BIG. */
int mt_gunzip(struct slice in, size_t max, struct buf *out);
/* Appends gzip_packed with a real gzip stream if that saves a tenth; 1 if it did, 0 if nothing was written. */
int mt_gzip(struct slice in, struct buf *out);

#endif
