/* wait.c - see wait.h. */
#include "client/wait.h"

#include "base/err.h"
#include "client/private.h"

enum { RESULT_MAX = 64 * 1024 * 1024 }; /* memory of one decoded answer */

struct connecting {
	struct client *c;
	const struct client_ops *ops;
	void *user;
	bool over;
	int r;
	int32_t code;
};

static bool connect_over(void *arg)
{
	return ((struct connecting *)arg)->over;
}

static void on_ready(void *user, struct client *c)
{
	((struct connecting *)user)->over = true;
}

static void on_ended(void *user, struct client *c, int r, int32_t code)
{
	struct connecting *w = user;

	w->over = true;
	w->r = r;
	w->code = code;
}

int client_connect_wait(struct client *c, usec_t within, int32_t *ret_code)
{
	struct connecting w = {.c = c, .ops = c->cfg.ops, .user = c->cfg.user};
	/* The owner's service and update callbacks would get our user: what comes before `ready` is the binding's only. */
	static const struct client_ops ours = {.ready = on_ready, .ended = on_ended};

	if (ret_code)
		*ret_code = 0;
	if (client_is_ready(c))
		return 0;
	client_set_user(c, &ours, &w);
	client_connect(c);
	if (!client_loop_until(c->cfg.loop, connect_over, &w, within)) {
		client_disconnect(c);
		w.r = -ERR_TIMEOUT;
	}
	client_set_user(c, w.ops, w.user);
	if (ret_code)
		*ret_code = w.code;
	return w.r;
}

struct calling {
	struct client_result *ret;
	bool over;
};

static bool call_over(void *arg)
{
	return ((struct calling *)arg)->over;
}

static void on_answer(void *arg, struct client *c, const struct client_answer *a)
{
	struct calling *w = arg;
	struct client_result *x = w->ret;

	w->over = true;
	x->a = *a;
	x->a.body = arena_slice(&x->arena, a->body);
	x->a.text = arena_slice(&x->arena, a->text);
	x->decoded = a->r ? a->r : client_answer_decode(&x->a, &x->arena, &x->o);
}

static int wait_for(struct client *c, int64_t handle, struct calling *w, usec_t within)
{
	struct client_result *x = w->ret;

	if (handle < 0) {
		x->a.r = x->decoded = (int)handle;
	} else if (!client_loop_until(c->cfg.loop, call_over, w, within)) {
		client_cancel(c, handle);
		x->a.r = x->decoded = -ERR_TIMEOUT;
	}
	return x->a.r;
}

int client_call_wait(struct client *c, const struct tl_obj *method, usec_t within, struct client_result *ret)
{
	struct calling w = {.ret = ret};

	*ret = (struct client_result){0};
	arena_init(&ret->arena, RESULT_MAX);
	return wait_for(c, client_call(c, method, on_answer, &w), &w, within);
}

int client_bytes_wait(struct client *c, struct slice query, usec_t within, struct client_result *ret)
{
	struct calling w = {.ret = ret};

	*ret = (struct client_result){0};
	arena_init(&ret->arena, RESULT_MAX);
	return wait_for(c, client_call_bytes(c, query, on_answer, &w), &w, within);
}

void client_result_fini(struct client_result *x)
{
	arena_fini(&x->arena);
	x->o = NULL;
}
