/* glue.h - ties mtproto to rpc: calls in, answers and pushes out. The only place that knows both. */
#ifndef ROLES_GLUE_H
#define ROLES_GLUE_H

#include "mtproto/server.h"
#include "rpc/server.h"

struct glue {
	struct mt_server *mt; /* set after both exist */
	struct rpc_server *rpc;
	struct app *app;
};

void glue_rpc_ops(struct glue *g, struct rpc_ops *ret);
void glue_mt_ops(struct glue *g, struct mt_server_ops *ret);
/* Fills app's hooks that ask mtproto for something. */
void glue_app(struct glue *g, struct app *app);

#endif
