/* sandbox.c - see sandbox.h. Limits first, then the filter: the filter allows no change of limits. */
#include "worker/child/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "worker/child/task.h"

enum { NOBODY = 65534, FILTER_MAX = 4096, LESS_THAN_THE_SERVER = 5 /* niceness */ };

static struct sock_filter filter[FILTER_MAX];
static struct sock_fprog program = {.filter = filter};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1 /* its reports open /proc: refuse, but do not kill for it */
#else
#define SANITIZED 0
#endif

/* Needs nothing but the process itself. */
static const int harmless[] = {
	SCMP_SYS(read),
	SCMP_SYS(readv),
	SCMP_SYS(pread64),
	SCMP_SYS(preadv),
	SCMP_SYS(lseek),
	SCMP_SYS(fstat),
	SCMP_SYS(close),
	SCMP_SYS(brk),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(futex),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(nanosleep),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(time),
	SCMP_SYS(getrandom),
	SCMP_SYS(sched_yield),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(rseq),
	SCMP_SYS(gettid),
	SCMP_SYS(getpid),
	SCMP_SYS(getcpu),
	SCMP_SYS(membarrier),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
};

/* Libraries ask now and then and live with a no. */
static const int refused[] = {
	SCMP_SYS(open),
	SCMP_SYS(openat),
	SCMP_SYS(access),
	SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2),
	SCMP_SYS(stat),
	SCMP_SYS(lstat),
	SCMP_SYS(statx),
	SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),
	SCMP_SYS(getdents64),
	SCMP_SYS(unlink),
	SCMP_SYS(unlinkat),
	SCMP_SYS(mkdir),
	SCMP_SYS(mkdirat),
	SCMP_SYS(getcwd),
	SCMP_SYS(sysinfo),
	SCMP_SYS(uname),
	SCMP_SYS(ioctl),
	SCMP_SYS(fcntl),
	SCMP_SYS(prctl),
	SCMP_SYS(sched_setaffinity),
	SCMP_SYS(sched_setscheduler),
	SCMP_SYS(sched_getparam),
	SCMP_SYS(sched_getscheduler),
	SCMP_SYS(setpriority),
	SCMP_SYS(getuid),
	SCMP_SYS(geteuid),
	SCMP_SYS(getgid),
	SCMP_SYS(getegid),
	SCMP_SYS(getrusage),
	SCMP_SYS(times),
	SCMP_SYS(mlock),
	SCMP_SYS(get_mempolicy),
	SCMP_SYS(fadvise64),
	SCMP_SYS(pipe2),
	SCMP_SYS(eventfd2),
	SCMP_SYS(memfd_create),
	SCMP_SYS(dup),
	SCMP_SYS(rt_sigaction),
};

static const uint32_t yes = SCMP_ACT_ALLOW, no = SCMP_ACT_ERRNO(EPERM);
static const uint32_t otherwise = SANITIZED ? SCMP_ACT_ERRNO(EPERM) : SCMP_ACT_KILL_PROCESS;

/* A rule may not say what is so anyway. */
static int add(scmp_filter_ctx f, uint32_t action, int call)
{
	return action == otherwise ? 0 : seccomp_rule_add(f, action, call, 0);
}

/* The call, where its argument's bits under `mask` are `value`. */
static int add_if(scmp_filter_ctx f, uint32_t action, int call, unsigned arg, uint64_t mask, uint64_t value)
{
	const struct scmp_arg_cmp is = {
		.arg = arg, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};

	return action == otherwise ? 0 : seccomp_rule_add_array(f, action, call, 1, &is);
}

/* Private memory that is not run. */
static int add_mmap(scmp_filter_ctx f)
{
	const struct scmp_arg_cmp is[] = {
		{.arg = 2, .op = SCMP_CMP_MASKED_EQ, .datum_a = PROT_EXEC, .datum_b = 0},
		{.arg = 3, .op = SCMP_CMP_MASKED_EQ, .datum_a = MAP_TYPE, .datum_b = MAP_PRIVATE},
	};

	return seccomp_rule_add_array(f, yes, SCMP_SYS(mmap), 2, is);
}

