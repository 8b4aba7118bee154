/*
 * fill.h - who speaks on the link: sockets that somebody dialled to the node's link address become the core's by the secret, or are
 * closed. The newest core is the one; an older connection of its is closed. The node itself dials nobody.
 * Threads: any; each connection has one of its own, which may block.
 */
#ifndef CDN_FILL_H
#define CDN_FILL_H

#include "cdn/link.h"
#include "cdnwire/pipe.h"

struct cdn_fills;

enum { CDN_STRANGERS = 8 /* connections that have not shown the secret yet */ };

/* cfg is borrowed. Also begins to look after the term. */
struct cdn_fills *cdn_fills_new(const struct cdn_link_config *cfg, const uint8_t secret[CDN_SECRET_SIZE]);
/* The socket is taken over; `ip`: text, for the log. */
void cdn_fills_take(struct cdn_fills *f, int fd, const char *ip);
/* Ends all connections and waits for that. NULL is allowed. */
void cdn_fills_free(struct cdn_fills *f);

#endif
