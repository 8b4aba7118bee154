/* cdn_private.h - what the files of `admin cdn ...` share. */
#ifndef ADMIN_CDN_PRIVATE_H
#define ADMIN_CDN_PRIVATE_H

#include "admin/command.h"
#include "store/cdn.h"

/* The node that "dc" names, and its row. Fail with words. */
int admin_cdn_node(struct admin_call *a, int32_t *ret_dc);
int admin_cdn_get(struct rpc_call *c, struct admin_call *a, struct store_cdn_node *ret);
/* What came of a question for this node: -ERR_NOTFOUND gets its words, all else is as it was. */
int admin_cdn_known(struct admin_call *a, int32_t dc, int r);
/* "IR,TM": letters made great; "all": "". Absent: NULL. */
int admin_cdn_countries(struct rpc_call *c, struct admin_call *a, const char *option, const char **ret);
/* As a node has them. */
json_t *admin_cdn_shown(struct slice countries);

/* --- commands: cdn_show.c */
int admin_cdn_list(struct admin_call *a);
int admin_cdn_show(struct admin_call *a);
/* --- cdn_add.c */
int admin_cdn_add(struct admin_call *a);
/* --- cdn_life.c */
int admin_cdn_license(struct admin_call *a);
int admin_cdn_activate(struct admin_call *a);
int admin_cdn_drain(struct admin_call *a);
int admin_cdn_revoke(struct admin_call *a);
int admin_cdn_wipe(struct admin_call *a);

#endif
