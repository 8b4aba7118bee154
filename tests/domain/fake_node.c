/* fake_node.c - see fake_node.h. */
#include "fake_node.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "crypto/rng.h"
#include "crypto/rsa.h"

enum { CHUNKS = 512, MSEC = 5000 };

struct chunk {
	uint8_t object[CDN_OBJECT_SIZE];
	uint32_t chunk, n;
	unsigned times;
	uint8_t *bytes;
};

struct fake_node {
	int listener;
	pthread_t thread;
	_Atomic bool started, stopping;
	_Atomic enum fake_ill how;
	uint8_t secret[CDN_SECRET_SIZE], boot[16];
	struct buf pem;
	pthread_mutex_t lock; /* guards what follows */
	struct cdn_pipe *pipe;
	struct cdn_hello hello;
	bool has_hello;
	enum cdn_state state;
	struct chunk chunks[CHUNKS];
	unsigned n_chunks, fills, drops, wipes;
};

struct fake_node *fake_node_new(int *ret_port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	static struct rsa_key *key; /* of them all: to make one takes half a second */
	struct fake_node *n = xcalloc(1, sizeof(*n));
	socklen_t len = sizeof(a);
	int r;

	n->listener = socket(AF_INET, SOCK_STREAM, 0);
	r = bind(n->listener, (struct sockaddr *)&a, sizeof(a));
	assert(r == 0);
	r = listen(n->listener, 4);
	assert(r == 0);
	r = getsockname(n->listener, (struct sockaddr *)&a, &len);
	assert(r == 0);
	*ret_port = ntohs(a.sin_port);
	rng_bytes(n->boot, sizeof(n->boot));
	if (!key)
		key = rsa_key_generate();
	rsa_public_pem(key, &n->pem);
	pthread_mutex_init(&n->lock, NULL);
	return n;
}

static void on_fill(struct fake_node *n, const struct cdn_fill *f)
{
	struct chunk *c = NULL;

	n->fills++;
	for (unsigned i = 0; i < n->n_chunks && !c; i++)
		if (n->chunks[i].chunk == f->chunk &&
		    memcmp(n->chunks[i].object, f->object, CDN_OBJECT_SIZE) == 0)
			c = &n->chunks[i];
	if (!c) {
		assert(n->n_chunks < CHUNKS);
		c = &n->chunks[n->n_chunks++];
		memcpy(c->object, f->object, CDN_OBJECT_SIZE);
		c->chunk = f->chunk;
		c->n = f->bytes.n;
		c->bytes = xmalloc(c->n);
	}
	memcpy(c->bytes, f->bytes.p, c->n);
	c->times++;
}

/* What it says to this frame, into `out`. False: it ends the link. */
static bool on_frame(struct fake_node *n, enum cdn_frame type, struct slice body, struct buf *out)
{
	enum fake_ill how = atomic_load(&n->how);
	struct cdn_welcome w = {.pem = buf_slice(&n->pem)};
	struct cdn_report report = {.hits = 1};
	struct cdn_fill_answer filled;
	size_t had;
	struct cdn_hello hello;
	struct cdn_lease lease;
	struct cdn_fill fill;

	switch (type) {
	case CDN_HELLO:
		if (cdn_get_hello(body, &hello) < 0)
			return false;
		n->hello = hello;
		n->has_hello = true;
		n->state = hello.state;
		memcpy(w.boot, n->boot, sizeof(w.boot));
		had = out->n;
		cdn_put_welcome(out, &w);
		if (how == FAKE_OTHER_RELEASE)
			out->p[had + CDN_FRAME_HEAD]++;
		if (how == FAKE_BABBLES)
			cdn_put_bare(out, CDN_WIPE);
		return true;
	case CDN_LEASE:
		if (cdn_get_lease(body, &lease) < 0)
			return false;
		n->state = lease.state;
		if (how != FAKE_MUTE)
			cdn_put_report(out, &report);
		return true;
	case CDN_FILL:
		if (cdn_get_fill(body, &fill) < 0)
			return false;
		on_fill(n, &fill);
		filled = (struct cdn_fill_answer){.chunk = fill.chunk,
		                                  .how = how == FAKE_REFUSES ? CDN_FILLED_REFUSED
		                                                             : CDN_FILLED_OK,
		                                  .fills = n->fills};
		memcpy(filled.object, fill.object, sizeof(filled.object));
		for (int i = 0; how != FAKE_SILENT && i < (how == FAKE_TWICE ? 2 : 1); i++)
			cdn_put_filled(out, &filled);
		return true;
	case CDN_DROP:
		n->drops++;
		return true;
	case CDN_WIPE:
		n->wipes++;
		cdn_put_bare(out, CDN_WIPED);
		return true;
	default:
		return false;
	}
}

