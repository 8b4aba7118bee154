/*
 * push.c - the link to one node. Its thread dials, says HELLO and reads what the node answers; a second one, for as long as the link
 * lasts, writes: leases, what is to be dropped, chunks. Whatever is not as docs/design/cdn.md says ends the link; another is dialled after a
 * pause that grows.
 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "blob/blob.h"
#include "cdnlink/private.h"
#include "crypto/hash.h"
#include "crypto/rsa.h"
#include "rpc/app.h"
#include "rpc/park.h"

enum {
	DIAL_MSEC = 3000,
	GREET_MSEC = 3000, /* handshake, and WELCOME */
	WRITE_MSEC = 10000,
	LOOK_MSEC = 250,
	PAUSE_FIRST_MSEC = 200,
	PAUSE_MOST_MSEC = 15000,
};
#define LASTED_USEC 30000000LL /* a link that did not is dialled again after a longer pause */

struct link { /* one, from HELLO to its end */
	struct node *n;
	struct cdn_pipe *pipe;
	struct buf in;
	uint8_t boot[16];
	struct cdn_epoch epoch;  /* of its HELLO */
	const char *_Atomic why; /* it ended; NULL: the other end closed it */
	bool over;               /* for the writer; under n->lock */
	bool wipe_sent;          /* likewise */
};

void tell_waiters(struct app *app, struct fills_told *t, bool yes)
{
	for (size_t i = 0; i < t->n; i++)
		rpc_resume(app, t->v[i], 0, yes ? SLICE_LIT("1") : SLICE_LIT("0"));
	free(t->v);
	*t = (struct fills_told){0};
}

/* --- dialling */

static bool is_stopping(struct node *n)
{
	WITH_LOCK(&n->lock);
	return n->stopping;
}

/* Connected within DIAL_MSEC: 0. The node's end can cut it short. */
static int connect_in_time(struct node *n, int fd, const struct addrinfo *a)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	usec_t until = clock_usec() + DIAL_MSEC * 1000;
	int error = 0;
	socklen_t len = sizeof(error);

	if (connect(fd, a->ai_addr, a->ai_addrlen) == 0)
		return 0;
	if (errno != EINPROGRESS)
		return err_from_errno(errno);
	while (poll(&p, 1, LOOK_MSEC) <= 0)
		if (clock_usec() > until || is_stopping(n))
			return -ERR_TIMEOUT;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0 || error)
		return -ERR_CLOSED;
	return 0;
}

static int resolve(const char *host_port, struct addrinfo **ret)
{
	const struct addrinfo want = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
	char host[300];
	const char *colon;
	size_t n;

	snprintf(host, sizeof(host), "%s", host_port);
	colon = strrchr(host, ':');
	if (!colon)
		return -ERR_INVALID;
	n = (size_t)(colon - host);
	host[n] = 0;
	if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
		host[n - 1] = 0;
		return getaddrinfo(host + 1, colon + 1, &want, ret) == 0 ? 0 : -ERR_NOTFOUND;
	}
	return getaddrinfo(host, colon + 1, &want, ret) == 0 ? 0 : -ERR_NOTFOUND;
}

static int dial_one(struct node *n, const struct addrinfo *a, int *ret_fd)
{
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), one = 1, r;

	if (fd < 0)
		return err_from_errno(errno);
	r = connect_in_time(n, fd, a);
	if (r < 0) {
		close(fd);
		return r;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	*ret_fd = fd;
	return 0;
}

static int dial(struct node *n, const char *host_port, int *ret_fd)
{
	struct addrinfo *all = NULL;
	int r = resolve(host_port, &all);

	if (r < 0)
		return r;
	r = -ERR_NOTFOUND;
	for (const struct addrinfo *a = all; a && r < 0 && !is_stopping(n); a = a->ai_next)
		r = dial_one(n, a, ret_fd);
	freeaddrinfo(all);
	return r;
}

/* --- the writer */

static enum cdn_state told_state(const struct node *n)
{
	return n->state == STORE_CDN_ACTIVE                                   ? CDN_ACTIVE
	       : n->state == STORE_CDN_REVOKED || n->state == STORE_CDN_WIPED ? CDN_REVOKED
	                                                                      : CDN_DRAINING;
}

enum todo { TODO_NOTHING, TODO_FRAMES, TODO_CHUNK, TODO_END };

/* What is to be written next, under the lock: short frames into `b`, or a chunk. *ret_wait: when to look again. */
static enum todo next_todo(struct link *x, struct buf *b, struct fills_chunk *chunk, usec_t *ret_wait)
{
	struct node *n = x->n;
	usec_t now = clock_usec();

