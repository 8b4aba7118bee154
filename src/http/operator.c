/* operator.c - see operator.h. */
#include "http/operator.h"

#include <string.h>

static void put_line(struct buf *b, const char *text)
{
	buf_put(b, text, strlen(text));
	buf_put(b, "\n", 1);
}

void http_operator_get(const struct http_operator *o, void *ctx, const char *path, struct http_reply *ret)
{
	const char *wrong;

	if (strcmp(path, "/metrics") == 0) {
		ret->status = 200;
		ret->type = "text/plain; version=0.0.4";
		o->metrics(ctx, &ret->body);
	} else if (strcmp(path, "/healthz") == 0) {
		wrong = o->ill(ctx);
		ret->status = wrong ? 503 : 200;
		ret->type = "text/plain";
		put_line(&ret->body, wrong ? wrong : "ok");
	}
}
