/* main.c - the command line of bench-limits. */
#include "benches/limits/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char help[] = "usage: bench-limits handshake SECONDS\n"
			   "       bench-limits echo SECONDS\n"
			   "       bench-limits crypto SECONDS [FIGURE]\n"
			   "       bench-limits stops SECONDS MILLISECONDS\n"
			   "       bench-limits serve SECONDS FILE CORE\n"
			   "       bench-limits send SOCKETS BYTES ROUNDS\n"
			   "       bench-limits audience KEYS\n"
			   "       bench-limits sqlite SECONDS DATABASE COMMITS\n"
			   "What the machine could do at best. sqlite writes to DATABASE, a copy of a\n"
			   "server's chapar.db: never that of a server in use. COMMITS is a file with what "
			   "`chapar-bench messages --metrics` told.\n";

void limit_tell(const char *name, double value, const char *unit)
{
	printf("%-32s %14.3f %s\n", name, value, unit);
	fflush(stdout);
}

static double seconds_of(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double limit_now(void)
{
	return seconds_of(CLOCK_MONOTONIC);
}

double limit_cpu(void)
{
	return seconds_of(CLOCK_PROCESS_CPUTIME_ID);
}

uint64_t limit_random(void)
{
	static uint64_t s = 0x9e3779b97f4a7c15u;

	s ^= s << 13; /* xorshift64 */
	s ^= s >> 7;
	return s ^= s << 17;
}

int main(int argc, char **argv)
{
	int seconds = argc > 2 ? atoi(argv[2]) : 0;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs(help, stdout);
		return 0;
	}
	if (seconds > 0 && argc == 3 && strcmp(argv[1], "handshake") == 0)
		return limit_handshake(seconds);
	if (seconds > 0 && argc == 3 && strcmp(argv[1], "echo") == 0)
		return limit_echo(seconds);
	if (seconds > 0 && (argc == 3 || argc == 4) && strcmp(argv[1], "crypto") == 0)
		return limit_crypto(seconds, argv[3]);
	if (seconds > 0 && argc == 4 && strcmp(argv[1], "stops") == 0 && atoi(argv[3]) > 0)
		return limit_stops(seconds, atoi(argv[3]));
	if (seconds > 0 && argc == 5 && strcmp(argv[1], "send") == 0)
		return limit_send(seconds, atoi(argv[3]), atoi(argv[4]));
	if (seconds > 0 && argc == 5 && strcmp(argv[1], "serve") == 0)
		return limit_serve(seconds, argv[3], atoi(argv[4]));
	if (seconds > 0 && argc == 3 && strcmp(argv[1], "audience") == 0)
		return limit_audience(seconds);
	if (seconds > 0 && argc == 5 && strcmp(argv[1], "sqlite") == 0)
		return limit_sqlite(argv[3], argv[4], seconds);
	fputs(help, stderr);
	return 2;
}