	if (x->over || n->stopping || n->again)
		return TODO_END;
	if (drops_say(&n->drops, b))
		n->tell = true; /* whose answer says that it has dropped */
	if (n->tell || now >= lease_due(&n->lease)) {
		struct cdn_lease l = {.state = told_state(n), .lease = n->lease.seconds, .now = clock_unix()};

		n->tell = false;
		if (lease_renew(&n->lease, now) < 0)
			return TODO_END;
		cdn_put_lease(b, &l);
		drops_mark(&n->drops, n->lease.n_sent);
	}
	if (n->wipe && !x->wipe_sent) {
		cdn_put_bare(b, CDN_WIPE);
		x->wipe_sent = true;
	}
	if (b->n)
		return TODO_FRAMES;
	if (n->state != STORE_CDN_REVOKED && fills_next(n->fills, now, chunk))
		return TODO_CHUNK;
	*ret_wait = lease_due(&n->lease);
	return TODO_NOTHING;
}

static void wait_until(struct node *n, usec_t at)
{
	struct timespec t = {.tv_sec = at / 1000000, .tv_nsec = at % 1000000 * 1000};

	pthread_cond_timedwait(&n->changed, &n->lock, &t);
}

/* The chunk, read and encrypted where it will be sent from. */
static int write_chunk(struct link *x, struct buf *b, const struct fills_chunk *c)
{
	struct cdn_fill f = {.object = c->object.id, .chunk = c->chunk, .size = c->object.size};
	struct fills_told no = {0};
	struct cdn_object o;
	struct blob_id id;
	uint64_t off = (uint64_t)c->chunk * CDN_CHUNK;
	size_t at;
	int r;

	f.bytes.n = cdn_chunk_size(c->object.size, c->chunk);
	buf_reserve_exact(b, CDN_FRAME_HEAD + CDN_FRAME_MAX);
	cdn_put_fill_head(b, &f);
	at = b->n;
	memcpy(id.b, c->object.content, sizeof(id.b));
	r = blob_read(x->n->links->app->blobs, &id, off, f.bytes.n, b);
	if (r < 0 || b->n - at != f.bytes.n) {
		pthread_mutex_lock(&x->n->lock);
		fills_unread(x->n->fills, &no);
		pthread_mutex_unlock(&x->n->lock);
		tell_waiters(x->n->links->app, &no, false);
		return 0;
	}
	cdn_object_of(&x->epoch, c->object.content, &o);
	cdn_object_crypt(&o, off, b->p + at, f.bytes.n);
	return cdn_pipe_write(x->pipe, b->p, b->n, WRITE_MSEC);
}

static void *write_all(void *arg)
{
	struct link *x = arg;
	struct node *n = x->n;
	struct fills_chunk chunk;
	struct buf b = {0};
	enum todo todo;
	usec_t until;
	int r = 0;

	pthread_mutex_lock(&n->lock);
	while (r >= 0 && (todo = next_todo(x, &b, &chunk, &until)) != TODO_END) {
		if (todo == TODO_NOTHING) {
			wait_until(n, until);
			continue;
		}
		pthread_mutex_unlock(&n->lock);
		r = todo == TODO_CHUNK ? write_chunk(x, &b, &chunk)
		                       : cdn_pipe_write(x->pipe, b.p, b.n, WRITE_MSEC);
		b.n = 0;
		pthread_mutex_lock(&n->lock);
	}
	if (r < 0 && !x->why)
		x->why = "it takes nothing";
	pthread_mutex_unlock(&n->lock);
	cdn_pipe_shut(x->pipe);
	buf_fini(&b);
	return NULL;
}

/* --- the reader */

static int on_report(struct link *x, struct slice body)
{
	struct node *n = x->n;
	struct cdn_report report;
	int r = cdn_get_report(body, &report);

	if (r < 0)
		return r;
	WITH_LOCK(&n->lock);
	if ((r = lease_answered(&n->lease)) < 0)
		return r;
	atomic_store(&n->held_until, n->lease.held_until);
	n->live.report = report;
	if (drops_answered(&n->drops)) {
		n->tell = true;
		pthread_cond_broadcast(&n->changed);
	}
	return 0;
}

static int on_filled(struct link *x, struct slice body)
{
	struct node *n = x->n;
	struct fills_told yes = {0}, no = {0};
	struct cdn_fill_answer a;
	int r = cdn_get_filled(body, &a);

	if (r < 0)
		return r;
	pthread_mutex_lock(&n->lock);
	r = fills_answered(n->fills, &a, clock_usec(), &yes, &no);
	n->live.filled += r == 0 && a.how == CDN_FILLED_OK;
	n->live.refused += r == 0 && a.how != CDN_FILLED_OK;
	pthread_cond_broadcast(&n->changed);
	pthread_mutex_unlock(&n->lock);
	tell_waiters(n->links->app, &yes, true);
	tell_waiters(n->links->app, &no, false);
	return r;
}

