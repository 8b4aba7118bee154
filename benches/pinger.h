/*
 * pinger.h - somebody in a process of his own who pings now and then, while the load client is busy with itself: how long others
 * wait meanwhile.
 */
#ifndef BENCH_PINGER_H
#define BENCH_PINGER_H

#include "benches/bench.h"

struct bench_pinger;

/* Begins and connects. Before anything else is connected; NULL, and said: it cannot. */
struct bench_pinger *bench_pinger_new(const struct bench *b);
/* From now on a ping each 3 ms. */
void bench_pinger_go(struct bench_pinger *p);
/* No more; how long each took is added. False, and said: there were none. */
bool bench_pinger_stop(struct bench_pinger *p, struct bench_times *ret);
/* NULL is fine. */
void bench_pinger_free(struct bench_pinger *p);

#endif
