/* fill.c - see fill.h. */
#include "cdn/fill.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "cdn/term.h"
#include "crypto/hash.h"

enum {
	SHAKE_MS = 10000,
	FIRST_MS = 10000, /* until HELLO */
	WRITE_MS = 30000,
	LOOK_USEC = 100000,            /* at the term */
	SEATS = 2 * CDN_STRANGERS + 2, /* as many may be on their way out */
};

struct seat {
	struct cdn_fills *f;
	bool taken, known, leaving;
	uint64_t came; /* order */
	int fd;        /* the socket once more: to end it from outside, whoever owns the other */
	char ip[46];
	pthread_t thread;
};

struct cdn_fills {
	const struct cdn_link_config *cfg;
	uint8_t secret[CDN_SECRET_SIZE];
	pthread_mutex_t lock; /* guards seats and `stopping` */
	pthread_cond_t changed;
	bool stopping;
	uint64_t came;
	struct seat seat[SEATS];
	pthread_mutex_t speak; /* held by the thread of the core's connection */
	pthread_t keeper;
};

static void *keep(void *arg)
{
	struct cdn_fills *f = arg;

	pthread_mutex_lock(&f->lock);
	while (!f->stopping) {
		pthread_mutex_unlock(&f->lock);
		cdn_term_look(f->cfg->term);
		usleep(LOOK_USEC);
		pthread_mutex_lock(&f->lock);
	}
	pthread_mutex_unlock(&f->lock);
	return NULL;
}

static void start_thread(pthread_t *t, void *(*run)(void *), void *arg, const char *name)
{
	if (pthread_create(t, NULL, run, arg) != 0) {
		fprintf(stderr, "cannot start a thread\n");
		abort();
	}
	pthread_setname_np(*t, name);
}

struct cdn_fills *cdn_fills_new(const struct cdn_link_config *cfg, const uint8_t secret[CDN_SECRET_SIZE])
{
	struct cdn_fills *f = xcalloc(1, sizeof(*f));

	f->cfg = cfg;
	memcpy(f->secret, secret, sizeof(f->secret));
	pthread_mutex_init(&f->lock, NULL);
	pthread_mutex_init(&f->speak, NULL);
	pthread_cond_init(&f->changed, NULL);
	start_thread(&f->keeper, keep, f, "term");
	return f;
}

/* Frames until it ends; why it did. */
static int talk(struct seat *s, struct cdn_pipe *p)
{
	struct cdn_link l = {.cfg = s->f->cfg};
	struct buf in = {0}, out = {0};
	int r = 0;

	while (r == 0) {
		r = cdn_pipe_read(p, &in, FIRST_MS);
		if (r == -ERR_TIMEOUT && l.greeted) {
			r = 0; /* leases are told as often as the core likes; TCP finds out who is gone */
			continue;
		}
		if (r == 0)
			r = cdn_link_take(&l, &in, &out);
		if (out.n && cdn_pipe_write(p, out.p, out.n, WRITE_MS) < 0 && r == 0)
			r = -ERR_CLOSED;
		out.n = 0;
	}
	if (in.p)
		wipe(in.p, in.cap);
	buf_fini(&in);
	buf_fini(&out);
	return r;
}

/* From now on this is the core; who was so before is ended. */
static bool become_known(struct seat *s)
{
	struct cdn_fills *f = s->f;
	WITH_LOCK(&f->lock);

	if (f->stopping)
		return false;
	for (int i = 0; i < SEATS; i++)
		if (f->seat[i].taken && f->seat[i].known)
			shutdown(f->seat[i].fd, SHUT_RDWR);
	s->known = true;
	return true;
}

static void *seat_main(void *arg)
{
	struct seat *s = arg;
	struct cdn_fills *f = s->f;
	struct cdn_pipe *p;
	int r = cdn_pipe_new(dup(s->fd), false, f->secret, SHAKE_MS, &p);

	if (r < 0) {
		log_event(LOG_WARNING, "link-refused", "from=%s error=\"%s\"", s->ip, err_name(r));
	} else {
		if (become_known(s)) {
			pthread_mutex_lock(&f->speak);
			log_event(LOG_NOTICE, "link", "from=%s", s->ip);
			r = talk(s, p);
			pthread_mutex_unlock(&f->speak);
			log_event(r == -ERR_CLOSED ? LOG_NOTICE : LOG_WARNING, "link-ended",
			          "from=%s why=\"%s\"", s->ip, err_name(r));
		}
		cdn_pipe_free(p);
	}
	pthread_mutex_lock(&f->lock);
	close(s->fd);
	s->taken = false;
	pthread_cond_broadcast(&f->changed);
	pthread_mutex_unlock(&f->lock);
	return NULL;
}

static void keep_alive(int fd)
{
	int one = 1, seconds = 10;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof(seconds));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &seconds, sizeof(seconds));
}

/* Too many strangers: the oldest has had his time, or the core would be kept out by whoever is silent. */
static void make_room(struct cdn_fills *f)
{
	struct seat *oldest = NULL;
	int strangers = 0;

	for (int i = 0; i < SEATS; i++) {
		struct seat *s = &f->seat[i];

		if (!s->taken || s->known || s->leaving)
			continue;
		strangers++;
		if (!oldest || s->came < oldest->came)
			oldest = s;
	}
	if (strangers < CDN_STRANGERS)
		return;
	oldest->leaving = true;
	shutdown(oldest->fd, SHUT_RDWR);
}

void cdn_fills_take(struct cdn_fills *f, int fd, const char *ip)
{
	struct seat *s = NULL;
	WITH_LOCK(&f->lock);

	make_room(f);
	for (int i = 0; i < SEATS; i++)
		if (!f->seat[i].taken)
			s = &f->seat[i];
	if (f->stopping || !s) {
		close(fd);
		return;
	}
	*s = (struct seat){.f = f, .taken = true, .fd = fd, .came = ++f->came};
	snprintf(s->ip, sizeof(s->ip), "%s", ip);
	keep_alive(fd);
	start_thread(&s->thread, seat_main, s, "link");
	pthread_detach(s->thread);
}

void cdn_fills_free(struct cdn_fills *f)
{
	if (!f)
		return;
	pthread_mutex_lock(&f->lock);
	f->stopping = true;
	for (int i = 0; i < SEATS; i++)
		if (f->seat[i].taken)
			shutdown(f->seat[i].fd, SHUT_RDWR);
	for (int i = 0; i < SEATS; i++)
		while (f->seat[i].taken)
			pthread_cond_wait(&f->changed, &f->lock);
	pthread_mutex_unlock(&f->lock);
	pthread_join(f->keeper, NULL);
	wipe(f->secret, sizeof(f->secret));
	pthread_mutex_destroy(&f->lock);
	pthread_mutex_destroy(&f->speak);
	pthread_cond_destroy(&f->changed);
	free(f);
}
