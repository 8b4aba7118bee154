/*
 * limits.h - what the machine could do at best, with nothing of the server around it: the other side of the ratios that ./bench
 * tells. Figures as those of chapar-bench: a line "name value unit" each.
 */
#ifndef BENCH_LIMITS_H
#define BENCH_LIMITS_H

#include <stdint.h>

void limit_tell(const char *name, double value, const char *unit);
/* Monotonic, seconds; and processor time of the process. */
double limit_now(void);
double limit_cpu(void);
/* Same numbers at every run. */
uint64_t limit_random(void);

/* The operations on big numbers that a handshake is made of, as OpenSSL has them. 0 or 1, the exit code. */
int limit_handshake(int seconds);
/* Questions and answers of a ping's size between two processes. Exit code. */
int limit_echo(int seconds);
/*
 * SHA-256, IGE and CTR of a file in pieces of 128 KiB, as it is sent and as it is taken; the best of several sizes of batches. All
 * kinds, or one by the name of its figure (NULL: all). Exit code.
 */
int limit_crypto(int seconds, const char *name);
/* Stops of a process that only spins: their number, in how many slices of so many milliseconds, the longest, and what others took. */
int limit_stops(int seconds, int slice_ms);
/*
 * A file from one core to a client that is moved to another (core; -1: it stays): read, hashed, encrypted and sent by a loop that does
 * nothing else. Exit code.
 */
int limit_serve(int seconds, const char *file, int core);
/* Pieces of so many bytes to so many sockets over the loopback, one after the other, by plain send(). Exit code. */
int limit_send(int sockets, int bytes, int rounds);
/* Memory of an audience: of a key that is in one channel more, and of a channel that somebody hears. */
int limit_audience(int keys);
/*
 * The rows of private sends, written to a copy of a server's database by plain statements, so many a commit as `commits` says:
 * lines "commits_up_to_N COUNT ..." of chapar-bench messages. Exit code; what is wrong is said.
 */
int limit_sqlite(const char *database, const char *commits, int seconds);

#endif
