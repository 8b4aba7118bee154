/* device.h - what an authorisation registered, to be woken. */
#ifndef DOMAIN_AUTH_DEVICE_H
#define DOMAIN_AUTH_DEVICE_H

#include "rpc/call.h"

/* With the authorisation everything that it registered goes. Write lane. */
int device_forget(struct rpc_call *c, int64_t user_id, int64_t auth_key);

#endif
