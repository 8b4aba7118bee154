/* metrics.c - see metrics.h. */
#include "http/metrics.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/counters.h"

enum { LINE = 400 };

static void put_line(struct buf *b, const char *line, int n)
{
	if (n > 0)
		buf_put(b, line, n < LINE ? (size_t)n : LINE - 1);
}

void metric_head(struct buf *b, const char *name, const char *kind, const char *text)
{
	char line[LINE];

	put_line(b, line,
	         snprintf(line, sizeof(line), "# HELP chapar_%s %s\n# TYPE chapar_%s %s\n", name, text, name,
	                  kind));
}

void metric_put(struct buf *b, const char *name, const char *kind, const char *text, int64_t v)
{
	char line[LINE];

	metric_head(b, name, kind, text);
	put_line(b, line, snprintf(line, sizeof(line), "chapar_%s %lld\n", name, (long long)v));
}

void metric_counters(struct buf *b, const struct counters *c)
{
#define COUNTER(name, kind, text)                                                                            \
	metric_put(b, #name, #kind, text, atomic_load_explicit(&c->name, memory_order_relaxed));
#include "schema/counters.def"
#undef COUNTER
}

static int64_t resident_bytes(void)
{
	long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (f) {
		if (fscanf(f, "%*d %ld", &pages) != 1)
			pages = 0;
		fclose(f);
	}
	return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

void metric_process(struct buf *b)
{
	struct timespec used = {0};
	char line[LINE];

	metric_put(b, "resident_memory_bytes", "gauge", "memory of the process", resident_bytes());
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	metric_head(b, "cpu_seconds_total", "counter", "processor time that the process has used");
	put_line(b, line,
	         snprintf(line, sizeof(line), "chapar_cpu_seconds_total %lld.%06ld\n", (long long)used.tv_sec,
	                  used.tv_nsec / 1000));
}
