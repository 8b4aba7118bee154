/*
 * probe.c - a worker for tests that does what an exploit would try, from inside a task's process. It is a program of its own:
 * the real worker holds none of this. An answer with height 1 says that it was refused, with 2 that it went through.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "worker/child/task.h"
#include "worker/test_probe.h"

static int answer(bool went, struct worker_image *ret)
{
	static const uint8_t jpeg[] = {0xff, 0xd8, 0xff, 0xd9, 0};

	ret->w = 1;
	ret->h = went ? 2 : 1;
	strcpy(ret->mime, "image/jpeg");
	ret->n_sizes = 1;
	ret->size[0] = (struct worker_size){
		.type = 'm', .w = 1, .h = 1, .jpeg = slice_of(jpeg, sizeof(jpeg))};
	return 0;
}

static int eat_memory(struct worker_image *ret)
{
	for (size_t had = 0; had < (size_t)8 << 30; had += 1 << 20) {
		volatile char *p = malloc(1 << 20);

		if (!p)
			return answer(false, ret);
		for (size_t i = 0; i < 1 << 20; i += 4096)
			p[i] = 1;
	}
	return answer(true, ret);
}

/* To a real fault: the stack ends. */
static int eat_stack(int depth)
{
	volatile char room[4096];

	room[0] = (char)depth;
	return depth == INT_MAX ? room[0] : eat_stack(depth + 1) + room[0];
}

int task_probe(uint32_t what, struct arena *a, struct worker_image *ret)
{
	char *args[] = {NULL};
	char byte = 0;

	switch (what) {
	case PROBE_FINE:
		return answer(true, ret);
	case PROBE_SEGFAULT:
		return eat_stack(1);
		break;
	case PROBE_ABORT:
		abort();
	case PROBE_SPIN:
		for (volatile unsigned i = 0;; i++)
			;
	case PROBE_SLEEP:
		for (;;)
			sleep(1000);
	case PROBE_MEMORY:
		return eat_memory(ret);
	case PROBE_OPEN:
		return answer(open("/etc/hostname", O_RDONLY) >= 0, ret);
	case PROBE_SOCKET:
		return answer(socket(AF_INET, SOCK_STREAM, 0) >= 0, ret);
	case PROBE_FORK:
		return answer(fork() >= 0, ret);
	case PROBE_EXEC:
		return answer(execve("/bin/true", args, args) == 0, ret);
	case PROBE_KILL:
		return answer(kill(getppid(), 0) == 0, ret);
	case PROBE_PTRACE:
		return answer(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0, ret);
	case PROBE_RUN_DATA:
		return answer(mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED,
		              ret);
	case PROBE_WRITE_INPUT:
		return answer(pwrite(TASK_INPUT_FD, &byte, 1, 0) == 1, ret);
	case PROBE_MAP_INPUT:
		return answer(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, TASK_INPUT_FD, 0) !=
		                      MAP_FAILED,
		              ret);
	case PROBE_LIMITS:
		return answer(setrlimit(RLIMIT_CPU, &(struct rlimit){RLIM_INFINITY, RLIM_INFINITY}) == 0,
		              ret);
	case PROBE_NONSENSE:
		answer(true, ret);
		ret->h = 0x5a5a5a;
		ret->size[0].type = 'Z';
		ret->size[0].progressive[0] = -1;
		ret->size[0].n_progressive = 1;
		return 0;
	case PROBE_HALF:
		if (write(TASK_ANSWER_FD, "CWA1\xff\xff\x00\x00", 8) != 8)
			return -ERR_IO;
		_exit(0);
	}
	return -ERR_UNSUPPORTED;
}
