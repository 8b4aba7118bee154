/* public.c - see public.h. */
#include "roles/public.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/err.h"
#include "base/mem.h"

/* Cuts "HOST:PORT" and "[HOST]:PORT". */
static int split(const char *host_port, char *host, size_t host_n, int *ret_port)
{
	const char *colon = strrchr(host_port, ':');
	long port;
	char *end;
	size_t n;

	if (!colon)
		return -ERR_INVALID;
	n = (size_t)(colon - host_port);
	if (n >= 2 && host_port[0] == '[' && colon[-1] == ']') {
		host_port++;
		n -= 2;
	}
	port = strtol(colon + 1, &end, 10);
	if (!n || n >= host_n || end == colon + 1 || *end || port < 1 || port > 65535)
		return -ERR_INVALID;
	memcpy(host, host_port, n);
	host[n] = '\0';
	*ret_port = (int)port;
	return 0;
}

int public_resolve(const char *host_port, char *ret_ip, size_t ip_n, int *ret_port)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *ai;
	char host[256];
	int r = split(host_port, host, sizeof(host), ret_port);

	if (r < 0)
		return r;
	if (getaddrinfo(host, NULL, &hints, &ai) != 0)
		return -ERR_INVALID;
	r = getnameinfo(ai->ai_addr, ai->ai_addrlen, ret_ip, (socklen_t)ip_n, NULL, 0, NI_NUMERICHOST);
	freeaddrinfo(ai);
	return r == 0 ? 0 : -ERR_INVALID;
}

int public_is_loopback(const char *ip)
{
	return strncmp(ip, "127.", 4) == 0 || strcmp(ip, "::1") == 0 || strncmp(ip, "[::1]", 5) == 0;
}

/* RFC 1918, 4193, link-local. */
static bool is_private(const char *ip)
{
	struct in6_addr b;
	struct in_addr a;
	uint32_t v;

	if (inet_pton(AF_INET, ip, &a) == 1) {
		v = ntohl(a.s_addr);
		return v >> 24 == 10 || v >> 20 == 0xac1 || v >> 16 == 0xc0a8 || v >> 16 == 0xa9fe;
	}
	return inet_pton(AF_INET6, ip, &b) == 1 &&
	       ((b.s6_addr[0] & 0xfe) == 0xfc || (b.s6_addr[0] == 0xfe && (b.s6_addr[1] & 0xc0) == 0x80));
}

const char *public_reach(const char *ip, bool listens_here)
{
	if (listens_here && public_is_loopback(ip))
		return "only this machine can connect; --listen 0.0.0.0:4430 --public YOUR.ADDRESS:4430 "
		       "opens it";
	if (listens_here)
		return "only this machine, and what forwards to it, can connect: nothing else is listened "
		       "on";
	if (public_is_loopback(ip))
		return "only clients on this machine find it; name its address with --public HOST:PORT";
	if (strcmp(ip, "0.0.0.0") == 0 || strcmp(ip, "::") == 0)
		return "clients are told an address that is none; name yours with --public HOST:PORT";
	if (is_private(ip))
		return "the machines of this network can connect";
	return "everybody who can reach this address can connect";
}

struct public_watch {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stopping; /* guarded by lock */
	char *name;
	int seconds;
	void (*found)(void *arg, const char *ip, int port);
	void *arg;
};

static bool is_number(const char *host_port)
{
	uint8_t any[16];
	char host[256];
	int port;

	return split(host_port, host, sizeof(host), &port) < 0 || inet_pton(AF_INET, host, any) == 1 ||
	       inet_pton(AF_INET6, host, any) == 1;
}

/* The lock is held but while it sleeps or asks: whoever stops it knows that nothing is being told. */
static void *watch(void *arg)
{
	struct public_watch *w = arg;
	struct timespec until;
	char ip[46];
	int port, r;

	pthread_mutex_lock(&w->lock);
	while (!w->stopping) {
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += w->seconds;
		while (!w->stopping && pthread_cond_timedwait(&w->wake, &w->lock, &until) == 0)
			;
		if (w->stopping)
			break;
		pthread_mutex_unlock(&w->lock);
		r = public_resolve(w->name, ip, sizeof(ip), &port);
		pthread_mutex_lock(&w->lock);
		if (r == 0 && !w->stopping)
			w->found(w->arg, ip, port);
	}
	pthread_mutex_unlock(&w->lock);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->wake);
	free(w->name);
	free(w);
	return NULL;
}

struct public_watch *public_watch_start(const char *host_port, int seconds,
                                        void (*found)(void *arg, const char *ip, int port), void *arg)
{
	struct public_watch *w;
	pthread_condattr_t attr;
	pthread_t thread;

	if (is_number(host_port))
		return NULL;
	w = xcalloc(1, sizeof(*w));
	w->name = xstrdup(host_port);
	w->seconds = seconds;
	w->found = found;
	w->arg = arg;
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&w->wake, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&thread, NULL, watch, w) != 0)
		abort();
	pthread_detach(thread);
	return w;
}

void public_watch_stop(struct public_watch *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->stopping = true;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
}
