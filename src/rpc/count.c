/* count.c - how often each method was called, how often it went wrong, how many calls a commit held: for the operator. */
#include "rpc/rpc_private.h"

static const int rpc_error_classes[RPC_ERROR_CLASSES] = {303, 400, 401, 403, 404,
                                                         406, 420, 500, 0 /* others */};

void rpc_count_call(struct rpc_server *s, uint16_t name)
{
	atomic_fetch_add_explicit(&s->calls[name], 1, memory_order_relaxed);
}

void rpc_count_error(struct rpc_server *s, int code)
{
	unsigned i = 0;

	while (i + 1 < RPC_ERROR_CLASSES && rpc_error_classes[i] != code)
		i++;
	atomic_fetch_add_explicit(&s->errors[i], 1, memory_order_relaxed);
}

void rpc_count_batch(struct rpc_server *s, unsigned calls)
{
	atomic_fetch_add_explicit(&s->batches[calls - 1], 1, memory_order_relaxed);
}

void rpc_server_each_call(struct rpc_server *s, void (*f)(void *arg, const char *method, uint64_t n),
                          void *arg)
{
	for (uint16_t name = TL_FIRST_METHOD; name < TL_NAMES; name++) {
		uint64_t n = atomic_load_explicit(&s->calls[name], memory_order_relaxed);
		const struct rpc_method *m = n ? rpc_method_find(name) : NULL;

		if (m)
			f(arg, m->name, n);
	}
}

void rpc_server_each_error(struct rpc_server *s, void (*f)(void *arg, int code, uint64_t n), void *arg)
{
	for (unsigned i = 0; i < RPC_ERROR_CLASSES; i++) {
		uint64_t n = atomic_load_explicit(&s->errors[i], memory_order_relaxed);

		if (n)
			f(arg, rpc_error_classes[i], n);
	}
}

void rpc_server_each_batch(struct rpc_server *s, void (*f)(void *arg, unsigned calls, uint64_t n), void *arg)
{
	for (unsigned i = 0; i < RPC_WRITE_BATCH; i++)
		f(arg, i + 1, atomic_load_explicit(&s->batches[i], memory_order_relaxed));
}