static bool read_frames(struct fake_node *n, struct buf *in, struct buf *out)
{
	enum cdn_frame type;
	struct slice body;
	bool goes_on = true;
	size_t used;
	int r;

	while (goes_on && (r = cdn_frame_next(buf_slice(in), &type, &body, &used)) == 0) {
		pthread_mutex_lock(&n->lock);
		goes_on = on_frame(n, type, body, out);
		pthread_mutex_unlock(&n->lock);
		buf_consume(in, used);
	}
	return goes_on && r == -ERR_AGAIN;
}

static void serve(struct fake_node *n, struct cdn_pipe *p)
{
	struct buf in = {0}, out = {0};
	int r = 0;

	while (r >= 0 && !atomic_load(&n->stopping)) {
		r = cdn_pipe_read(p, &in, 50);
		if (r == -ERR_TIMEOUT)
			r = 0;
		else if (r == 0 && !read_frames(n, &in, &out))
			r = -ERR_INVALID;
		if (r == 0 && out.n)
			r = cdn_pipe_write(p, out.p, out.n, MSEC);
		out.n = 0;
	}
	buf_fini(&in);
	buf_fini(&out);
}

static void *run(void *arg)
{
	struct fake_node *n = arg;
	struct pollfd f = {.fd = n->listener, .events = POLLIN};
	struct cdn_pipe *p;

	while (!atomic_load(&n->stopping)) {
		int fd = poll(&f, 1, 50) > 0 ? accept(n->listener, NULL, NULL) : -1;

		if (fd < 0 || cdn_pipe_new(fd, false, n->secret, MSEC, &p) < 0)
			continue;
		pthread_mutex_lock(&n->lock);
		n->pipe = p;
		pthread_mutex_unlock(&n->lock);
		serve(n, p);
		pthread_mutex_lock(&n->lock);
		n->pipe = NULL;
		pthread_mutex_unlock(&n->lock);
		cdn_pipe_free(p);
	}
	return NULL;
}

void fake_node_start(struct fake_node *n, const uint8_t secret[CDN_SECRET_SIZE])
{
	memcpy(n->secret, secret, CDN_SECRET_SIZE);
	n->started = pthread_create(&n->thread, NULL, run, n) == 0;
}

void fake_node_free(struct fake_node *n)
{
	atomic_store(&n->stopping, true);
	if (n->started)
		pthread_join(n->thread, NULL);
	close(n->listener);
	for (unsigned i = 0; i < n->n_chunks; i++)
		free(n->chunks[i].bytes);
	buf_fini(&n->pem);
	pthread_mutex_destroy(&n->lock);
	free(n);
}

void fake_node_be(struct fake_node *n, enum fake_ill how)
{
	atomic_store(&n->how, how);
}

struct slice fake_node_pem(const struct fake_node *n)
{
	return buf_slice(&n->pem);
}

void fake_node_cut(struct fake_node *n)
{
	pthread_mutex_lock(&n->lock);
	if (n->pipe)
		cdn_pipe_shut(n->pipe);
	pthread_mutex_unlock(&n->lock);
}

bool fake_node_hello(struct fake_node *n, struct cdn_hello *ret)
{
	bool has;

	pthread_mutex_lock(&n->lock);
	has = n->has_hello;
	*ret = n->hello;
	pthread_mutex_unlock(&n->lock);
	return has;
}

enum cdn_state fake_node_state(struct fake_node *n)
{
	enum cdn_state s;

	pthread_mutex_lock(&n->lock);
	s = n->state;
	pthread_mutex_unlock(&n->lock);
	return s;
}

unsigned fake_node_has(struct fake_node *n, const uint8_t object[CDN_OBJECT_SIZE], uint32_t chunk,
                       struct slice *ret)
{
	unsigned times = 0;

	pthread_mutex_lock(&n->lock);
	for (unsigned i = 0; i < n->n_chunks; i++)
		if (n->chunks[i].chunk == chunk &&
		    memcmp(n->chunks[i].object, object, CDN_OBJECT_SIZE) == 0) {
			times = n->chunks[i].times;
			*ret = slice_of(n->chunks[i].bytes, n->chunks[i].n);
		}
	pthread_mutex_unlock(&n->lock);
	return times;
}

static unsigned count(struct fake_node *n, const unsigned *what)
{
	unsigned v;

	pthread_mutex_lock(&n->lock);
	v = *what;
	pthread_mutex_unlock(&n->lock);
	return v;
}

unsigned fake_node_fills(struct fake_node *n)
{
	return count(n, &n->fills);
}

unsigned fake_node_drops(struct fake_node *n)
{
	return count(n, &n->drops);
}

unsigned fake_node_wipes(struct fake_node *n)
{
	return count(n, &n->wipes);
}
