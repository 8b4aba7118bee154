/*
 * serve.c - a file to a client on another core, with nothing around what has to be done: a loop on one core takes questions of a
 * getFile's size from as many sockets as the load client opens, reads the pieces that they want from the file, hashes and encrypts
 * them side by side, as crypto.c does, and sends them. The client reads as the load client does. What a server could do at best here.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "benches/limits/limits.h"
#include "crypto/aes.h"
#include "crypto/hash.h"

enum { CONNECTIONS = 16, WINDOW = 2, QUESTION = 216, READ = 131072, HEAD = 80, PIECE = READ + HEAD };

struct served {
	int fd;
	unsigned asked; /* bytes of questions that are not answered */
	size_t at;      /* of out, what was sent */
	uint8_t out[PIECE], hash[32];
	struct aes_ctr ctr;
	bool waits; /* for the socket */
};

struct serving {
	struct served *v;
	int ep, file;
	off_t next, size;
	double bytes;
};

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(1);
}

static void watch(struct serving *s, unsigned i, int op, uint32_t events)
{
	struct epoll_event e = {.events = events, .data.u32 = i};

	check(epoll_ctl(s->ep, op, s->v[i].fd, &e) == 0, "epoll_ctl");
}

/* True: all of it has left. */
static bool send_on(struct serving *s, unsigned i)
{
	struct served *v = &s->v[i];
	ssize_t n = send(v->fd, v->out + v->at, PIECE - v->at, MSG_NOSIGNAL | MSG_DONTWAIT);
	bool all;

	if (n < 0)
		return false;
	v->at += (size_t)n;
	s->bytes += (double)n;
	all = v->at == PIECE;
	if (all == v->waits) {
		v->waits = !all;
		watch(s, i, EPOLL_CTL_MOD, all ? EPOLLIN : EPOLLIN | EPOLLOUT);
	}
	return all;
}

static void read_piece(struct serving *s, struct served *v)
{
	if (s->next + READ > s->size)
		s->next = 0;
	check(pread(s->file, v->out + HEAD, READ, s->next) == READ, "the file");
	s->next += READ;
	v->asked -= QUESTION;
	v->at = 0;
}

/* One answer to each that has asked and has got what he asked for before. */
static void answer(struct serving *s)
{
	static const uint8_t secret[32] = {1};
	struct aes_ige_job job[CONNECTIONS];
	struct sha256_job sum[CONNECTIONS];
	unsigned who[CONNECTIONS], n = 0;

	for (unsigned i = 0; i < CONNECTIONS; i++) {
		struct served *v = &s->v[i];

		if (v->asked < QUESTION || v->at < PIECE)
			continue;
		read_piece(s, v);
		sum[n] = (struct sha256_job){secret, v->out, sizeof(secret), PIECE, v->hash};
		job[n] = (struct aes_ige_job){.in = v->out, .out = v->out, .n = PIECE};
		who[n++] = i;
	}
	sha256_batch(sum, n);
	for (unsigned k = 0; k < n; k++) {
		memcpy(job[k].key, s->v[who[k]].hash, 32);
		memcpy(job[k].iv, s->v[who[k]].hash, 32);
	}
	if (n)
		aes_ige_batch(job, n);
	for (unsigned k = 0; k < n; k++) {
		struct served *v = &s->v[who[k]];

		aes_ctr_apply(&v->ctr, v->out, PIECE);
		send_on(s, who[k]);
	}
}

static void serve(struct serving *s, double until)
{
	struct epoll_event e[CONNECTIONS];
	uint8_t q[QUESTION * WINDOW * 2];

	while (limit_now() < until) {
		int k = epoll_wait(s->ep, e, CONNECTIONS, 100);

		for (int i = 0; i < k; i++) {
			struct served *v = &s->v[e[i].data.u32];
			ssize_t n = e[i].events & EPOLLIN ? recv(v->fd, q, sizeof(q), MSG_DONTWAIT) : 0;

			check(n > 0 || !(e[i].events & EPOLLIN), "the client");
			v->asked += (unsigned)n;
			if (v->waits)
				send_on(s, e[i].data.u32);
		}
		answer(s);
	}
}

