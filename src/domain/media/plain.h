/* plain.h - media without a file: contacts, places, dice. On the write lane; errors are the protocol's. Inside media/. */
#ifndef DOMAIN_MEDIA_PLAIN_H
#define DOMAIN_MEDIA_PLAIN_H

#include "rpc/call.h"

int plain_contact(struct rpc_call *c, const struct tl_inputMediaContact *in, struct tl_obj **ret);
int plain_geo(struct rpc_call *c, const struct tl_inputMediaGeoPoint *in, struct tl_obj **ret);
int plain_geo_live(struct rpc_call *c, const struct tl_inputMediaGeoLive *in, struct tl_obj **ret);
int plain_venue(struct rpc_call *c, const struct tl_inputMediaVenue *in, struct tl_obj **ret);
/* The value is drawn here, by the system's generator for keys: each face of this emoji is as likely as any other. */
int plain_dice(struct rpc_call *c, const struct tl_inputMediaDice *in, struct tl_obj **ret);

#endif
