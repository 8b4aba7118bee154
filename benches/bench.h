/*
 * bench.h - what the benches of chapar-bench share: options, people (clients that are signed in), the server's own figures,
 * and how figures are told. One thread, one loop; a bench returns the program's exit code.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include "client/client.h"

enum { BENCH_OK = 0, BENCH_FAILED = 1, BENCH_USAGE = 2 };

struct bench_options {
	const char *to, *key, *metrics; /* metrics: HOST:PORT of the server's HTTP, NULL: not asked */
	enum client_transport transport;
	int layer;
	unsigned clients;   /* 0: the bench's own choice, as for those below */
	unsigned first;     /* number of the first account: 0 is 9996600000 */
	unsigned friends;   /* partners of each account */
	unsigned window;    /* questions open at a time, in all */
	unsigned rate;      /* a second, in all; 0: as many as the window allows */
	unsigned seconds;   /* that count */
	unsigned warm;      /* seconds before them */
	unsigned settle;    /* idle: seconds until memory is read */
	unsigned size;      /* of a file, MiB */
	unsigned part;      /* of it at a time, KiB */
	unsigned stall;     /* download: seconds in which nobody listens */
	unsigned groups;    /* channel: small ones beside it */
	unsigned members;   /* of each of them */
	unsigned layers;    /* channel: so many at once */
	unsigned posts;     /* channel: that are measured */
	unsigned pid;       /* of the server: its processor times; 0: not asked */
	unsigned files;     /* cdn-downloads: in the channel */
	unsigned downloads; /* that are made of them */
	const char *
		trace; /* a file for what came from where, each 100 ms: "milliseconds dc bytes"; NULL: none */
	bool once;     /* download: all of it by each connection */
};

struct bench {
	struct bench_options o;
	struct client_loop *loop;
	struct client_address to;
	struct rsa_key *rsa;
};

/* --- figures.c */

/* One figure: a line "name value unit" on standard output. */
void bench_tell(const char *name, double value, const char *unit);
/* What went wrong, on standard error; counts nothing. */
void bench_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Times, for percentiles. Zeroed is empty. */
struct bench_times {
	uint32_t *usec;
	size_t n, cap;
};
void bench_time(struct bench_times *t, usec_t usec);
/* So many of them were this short, in milliseconds: 0.5 is the median; 0 of none. Sorts them. */
double bench_times_share(struct bench_times *t, double share);
/* Tells p50, p99 and the largest as `name`_p50 ..., in milliseconds. */
void bench_tell_times(const char *name, struct bench_times *t);
void bench_times_fini(struct bench_times *t);

enum { BENCH_SIZES = 64 };

/* The server's own account, read by GET /metrics. */
struct bench_server {
	double cpu_seconds, resident_bytes, sessions;
	double commits, calls; /* of the write lane */
	double batch
		[BENCH_SIZES]; /* commits by calls in them, less one: at the upper end of each of the server's steps */
	double wal_bytes;
};
/* False, and said: they cannot be had. True and zeros without --metrics. */
bool bench_server_read(const struct bench *b, struct bench_server *ret);

/* --- people.c */

struct bench_person {
	struct client *c;
	int64_t id; /* user id; 0: not signed in (yet) */
	unsigned number;
	struct bench_crowd *crowd;
	struct bench_friend *friends;
	unsigned n_friends;
};

struct bench_friend {
	int64_t id, access_hash;
	unsigned person; /* place in the crowd */
};

struct bench_crowd {
	struct bench *b;
	struct bench_person *v;
	unsigned n, next, under_way, ready, imported, failed;
	char error[160];  /* the first failure */
	bool known;       /* they are bench-fill's: nobody signs in */
	unsigned layers;  /* spoken by them in turn; 0 or 1: the bench's only one */
	usec_t pinged;    /* when the last of them was; */
	unsigned to_ping; /* and who is next */
	/* An update came. */
	void (*update)(struct bench_person *p, const struct client_message *m);
	void *arg;
};

/* Clients of n accounts from number `first` on, some at a time: connected, signed in (up, if new). False, and said: some failed. */
bool bench_crowd_come(struct bench_crowd *w, struct bench *b, unsigned first, unsigned n);
/* The same for accounts that bench-fill made, from the one of this number on. They speak `layers` layers in turn. */
bool bench_crowd_come_known(struct bench_crowd *w, struct bench *b, unsigned first, unsigned n,
                            unsigned layers);
/*
 * Each gets the accounts `step`, 2 * step ... places further on (round the end) as contacts, `friends` of them, and asks for
 * updates. False, and said: some failed.
 */
bool bench_crowd_befriend(struct bench_crowd *w, unsigned friends);
/* Contacts of one by the numbers of accounts: friends[].person is their place among `numbers`. */
bool bench_person_import(struct bench_person *p, const unsigned *numbers, unsigned n);
/*
 * A turn of the loop, at most so long. Whoever is there says something every two minutes meanwhile: a server ends what is
 * silent for longer (ours after five).
 */
void bench_crowd_turn(struct bench_crowd *w, usec_t wait);
/* How many broke the protocol, said if any did. */
unsigned bench_crowd_violations(const struct bench_crowd *w);
void bench_crowd_go(struct bench_crowd *w);
/* A client's settings for this server. */
struct client_config bench_client_config(struct bench *b);
/* Same numbers at every run; below n. */
unsigned bench_random(unsigned n);

/* --- the benches */
int bench_handshakes(struct bench *b);
int bench_pings(struct bench *b);
int bench_messages(struct bench *b);
int bench_idle(struct bench *b);
int bench_upload(struct bench *b);
int bench_download(struct bench *b);
int bench_channel(struct bench *b);
int bench_cdn_downloads(struct bench *b);
int bench_cdn_misses(struct bench *b);

#endif
