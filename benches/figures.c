/* figures.c - numbers: how they are told, percentiles, and what the server counts itself. */
#include <curl/curl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "benches/bench.h"

void bench_tell(const char *name, double value, const char *unit)
{
	printf("%-32s %14.3f %s\n", name, value, unit);
	fflush(stdout);
}

void bench_say(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "chapar-bench: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n");
}

void bench_time(struct bench_times *t, usec_t usec)
{
	if (t->n == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 4096;
		t->usec = xrealloc(t->usec, t->cap * sizeof(*t->usec));
	}
	t->usec[t->n++] = usec > UINT32_MAX ? UINT32_MAX : (uint32_t)usec;
}

static int smaller(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

	return a < b ? -1 : a > b;
}

double bench_times_share(struct bench_times *t, double share)
{
	if (!t->n)
		return 0;
	qsort(t->usec, t->n, sizeof(*t->usec), smaller);
	return t->usec[(size_t)((double)(t->n - 1) * share)] / 1000.0;
}

static void tell_share(const char *name, const char *which, struct bench_times *t, double share)
{
	char full[64];

	snprintf(full, sizeof(full), "%s_%s", name, which);
	bench_tell(full, bench_times_share(t, share), "ms");
}

void bench_tell_times(const char *name, struct bench_times *t)
{
	tell_share(name, "p50", t, 0.5);
	tell_share(name, "p99", t, 0.99);
	tell_share(name, "most", t, 1);
}

void bench_times_fini(struct bench_times *t)
{
	free(t->usec);
	*t = (struct bench_times){0};
}

static size_t more(char *p, size_t size, size_t n, void *buf)
{
	buf_put(buf, p, size * n);
	return size * n;
}

static bool get(const char *url, struct buf *ret)
{
	CURL *c = curl_easy_init();
	CURLcode r;

	if (!c)
		abort();
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, more);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, ret);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, 30L);
	curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(c, CURLOPT_FAILONERROR, 1L);
	r = curl_easy_perform(c);
	if (r != CURLE_OK)
		bench_say("%s: %s; --metrics names the server's --http", url, curl_easy_strerror(r));
	curl_easy_cleanup(c);
	buf_u8(ret, 0);
	return r == CURLE_OK;
}

/* The steps of the histogram are summed up: each holds those below it, too. */
static void read_step(struct bench_server *s, const char *line, double *below)
{
	int le = 0, at = 0;

	if (sscanf(line, "chapar_commit_calls_bucket{le=\"%d\"} %n", &le, &at) != 1 || !at || le < 1 ||
	    le > BENCH_SIZES)
		return;
	s->batch[le - 1] = atof(line + at) - *below;
	*below += s->batch[le - 1];
}

static void read_line(struct bench_server *s, const char *line)
{
	static const struct {
		const char *name;
		size_t at;
	} wanted[] = {{"chapar_cpu_seconds_total ", offsetof(struct bench_server, cpu_seconds)},
	              {"chapar_resident_memory_bytes ", offsetof(struct bench_server, resident_bytes)},
	              {"chapar_sessions ", offsetof(struct bench_server, sessions)},
	              {"chapar_commit_calls_sum ", offsetof(struct bench_server, calls)},
	              {"chapar_commit_calls_count ", offsetof(struct bench_server, commits)}};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (strncmp(line, wanted[i].name, strlen(wanted[i].name)) == 0)
			*(double *)((char *)s + wanted[i].at) = atof(line + strlen(wanted[i].name));
}

bool bench_server_read(const struct bench *b, struct bench_server *ret)
{
	struct buf page = {0};
	double below = 0;
	char url[300], *at, *line;
	bool ok;

	*ret = (struct bench_server){0};
	if (!b->o.metrics)
		return true;
	snprintf(url, sizeof(url), "http://%s/metrics", b->o.metrics);
	ok = get(url, &page);
	at = (char *)page.p;
	while (ok && (line = strsep(&at, "\n")) != NULL) {
		read_line(ret, line);
		read_step(ret, line, &below);
	}
	if (ok && ret->cpu_seconds == 0) {
		bench_say("%s does not look like chapar's figures", url);
		ok = false;
	}
	buf_fini(&page);
	return ok;
}
