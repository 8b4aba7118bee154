/*
 * link.c - the link to one node. Its thread dials, says HELLO and reads what the node answers; a second one (push.c), for as long as the
 * link lasts, writes. Whatever is not as docs/design/cdn.md says ends the link; another is dialled after a pause that grows.
 */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/log.h"
#include "cdnlink/link_private.h"
#include "crypto/hash.h"

enum {
	GREET_MSEC = 3000, /* handshake, and WELCOME */
	PAUSE_FIRST_MSEC = 200,
	PAUSE_MOST_MSEC = 15000,
};
#define LASTED_USEC 30000000LL /* a link that did not is dialled again after a longer pause */

bool node_is_stopping(struct node *n)
{
	WITH_LOCK(&n->lock);
	return n->stopping;
}

enum cdn_state node_told_state(const struct node *n)
{
	return n->state == STORE_CDN_ACTIVE                                   ? CDN_ACTIVE
	       : n->state == STORE_CDN_REVOKED || n->state == STORE_CDN_WIPED ? CDN_REVOKED
	                                                                      : CDN_DRAINING;
}

void node_wait(struct node *n, usec_t at)
{
	struct timespec t = {.tv_sec = at / 1000000, .tv_nsec = at % 1000000 * 1000};

	pthread_cond_timedwait(&n->changed, &n->lock, &t);
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
	                          .state = node_told_state(n),
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

		if (left <= 0 || node_is_stopping(n))
			return -ERR_TIMEOUT;
		r = cdn_pipe_read(x->pipe, &x->in,
		                  left > LOOK_MSEC * 1000 ? LOOK_MSEC : (int)(left / 1000 + 1));
		if (r < 0 && r != -ERR_TIMEOUT)
			return r;
	}
	if (r == 0 && type == CDN_WELCOME)
		r = cdn_get_welcome(body, &w);
	if (r == -ERR_UNSUPPORTED) {
		x->why = "it is of another release: core and nodes must be of the same";
		return r;
	}
	if (r < 0 || type != CDN_WELCOME || !is_key(w.pem)) {
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
	if (pthread_create(&writer, NULL, link_write, x) == 0) {
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
	r = node_dial(n, address, &fd);
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

void *link_thread(void *arg)
{
	struct node *n = arg;
	int pause = PAUSE_FIRST_MSEC;
	const char *why;

	while (!node_is_stopping(n)) {
		usec_t began = clock_usec();
		bool was = one_link(n, &why);

		note_end(n, why, was);
		pause = was && clock_usec() - began > LASTED_USEC ? PAUSE_FIRST_MSEC
		        : pause * 2 > PAUSE_MOST_MSEC             ? PAUSE_MOST_MSEC
		                                                  : pause * 2;
		pthread_mutex_lock(&n->lock);
		if (!n->stopping && !n->again)
			node_wait(n, clock_usec() + (usec_t)pause * 1000);
		pthread_mutex_unlock(&n->lock);
	}
	return NULL;
}
