/* process.c - see process.h. */
#include "benches/process.h"

#include <dirent.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "benches/bench.h"

/* Of the thread that ran most: its other threads wait for that one, which is no sign of others. */
static double waited(unsigned pid)
{
	unsigned long long runs, waits, most = 0, ret = 0;
	struct dirent *e;
	char path[64];
	DIR *d;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%u/task", pid);
	d = opendir(path);
	while (d && (e = readdir(d)) != NULL) {
		snprintf(path, sizeof(path), "/proc/%u/task/%.20s/schedstat", pid, e->d_name);
		f = e->d_name[0] == '.' ? NULL : fopen(path, "r");
		if (f && fscanf(f, "%llu %llu", &runs, &waits) == 2 && runs > most) {
			most = runs;
			ret = waits;
		}
		if (f)
			fclose(f);
	}
	if (d)
		closedir(d);
	return (double)ret / 1000;
}

/* As fine as the scheduler's own account of it; of a process that is gone, 0. */
static double ran(unsigned pid)
{
	struct timespec t = {0};
	clockid_t clock;

	if (clock_getcpuclockid((pid_t)pid, &clock) != 0 || clock_gettime(clock, &t) != 0)
		return 0;
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

bool bench_process_read(unsigned pid, struct bench_process *ret)
{
	double tick = 1e6 / (double)sysconf(_SC_CLK_TCK);
	unsigned long user;
	char path[48];
	FILE *f;
	int n;

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	f = fopen(path, "r");
	n = f ? fscanf(f, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu", &user) : 0;
	if (f)
		fclose(f);
	if (n != 1) {
		bench_say("%s: no processor times", path);
		return false;
	}
	*ret = (struct bench_process){.user = (double)user * tick, .all = ran(pid), .waited = waited(pid)};
	return true;
}
