/* method.h - a row of the generated table of served methods (schema/methods.def says what the columns mean). */
#ifndef RPC_METHOD_H
#define RPC_METHOD_H

#include <stddef.h>
#include <stdint.h>

struct rpc_call;
struct tl_obj;

enum rpc_lane { RPC_LANE_NONE, RPC_LANE_READ, RPC_LANE_WRITE, RPC_LANE_BLOB, RPC_LANE_UPLOAD, RPC_LANE_CPU };
enum rpc_who { RPC_WHO_ANY, RPC_WHO_USER, RPC_WHO_BOT, RPC_WHO_BOTH };
enum rpc_per { RPC_PER_USER, RPC_PER_KEY, RPC_PER_IP, RPC_PER_PHONE };

struct rpc_method {
	const char *name;
	enum rpc_lane lane, then; /* then: the second phase's lane; RPC_LANE_NONE if there is one phase */
	enum rpc_who who;
	int rate; /* enum rpc_rate, index of rpc_rates */
	int (*handler)(struct rpc_call *c, const struct tl_obj *q);
	int (*prepare)(struct rpc_call *c, const struct tl_obj *q); /* NULL if there is one phase */
};

struct rpc_rate_row {
	const char *name;
	enum rpc_per per;
	struct {
		int burst;    /* calls; 0: not limited */
		int every_ms; /* one call more each */
	} allow[2];           /* [1]: with --test-numbers */
};

extern const struct rpc_rate_row rpc_rates[];

/* The row of a method (enum tl_name), NULL if it is not served. Thread: any. */
const struct rpc_method *rpc_method_find(uint16_t name);

#endif
