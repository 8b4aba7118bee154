/* keystore.h - mtproto's keystore over the store's lanes. */
#ifndef ROLES_KEYSTORE_H
#define ROLES_KEYSTORE_H

#include "mtproto/keystore.h"

struct rpc_server;

/* Reads on read threads, writes on the write lane; answers come back on the loop that asked. ctx is the rpc server. */
void keystore_bind(struct rpc_server *rpc, struct mt_keystore *ret);

#endif
