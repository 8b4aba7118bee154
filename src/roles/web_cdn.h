/* web_cdn.h - the lines of /metrics about CDN nodes. Thread: any. */
#ifndef ROLES_WEB_CDN_H
#define ROLES_WEB_CDN_H

#include "base/buf.h"

struct app;

void web_cdn_metrics(struct app *app, struct buf *b);

#endif
