#include "base/err.h"
#include "worker/child/task.h"

int task_video(int fd, bool want_waveform, struct arena *a, struct worker_video *ret)
{
	return -ERR_UNSUPPORTED;
}

int task_gif(int fd, int out_fd, struct arena *a, struct worker_video *ret)
{
	return -ERR_UNSUPPORTED;
}

int task_sticker(int fd, bool custom_emoji, struct arena *a, struct worker_sticker *ret)
{
	return -ERR_UNSUPPORTED;
}
