/* pipe.c - see pipe.h. The socket does not block; poll waits, never under the lock that OpenSSL needs. */
#include "cdnwire/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "crypto/hash.h"

enum { READ_AT_ONCE = 65536 };

static const uint8_t suite[2] = {0x13, 0x02}; /* TLS_AES_256_GCM_SHA384 */
static const char identity[] = "chapar cdn 1";

struct cdn_pipe {
	int fd;
	SSL_CTX *ctx;
	SSL *ssl;
	pthread_mutex_t lock; /* of ssl */
	_Atomic bool shut;
	uint8_t secret[CDN_SECRET_SIZE]; /* until the handshake is over */
};

static SSL_SESSION *session_of(SSL *ssl)
{
	struct cdn_pipe *p = SSL_get_app_data(ssl);
	const SSL_CIPHER *c = SSL_CIPHER_find(ssl, suite);
	SSL_SESSION *s = SSL_SESSION_new();

	if (s && c && SSL_SESSION_set1_master_key(s, p->secret, sizeof(p->secret)) &&
	    SSL_SESSION_set_cipher(s, c) && SSL_SESSION_set_protocol_version(s, TLS1_3_VERSION))
		return s;
	SSL_SESSION_free(s);
	return NULL;
}

static int core_psk(SSL *ssl, const EVP_MD *md, const unsigned char **id, size_t *n, SSL_SESSION **ret)
{
	*ret = session_of(ssl);
	*id = (const unsigned char *)identity;
	*n = sizeof(identity) - 1;
	return *ret != NULL;
}

static int node_psk(SSL *ssl, const unsigned char *id, size_t n, SSL_SESSION **ret)
{
	bool known = n == sizeof(identity) - 1 && memcmp(id, identity, n) == 0;

	*ret = known ? session_of(ssl) : NULL;
	return !known || *ret;
}

static int set_up(struct cdn_pipe *p, bool is_core)
{
	p->ctx = SSL_CTX_new(is_core ? TLS_client_method() : TLS_server_method());
	if (!p->ctx || !SSL_CTX_set_min_proto_version(p->ctx, TLS1_3_VERSION) ||
	    !SSL_CTX_set_ciphersuites(p->ctx, "TLS_AES_256_GCM_SHA384"))
		return -ERR_IO;
	SSL_CTX_set_mode(p->ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
	                                 SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_options(p->ctx, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_CLEANSE_PLAINTEXT);
	SSL_CTX_set_num_tickets(p->ctx, 0);
	/* Neither side has certificates, or would take one: who has not the secret gets no further. */
	if (is_core) {
		SSL_CTX_set_verify(p->ctx, SSL_VERIFY_PEER, NULL);
		SSL_CTX_set_psk_use_session_callback(p->ctx, core_psk);
	} else {
		SSL_CTX_set_psk_find_session_callback(p->ctx, node_psk);
	}
	p->ssl = SSL_new(p->ctx);
	if (!p->ssl || !SSL_set_fd(p->ssl, p->fd))
		return -ERR_IO;
	SSL_set_app_data(p->ssl, p);
	if (is_core)
		SSL_set_connect_state(p->ssl);
	else
		SSL_set_accept_state(p->ssl);
	return 0;
}

/* What OpenSSL waits for: 0 when it is there. */
static int await(struct cdn_pipe *p, int ssl_error, usec_t until)
{
	struct pollfd f = {.fd = p->fd, .events = ssl_error == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN};
	usec_t left;
	int n;

	if (ssl_error != SSL_ERROR_WANT_READ && ssl_error != SSL_ERROR_WANT_WRITE)
		return -ERR_CLOSED;
	do {
		left = until - clock_usec();
		if (left < 0)
			left = 0;
		n = poll(&f, 1, (int)((left + 999) / 1000));
	} while (n < 0 && errno == EINTR);
	if (atomic_load(&p->shut))
		return -ERR_CLOSED;
	return n > 0 ? 0 : -ERR_TIMEOUT;
}

static int shake(struct cdn_pipe *p, usec_t until)
{
	int n, r;

	ERR_clear_error(); /* of this thread: SSL_get_error takes what others left there for ours */
	while ((n = SSL_do_handshake(p->ssl)) != 1)
		if ((r = await(p, SSL_get_error(p->ssl, n), until)) < 0)
			return r == -ERR_TIMEOUT ? r : -ERR_DENIED;
	return SSL_session_reused(p->ssl) ? 0 : -ERR_DENIED; /* so OpenSSL says that the PSK was taken */
}

int cdn_pipe_new(int fd, bool is_core, const uint8_t secret[CDN_SECRET_SIZE], int msec, struct cdn_pipe **ret)
{
	struct cdn_pipe *p = xcalloc(1, sizeof(*p));
	int r;

	p->fd = fd;
	pthread_mutex_init(&p->lock, NULL);
	memcpy(p->secret, secret, sizeof(p->secret));
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	r = set_up(p, is_core);
	if (r == 0)
		r = shake(p, clock_usec() + (usec_t)msec * 1000);
	wipe(p->secret, sizeof(p->secret));
	if (r < 0) {
		cdn_pipe_free(p);
		return r;
	}
	*ret = p;
	return 0;
}

void cdn_pipe_free(struct cdn_pipe *p)
{
	if (!p)
		return;
	SSL_free(p->ssl);
	SSL_CTX_free(p->ctx);
	close(p->fd);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

void cdn_pipe_shut(struct cdn_pipe *p)
{
	atomic_store(&p->shut, true);
	shutdown(p->fd, SHUT_RDWR);
}

int cdn_pipe_write(struct cdn_pipe *p, const void *bytes, size_t n, int msec)
{
	const uint8_t *at = bytes;
	size_t wrote;
	int r, why;

	while (n) {
		pthread_mutex_lock(&p->lock);
		ERR_clear_error();
		r = SSL_write_ex(p->ssl, at, n, &wrote);
		why = r == 1 ? 0 : SSL_get_error(p->ssl, r);
		pthread_mutex_unlock(&p->lock);
		if (r != 1) {
			if ((r = await(p, why, clock_usec() + (usec_t)msec * 1000)) < 0)
				return r;
			continue;
		}
		at += wrote;
		n -= wrote;
	}
	return 0;
}

int cdn_pipe_read(struct cdn_pipe *p, struct buf *b, int msec)
{
	usec_t until = clock_usec() + (usec_t)msec * 1000;
	size_t got;
	int r, why;

	for (;;) {
		buf_reserve(b, READ_AT_ONCE);
		pthread_mutex_lock(&p->lock);
		ERR_clear_error();
		r = SSL_read_ex(p->ssl, b->p + b->n, READ_AT_ONCE, &got);
		why = r == 1 ? 0 : SSL_get_error(p->ssl, r);
		pthread_mutex_unlock(&p->lock);
		if (r == 1) {
			b->n += got;
			return 0;
		}
		if ((r = await(p, why, until)) < 0)
			return r;
	}
}