static int on_wiped(struct link *x)
{
	struct node *n = x->n;

	WITH_LOCK(&n->lock);
	if (!x->wipe_sent)
		return -ERR_INVALID;
	n->wiped = true;
	fills_forget_all(n->fills);
	lease_void(&n->lease);
	pthread_cond_broadcast(&n->changed);
	return 0;
}

static int on_frame(struct link *x, enum cdn_frame type, struct slice body)
{
	switch (type) {
	case CDN_REPORT:
		return on_report(x, body);
	case CDN_FILLED:
		return on_filled(x, body);
	case CDN_WIPED:
		return body.n ? -ERR_INVALID : on_wiped(x);
	default:
		return -ERR_INVALID;
	}
}

/* It answers in time, or it is left. */
static int check_pace(struct link *x)
{
	struct node *n = x->n;
	usec_t now = clock_usec(), most = atomic_load(&n->links->answer_usec), filled, lease, last;

	WITH_LOCK(&n->lock);
	filled = fills_silent(n->fills);
	last = fills_answered_at(n->fills);
	lease = lease_waits(&n->lease);
	if (lease && lease < last) /* behind chunks, on a slow link */
		lease = last;
	if (filled && now - filled > most)
		x->why = "a fill is not answered";
	else if (lease && now - lease > most)
		x->why = "it does not report";
	else
		return 0;
	return -ERR_TIMEOUT;
}

static int read_frames(struct link *x)
{
	enum cdn_frame type;
	struct slice body;
	size_t n;
	int r;

	while ((r = cdn_frame_next(buf_slice(&x->in), &type, &body, &n)) == 0) {
		if ((r = on_frame(x, type, body)) < 0) {
			x->why = "it speaks otherwise";
			return r;
		}
		buf_consume(&x->in, n);
	}
	if (r == -ERR_AGAIN)
		return 0;
	x->why = "it speaks otherwise";
	return r;
}

static void read_all(struct link *x)
{
	int r = read_frames(x); /* that came with WELCOME */

	while (r >= 0) {
		r = cdn_pipe_read(x->pipe, &x->in, LOOK_MSEC);
		if (r == 0 || r == -ERR_TIMEOUT)
			r = r == 0 ? read_frames(x) : 0;
		if (r == 0)
			r = check_pace(x);
	}
}

/* --- a link */

static bool is_key(struct slice pem)
{
	struct rsa_key *k;

	if (rsa_key_from_public_pem((const char *)pem.p, pem.n, &k) < 0)
		return false;
	rsa_key_free(k);
	return true;
}

static void hello_of(struct node *n, struct cdn_hello *ret)
{
	*ret = (struct cdn_hello){.dc = n->dc,
	                          .state = told_state(n),
	                          .lease = n->lease.seconds,
	                          .now = clock_unix(),
	                          .keys = n->epoch.node};
	memcpy(ret->epoch, n->epoch.id, sizeof(ret->epoch));
	memcpy(ret->lease_key, n->lease.key, sizeof(ret->lease_key));
}

/* HELLO, and WELCOME within GREET_MSEC: its key is known and published, and its lease begins. */
static int greet(struct link *x)
{
	struct node *n = x->n;
	usec_t until = clock_usec() + GREET_MSEC * 1000;
	struct cdn_welcome w;
	struct cdn_hello h;
	enum cdn_frame type;
	struct buf b = {0};
	struct slice body;
	size_t used;
	int r;

	pthread_mutex_lock(&n->lock);
	n->again = n->tell = false;
	drops_again(&n->drops);
	if (lease_begin(&n->lease, n->lease_seconds, clock_usec())) {
		fills_forget_all(n->fills);
		drops_clear(&n->drops);
	}
	x->epoch = n->epoch;
	hello_of(n, &h);
	pthread_mutex_unlock(&n->lock);
	cdn_put_hello(&b, &h);
	r = cdn_pipe_write(x->pipe, b.p, b.n, GREET_MSEC);
	wipe(&h, sizeof(h));
	wipe(b.p, b.n);
	buf_fini(&b);
	if (r < 0)
		return r;
	while ((r = cdn_frame_next(buf_slice(&x->in), &type, &body, &used)) == -ERR_AGAIN) {
		usec_t left = until - clock_usec();

		if (left <= 0 || is_stopping(n))
			return -ERR_TIMEOUT;
		r = cdn_pipe_read(x->pipe, &x->in,
		                  left > LOOK_MSEC * 1000 ? LOOK_MSEC : (int)(left / 1000 + 1));
		if (r < 0 && r != -ERR_TIMEOUT)
			return r;
	}
	if (r < 0 || type != CDN_WELCOME || (r = cdn_get_welcome(body, &w)) < 0 || !is_key(w.pem)) {
		x->why = "it is no node";
		return -ERR_INVALID;
	}
	memcpy(x->boot, w.boot, sizeof(x->boot));
	if ((r = node_welcomed(n->links, n->dc, w.pem)) < 0)
		return r;
	buf_consume(&x->in, used);
	return 0;
}

