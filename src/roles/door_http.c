/* door_http.c - see door.h: packets to POSTs and answers back, one after the other (mtproto.md 1.8). */
#include <curl/curl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/rd.h"
#include "roles/door.h"

enum { PACKET_MAX = 1 << 21, WITHIN_MS = 30000 };

/* False: the client has left, or is to be left. */
static bool read_all(struct door_end *e, void *p, size_t n)
{
	struct pollfd f = {.fd = e->fd, .events = POLLIN};
	uint8_t *at = p;
	ssize_t k;

	while (n) {
		if (*e->closing)
			return false;
		if (poll(&f, 1, 50) <= 0)
			continue;
		k = recv(e->fd, at, n, 0);
		if (k <= 0)
			return false;
		at += k;
		n -= (size_t)k;
	}
	return true;
}

static size_t take(char *p, size_t one, size_t n, void *arg)
{
	struct buf *b = arg;

	if (b->n + n > PACKET_MAX)
		return 0;
	buf_put(b, p, n);
	return n;
}

static int watch(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct door_end *e = arg;

	return *e->closing;
}

/* One packet out, one in, behind its length: false, with the reason in e->error, if what came back is none. */
static bool post(struct door_end *e, CURL *c, struct buf *in, struct buf *out)
{
	long status = 0;
	uint32_t n;
	CURLcode r;

	out->n = 0;
	buf_u32(out, 0);

	curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)in->n);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, (char *)in->p);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, out);
	r = curl_easy_perform(c);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	if (r == CURLE_ABORTED_BY_CALLBACK)
		return false;
	if (r != CURLE_OK) {
		snprintf(e->error, sizeof(e->error), "no HTTP: %s", curl_easy_strerror(r));
		return false;
	}
	n = (uint32_t)out->n - 4;
	if (!n || n % 4 || (status != 200 && n != 4)) { /* four bytes: a transport error */
		snprintf(e->error, sizeof(e->error),
		         "not MTProto by HTTP: POST /api is answered with %ld and %u bytes", status, n);
		return false;
	}
	for (int i = 0; i < 4; i++)
		out->p[i] = (uint8_t)(n >> 8 * i);
	return true;
}

static void carry(struct door_end *e, CURL *c)
{
	struct buf in = {0}, out = {0};
	uint8_t word[4];
	struct rd r;
	uint32_t n;
	bool good = read_all(e, word, 4); /* the word that begins the intermediate transport */

	while (good && read_all(e, word, 4)) {
		r = rd_of(word, 4);
		n = rd_u32(&r);
		if (n > PACKET_MAX)
			break;
		good = read_all(e, buf_reserve(&in, n), n);
		in.n = n;
		good = good && post(e, c, &in, &out) &&
		       send(e->fd, out.p, out.n, MSG_NOSIGNAL) == (ssize_t)out.n;
		in.n = 0;
	}
	buf_fini(&in);
	buf_fini(&out);
}

void door_carry_http(struct door_end *e)
{
	struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/octet-stream");
	CURL *c = curl_easy_init();
	char url[300];

	snprintf(url, sizeof(url), "http://%s/api", e->host_port);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, watch);
	curl_easy_setopt(c, CURLOPT_XFERINFODATA, e);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)WITHIN_MS);
	carry(e, c);
	curl_easy_cleanup(c);
	curl_slist_free_all(headers);
}
