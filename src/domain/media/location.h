/*
 * location.h - InputFileLocation to a content: who may, which file, which of its sizes. Inside media/.
 * 400 LOCATION_INVALID, FILE_REFERENCE_*, PEER_ID_INVALID. Any lane with c->db.
 */
#ifndef DOMAIN_MEDIA_LOCATION_H
#define DOMAIN_MEDIA_LOCATION_H

#include "domain/media/cache.h"
#include "rpc/call.h"

int location_resolve(struct rpc_call *c, const struct tl_obj *location, struct media_content *ret);

#endif