static void up(struct link *x)
{
	struct node *n = x->n;

	WITH_LOCK(&n->lock);
	/* Started anew: whatever it had is gone. */
	if (memcmp(n->live.boot, x->boot, sizeof(x->boot)) != 0)
		fills_forget_all(n->fills);
	memcpy(n->live.boot, x->boot, sizeof(x->boot));
	n->live.link_since = clock_usec();
	n->live.last_error[0] = 0;
	lease_answered(&n->lease); /* WELCOME is the first answer */
	atomic_store(&n->held_until, n->lease.held_until);
	n->pipe = x->pipe;
}

static void down(struct link *x)
{
	struct node *n = x->n;
	struct fills_told no = {0};

	pthread_mutex_lock(&n->lock);
	atomic_store(&n->held_until, 0);
	n->pipe = NULL;
	fills_end(n->fills, &no);
	pthread_mutex_unlock(&n->lock);
	tell_waiters(n->links->app, &no, false);
}

static void converse(struct link *x)
{
	struct node *n = x->n;
	pthread_t writer;

	up(x);
	log_event(LOG_NOTICE, "cdn-link", "dc=%d is=up", n->dc);
	cdnlink_node_event(n->links, n->dc, "link", "up");
	if (pthread_create(&writer, NULL, write_all, x) == 0) {
		read_all(x);
		pthread_mutex_lock(&n->lock);
		x->over = true;
		pthread_cond_broadcast(&n->changed);
		pthread_mutex_unlock(&n->lock);
		cdn_pipe_shut(x->pipe);
		pthread_join(writer, NULL);
	}
	down(x);
}

/* True if there was a link. */
static bool one_link(struct node *n, const char **ret_why)
{
	uint8_t secret[CDN_SECRET_SIZE];
	struct link x = {.n = n};
	char address[300];
	bool was = false;
	int fd, r;

	pthread_mutex_lock(&n->lock);
	memcpy(secret, n->secret, sizeof(secret));
	memcpy(address, n->link, sizeof(address));
	pthread_mutex_unlock(&n->lock);
	r = dial(n, address, &fd);
	*ret_why = "nobody answers there";
	if (r == 0) {
		r = cdn_pipe_new(fd, true, secret, GREET_MSEC, &x.pipe);
		*ret_why = r == -ERR_DENIED ? "whoever answers there has another secret"
		                            : "whoever answers there is silent";
	}
	wipe(secret, sizeof(secret));
	if (r == 0 && (r = greet(&x)) == 0) {
		was = true;
		converse(&x);
	}
	if (x.pipe)
		*ret_why = x.why ? x.why : "it closed the link";
	buf_fini(&x.in);
	wipe(&x.epoch, sizeof(x.epoch));
	cdn_pipe_free(x.pipe);
	return was;
}

static void note_end(struct node *n, const char *why, bool was_up)
{
	bool first, wanted;

	pthread_mutex_lock(&n->lock);
	first = strcmp(n->live.last_error, why) != 0;
	wanted = n->stopping || n->again || n->state >= STORE_CDN_REVOKED;
	snprintf(n->live.last_error, sizeof(n->live.last_error), "%s", wanted ? "" : why);
	pthread_mutex_unlock(&n->lock);
	if (wanted || !(was_up || first))
		return;
	log_event(LOG_WARNING, "cdn-link", "dc=%d is=down why=\"%s\"", n->dc, why);
	cdnlink_node_event(n->links, n->dc, "link", why);
}

void *push_thread(void *arg)
{
	struct node *n = arg;
	int pause = PAUSE_FIRST_MSEC;
	const char *why;

	while (!is_stopping(n)) {
		usec_t began = clock_usec();
		bool was = one_link(n, &why);

		note_end(n, why, was);
		pause = was && clock_usec() - began > LASTED_USEC ? PAUSE_FIRST_MSEC
		        : pause * 2 > PAUSE_MOST_MSEC             ? PAUSE_MOST_MSEC
		                                                  : pause * 2;
		pthread_mutex_lock(&n->lock);
		if (!n->stopping && !n->again)
			wait_until(n, clock_usec() + (usec_t)pause * 1000);
		pthread_mutex_unlock(&n->lock);
	}
	return NULL;
}