static int add_rules(scmp_filter_ctx f)
{
	const uint64_t thread = CLONE_VM | CLONE_THREAD | CLONE_SIGHAND, all = UINT64_MAX;

	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
		if (add(f, yes, harmless[i]) < 0)
			return -ERR_UNSUPPORTED;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (add(f, no, refused[i]) < 0)
			return -ERR_UNSUPPORTED;
	/* libc asks for the state of an open file by the first one; threads, no processes: clone3 hides its flags in memory,
	 * without it libc takes clone; no page is both ours to write and to run, and none is the input's own: only copies; writes
	 * go to the answer and the output, never to the input, which may be the server's only copy */
	if (add_if(f, yes, SCMP_SYS(newfstatat), 3, AT_EMPTY_PATH, AT_EMPTY_PATH) < 0 ||
	    add_if(f, no, SCMP_SYS(newfstatat), 3, AT_EMPTY_PATH, 0) < 0 ||
	    add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3)) < 0 ||
	    add_if(f, yes, SCMP_SYS(clone), 0, thread, thread) < 0 || add_mmap(f) < 0 ||
	    add_if(f, no, SCMP_SYS(mmap), 2, PROT_EXEC, PROT_EXEC) < 0 ||
	    add_if(f, no, SCMP_SYS(mmap), 3, MAP_TYPE, MAP_SHARED) < 0 ||
	    add_if(f, yes, SCMP_SYS(mprotect), 2, PROT_EXEC, 0) < 0 ||
	    add_if(f, yes, SCMP_SYS(write), 0, all, TASK_ANSWER_FD) < 0 ||
	    add_if(f, yes, SCMP_SYS(write), 0, all, STDERR_FILENO) < 0 ||
	    add_if(f, yes, SCMP_SYS(writev), 0, all, STDERR_FILENO) < 0 ||
	    add_if(f, yes, SCMP_SYS(pwrite64), 0, all, TASK_OUTPUT_FD) < 0)
		return -ERR_UNSUPPORTED;
	return 0;
}

/* For the kernel, so that a task's process does not have to compile it again. */
static int compile_filter(void)
{
	scmp_filter_ctx f = seccomp_init(otherwise);
	int fd = memfd_create("filter", MFD_CLOEXEC), r = -ERR_IO;
	ssize_t n;

	if (f && fd >= 0 && seccomp_attr_set(f, SCMP_FLTATR_CTL_OPTIMIZE, 2) == 0 && add_rules(f) == 0 &&
	    seccomp_export_bpf(f, fd) == 0 && (n = pread(fd, filter, sizeof(filter), 0)) > 0 &&
	    n < (ssize_t)sizeof(filter)) {
		program.len = (unsigned short)((size_t)n / sizeof(filter[0]));
		r = 0;
	}
	if (fd >= 0)
		close(fd);
	seccomp_release(f);
	return r;
}

/* The kernel takes a task's process before it takes the server. */
static void offer_to_oom_killer(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "1000", 4) != 4)
		errno = 0; /* a container may forbid it */
	close(fd);
}

/* Root to nobody. A container may know no such user, or forbid it: the filter holds there as well. */
static int give_up_root(void)
{
	if (geteuid() != 0 || (setgroups(0, NULL) == 0 && setresgid(NOBODY, NOBODY, NOBODY) == 0 &&
	                       setresuid(NOBODY, NOBODY, NOBODY) == 0))
		return 0;
	return errno == EPERM || errno == EINVAL ? 0 : err_from_errno(errno);
}

int sandbox_prepare(void)
{
	int r;

	offer_to_oom_killer();
	setpriority(PRIO_PROCESS, 0, LESS_THAN_THE_SERVER);
	if ((r = give_up_root()) < 0)
		return r;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0) < 0)
		return err_from_errno(errno);
	umask(077);
	return compile_filter();
}

static int limit(int what, uint64_t soft, uint64_t hard)
{
	struct rlimit l = {.rlim_cur = soft, .rlim_max = hard};

	return setrlimit(what, &l) < 0 ? err_from_errno(errno) : 0;
}

/* Address space that is taken already: libraries, and what a sanitizer reserves. */
static uint64_t address_space(void)
{
	unsigned long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (f) {
		if (fscanf(f, "%lu", &pages) != 1)
			pages = 0;
		fclose(f);
	}
	return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

int sandbox_enter(const struct worker_request *q, uint64_t mapped)
{
	uint64_t space = address_space() + mapped + ((uint64_t)q->memory_mib << 20);

	/* what it would say are an input's words: not for the server's log */
	if (!SANITIZED && dup2(STDIN_FILENO, STDERR_FILENO) < 0)
		return err_from_errno(errno);
	if (limit(RLIMIT_CPU, q->cpu_seconds, q->cpu_seconds + 1) < 0 || limit(RLIMIT_AS, space, space) < 0 ||
	    limit(RLIMIT_FSIZE, WORKER_OUTPUT_MAX, WORKER_OUTPUT_MAX) < 0 || limit(RLIMIT_CORE, 0, 0) < 0 ||
	    limit(RLIMIT_NOFILE, 0, 0) < 0)
		return -ERR_IO;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0 ? err_from_errno(errno) : 0;
}