/* Reads, decrypts the stream, and looks into each packet once it is whole. */
static void client_turn(struct served *v, uint8_t *in)
{
	static const uint8_t key[32] = {2}, iv[32] = {3};
	uint8_t plain[384], q[QUESTION] = {0};
	ssize_t n = recv(v->fd, in + v->at, 65536, MSG_DONTWAIT);

	if (n <= 0) {
		if (n == 0 || (errno != EAGAIN && errno != EINTR))
			_exit(0);
		return;
	}
	aes_ctr_apply(&v->ctr, in + v->at, (size_t)n);
	v->at += (size_t)n;
	if (v->at < PIECE)
		return;
	aes_ige_decrypt(key, iv, in, plain, sizeof(plain));
	v->at -= PIECE;
	memmove(in, in + PIECE, v->at);
	check(send(v->fd, q, QUESTION, MSG_NOSIGNAL) == QUESTION, "a question");
}

static void be_client(const struct sockaddr_in *to, int core)
{
	static const uint8_t key[32] = {4}, iv[16] = {5};
	struct served *v = calloc(CONNECTIONS, sizeof(*v));
	uint8_t *in[CONNECTIONS], q[QUESTION] = {0};
	struct epoll_event e[CONNECTIONS];
	int ep = epoll_create1(0), one = 1;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(core, &set);
	if (core >= 0)
		sched_setaffinity(0, sizeof(set), &set);
	for (unsigned i = 0; i < CONNECTIONS; i++) {
		struct epoll_event w = {.events = EPOLLIN, .data.u32 = i};

		v[i].fd = socket(AF_INET, SOCK_STREAM, 0);
		in[i] = malloc(PIECE + 65536);
		aes_ctr_init(&v[i].ctr, key, iv);
		setsockopt(v[i].fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		check(connect(v[i].fd, (const struct sockaddr *)to, sizeof(*to)) == 0, "connect");
		check(epoll_ctl(ep, EPOLL_CTL_ADD, v[i].fd, &w) == 0, "epoll_ctl");
		for (unsigned k = 0; k < WINDOW; k++)
			check(send(v[i].fd, q, QUESTION, MSG_NOSIGNAL) == QUESTION, "a question");
	}
	for (;;) {
		int k = epoll_wait(ep, e, CONNECTIONS, -1);

		for (int i = 0; i < k; i++)
			client_turn(&v[e[i].data.u32], in[e[i].data.u32]);
	}
}

static void accept_all(struct serving *s, int listener)
{
	static const uint8_t key[32] = {4}, iv[16] = {5};
	int one = 1;

	for (unsigned i = 0; i < CONNECTIONS; i++) {
		struct served *v = &s->v[i];

		v->fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
		check(v->fd >= 0, "accept");
		setsockopt(v->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		v->at = PIECE; /* nothing is under way */
		aes_ctr_init(&v->ctr, key, iv);
		watch(s, i, EPOLL_CTL_ADD, EPOLLIN);
	}
}

int limit_serve(int seconds, const char *path, int core)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	struct serving s = {.ep = epoll_create1(0), .file = open(path, O_RDONLY | O_CLOEXEC)};
	socklen_t n = sizeof(a);
	double from, cpu;
	struct stat st;
	pid_t pid;

	check(s.file >= 0 && fstat(s.file, &st) == 0 && st.st_size >= READ, path);
	s.size = st.st_size;
	check(bind(listener, (struct sockaddr *)&a, n) == 0 && listen(listener, CONNECTIONS) == 0 &&
	              getsockname(listener, (struct sockaddr *)&a, &n) == 0,
	      "a port of 127.0.0.1");
	pid = fork();
	check(pid >= 0, "fork");
	if (pid == 0)
		be_client(&a, core);
	s.v = calloc(CONNECTIONS, sizeof(*s.v));
	accept_all(&s, listener);
	serve(&s, limit_now() + 0.5); /* sockets grow, the file comes into memory */
	s.bytes = 0;
	from = limit_now();
	cpu = limit_cpu();
	serve(&s, from + seconds);
	limit_tell("bare_loop", s.bytes / 1e6 / (limit_now() - from), "MB/s");
	limit_tell("bare_loop_cpu_a_mb", (limit_cpu() - cpu) * 1e9 / s.bytes, "ms");
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	return 0;
}
