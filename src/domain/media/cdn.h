/*
 * cdn.h - who is sent to a CDN node for a range of a file (docs/design/cdn.md, api.md 7.4 to 7.8). In memory, bounded: popularity
 * (domain/media/cdn_popular.h, 0.9 MiB), what was redirected within the hour (cdn_once.h, 6 MiB). After a restart both begin anew.
 */
#ifndef DOMAIN_MEDIA_CDN_H
#define DOMAIN_MEDIA_CDN_H

#include "blob/blob.h"
#include "rpc/call.h"

struct cdn_policy;
struct settings;

/* `why` (n bytes): a line for the operator, if -ERR_INVALID: [cdn] geoip cannot be read. Thread: main. */
int cdn_policy_new(const struct settings *s, char *why, size_t n, struct cdn_policy **ret);
void cdn_policy_free(struct cdn_policy *p); /* NULL is allowed */

/* Write lane: this file is published in a channel of so many members: if that is many, nodes get it after the commit. */
int cdn_publish(struct rpc_call *c, int64_t file, int32_t members);
/* After the commit: nobody may have this content any more, nodes included. */
void cdn_take_down(struct rpc_call *c, const struct blob_id *content);

#endif
