/* door.c - see door.h: the local end and its thread. What is carried, and how: door_http.c, door_websocket.c. */
#include "roles/door.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"

struct door {
	enum door_kind kind;
	int listener;
	char *host_port;
	struct client_address at;
	struct door_end end;
	_Atomic bool closing;
	bool running;
	pthread_t thread;
};

static void *carry(void *arg)
{
	struct door *d = arg;
	struct pollfd p = {.fd = d->listener, .events = POLLIN};

	while (!d->closing && poll(&p, 1, 50) == 0)
		;
	d->end.fd = d->closing ? -1 : accept4(d->listener, NULL, NULL, SOCK_CLOEXEC);
	if (d->end.fd < 0)
		return NULL;
	if (d->kind == DOOR_HTTP)
		door_carry_http(&d->end);
	else
		door_carry_websocket(&d->end);
	close(d->end.fd);
	return NULL;
}

/* In the abstract name space, under a name that the kernel makes up: nothing is left of it. */
static int listen_locally(struct door *d)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	d->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	d->at.n = sizeof(d->at.a);
	if (d->listener < 0 || bind(d->listener, (struct sockaddr *)&a, sizeof(sa_family_t)) != 0 ||
	    listen(d->listener, 1) != 0 ||
	    getsockname(d->listener, (struct sockaddr *)&d->at.a, &d->at.n) != 0)
		return -ERR_IO;
	return 0;
}

int door_open(enum door_kind kind, const char *host_port, struct door **ret)
{
	struct door *d = xcalloc(1, sizeof(*d));
	int r;

	d->kind = kind;
	d->host_port = xstrdup(host_port);
	d->end = (struct door_end){.fd = -1, .host_port = d->host_port, .closing = &d->closing};
	r = listen_locally(d);
	if (r == 0 && pthread_create(&d->thread, NULL, carry, d) != 0)
		r = -ERR_AGAIN;
	if (r < 0) {
		door_free(d);
		return r;
	}
	d->running = true;
	*ret = d;
	return 0;
}

const struct client_address *door_address(const struct door *d)
{
	return &d->at;
}

void door_shut(struct door *d)
{
	d->closing = true;
	if (d->running)
		pthread_join(d->thread, NULL);
	d->running = false;
}

const char *door_error(const struct door *d)
{
	return d->end.error;
}

void door_free(struct door *d)
{
	if (!d)
		return;
	door_shut(d);
	if (d->listener >= 0)
		close(d->listener);
	free(d->host_port);
	free(d);
}
