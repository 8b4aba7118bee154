/*
 * flow.h - a connection and session of a key that was made before, which carries files: questions are sealed side by side with
 * those of other flows, answers are opened only as far as it takes to know what they answer, unless the whole is asked for. A
 * load client that opened everything would need as much of the machine as the server that it measures.
 * Threads: the loop's holder.
 */
#ifndef BENCH_FLOW_H
#define BENCH_FLOW_H

#include "benches/bench.h"

enum { BENCH_FLOW_OPEN = 32 }; /* questions at a time */

struct bench_flow;

struct bench_flow_answer {
	uint64_t tag; /* of the question */
	bool whole;   /* all of it is here, decrypted and compared with its msg_key */
	struct slice
		body; /* boxed; only its beginning, at least 64 bytes of what is that long, unless whole */
	uint32_t n;   /* its true length */
};

struct bench_flow_ops {
	void (*opened)(void *user, struct bench_flow *f);
	void (*answer)(void *user, struct bench_flow *f, const struct bench_flow_answer *a);
	void (*ended)(void *user, struct bench_flow *f, const char *why);
};

/* Dials. The key, its salt and layer are what `from` made and said. */
struct bench_flow *bench_flow_new(struct bench *b, const struct client *from,
                                  const struct bench_flow_ops *ops, void *user);
void bench_flow_free(struct bench_flow *f);
/* A boxed question, copied; it leaves at the next flush. Not more than BENCH_FLOW_OPEN at a time. */
void bench_flow_ask(struct bench_flow *f, struct slice question, uint64_t tag, bool whole);
unsigned bench_flow_questions(const struct bench_flow *f); /* without an answer */
/* Whether its socket is read. */
void bench_flow_listen(struct bench_flow *f, bool on);
/* What was asked on all flows leaves now. After each turn of the loop. */
void bench_flows_flush(void);
unsigned bench_flows_waiting(void); /* packets of them */

#endif
