/* cdn_policy.h - whether a range of a file is answered by a redirect. Inside media/. */
#ifndef DOMAIN_MEDIA_CDN_POLICY_H
#define DOMAIN_MEDIA_CDN_POLICY_H

#include "domain/media/cache.h"
#include "domain/media/cdn.h"
#include "rpc_methods.h"

/*
 * 0: answered directly; 1: by a redirect, which was the answer; -ERR_AGAIN: it may be one, and only a lane with a store can tell
 * (c->db is NULL). Or another error.
 */
int cdn_redirect(struct rpc_call *c, const struct tl_upload_getFile *q, const struct media_content *m);
/* The caller came back from a node: this content is his directly for an hour. */
void cdn_fell_back(struct rpc_call *c, const struct blob_id *content);

/*
 * windows.c: fileHash objects of windows from `first` on, `n` at most, of those that the content has. as_cdn: the last one's limit is a
 * whole window, too (Pyrogram walks by it). Any lane with c->db.
 */
int media_windows(struct rpc_call *c, const struct blob_id *blob, uint64_t size, uint64_t first, uint32_t n,
                  bool as_cdn, struct tl_vec *ret);

#endif
