/* worker.c - the calls of worker.h: which task, with which limits, and what its answer says. */
#include "worker/worker.h"

#include <fcntl.h>
#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "worker/pool_private.h"

/* Wall time is longer than processor time: a busy machine is no fault of the input. */
static struct worker_request request(const struct worker_pool *p, enum worker_task task, uint32_t arg,
                                     uint32_t seconds)
{
	return (struct worker_request){.task = task,
	                               .arg = arg,
	                               .cpu_seconds = seconds,
	                               .wall_seconds = 2 * seconds,
	                               .memory_mib = worker_pool_memory(p)};
}

int worker_image(struct worker_pool *p, int fd, enum worker_image_for what, struct arena *a,
                 struct worker_image *ret)
{
	struct worker_request q = request(p, WORKER_TASK_IMAGE, what, WORKER_SECONDS);
	struct slice body;
	int r = worker_pool_run(p, &q, &fd, a, &body);

	return worker_pool_judged(p, r < 0 ? r : worker_answer_image(body, what, ret));
}

int worker_colours(struct worker_pool *p, const int32_t *colours, uint32_t n, struct arena *a,
                   struct worker_image *ret)
{
	struct worker_request q = request(p, WORKER_TASK_COLOURS, 0, WORKER_SECONDS);
	CLEANUP_FD int fd = memfd_create("chapar-colours", MFD_CLOEXEC);
	ssize_t size = (ssize_t)(n * sizeof(*colours));
	struct slice body;
	int r;

	if (fd < 0)
		return err_from_errno(errno);
	if (write(fd, colours, (size_t)size) != size)
		return -ERR_IO;
	r = worker_pool_run(p, &q, &fd, a, &body);
	return worker_pool_judged(p, r < 0 ? r : worker_answer_image(body, WORKER_PROFILE, ret));
}

int worker_video(struct worker_pool *p, int fd, bool want_waveform, struct arena *a, struct worker_video *ret)
{
	struct worker_request q = request(p, WORKER_TASK_VIDEO, want_waveform, 3 * WORKER_SECONDS);
	struct slice body;
	int r = worker_pool_run(p, &q, &fd, a, &body);

	return worker_pool_judged(p, r < 0 ? r : worker_answer_video(body, ret));
}

/* The output may be read, no longer written. */
static int seal(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || st.st_size <= 0 || st.st_size > WORKER_OUTPUT_MAX)
		return -ERR_INVALID;
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
		return -ERR_INVALID; /* a process that was taken over still maps it */
	return 0;
}

/* A task whose output is a video. */
static int to_mp4(struct worker_pool *p, enum worker_task task, uint32_t arg, int fd, struct arena *a,
                  struct worker_video *ret, int *ret_fd)
{
	struct worker_request q = request(p, task, arg, 3 * WORKER_SECONDS);
	int fds[2] = {fd, memfd_create("chapar-mp4", MFD_CLOEXEC | MFD_ALLOW_SEALING)}, r;
	struct worker_video v;
	struct slice body;

	if (fds[1] < 0)
		return err_from_errno(errno);
	r = worker_pool_run(p, &q, fds, a, &body);
	if (r == 0)
		r = worker_answer_video(body, &v);
	if (r == 0)
		r = seal(fds[1]);
	if (r < 0) {
		close(fds[1]);
		return worker_pool_judged(p, r);
	}
	*ret = v;
	*ret_fd = fds[1];
	return 0;
}

int worker_gif_to_mp4(struct worker_pool *p, int fd, struct arena *a, struct worker_video *ret, int *ret_fd)
{
	return to_mp4(p, WORKER_TASK_GIF, 0, fd, a, ret, ret_fd);
}

int worker_profile_video(struct worker_pool *p, int fd, uint32_t start_ms, struct arena *a,
                         struct worker_video *ret, int *ret_fd)
{
	return to_mp4(p, WORKER_TASK_PROFILE, start_ms, fd, a, ret, ret_fd);
}

int worker_sticker(struct worker_pool *p, int fd, bool custom_emoji, struct arena *a,
                   struct worker_sticker *ret)
{
	struct worker_request q = request(p, WORKER_TASK_STICKER, custom_emoji, WORKER_SECONDS);
	struct slice body;
	int r = worker_pool_run(p, &q, &fd, a, &body);

	return worker_pool_judged(p, r < 0 ? r : worker_answer_sticker(body, ret));
}
