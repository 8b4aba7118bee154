/*
 * worker.h - images and video are looked at by other processes, `chapar worker`, that hold nothing: no key, no socket, no
 * folder. This is the server's side: a pool of them, one a core. Each task has a process of its own, forked by one that has
 * the libraries loaded: what crashes, hangs or asks too much ends alone, its task answers -ERR_INVALID, and nothing of a
 * file is left in memory when the next one comes.
 *
 * A task has an input (a file descriptor that can be read by offset) and gives facts and small outputs, which come as bytes.
 * A large output (a video made of an animated GIF) is written to a memory file that comes back as a descriptor.
 * Limits per task: processor and wall time, memory, output, pixels (enum below); seccomp allows no opening of files, no
 * network, no processes.
 * Threads: worker_* block until the task is done: cpu and blob lanes, jobs; never a loop, never the write lane.
 */
#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/slice.h"

struct worker_pool;

enum {
	WORKER_SIZES_MAX = 8,
	WORKER_PIXELS_MAX = 100000000, /* of an image; more: -ERR_TOO_BIG */
	WORKER_SIDE_MAX = 20000,
	WORKER_SECONDS = 20,  /* of an image; a video or sound: three times that */
	WORKER_WAVEFORM = 63, /* bytes: 100 samples of 5 bits */
	WORKER_COLOURS_MAX = 4,
};

struct worker_config {
	const char *program; /* path of chapar-worker; NULL: beside our own */
	unsigned n;          /* tasks at once, 1..256; 0: one a core */
	unsigned memory_mib; /* of each, 64..65536; 0: 1024 */
};

/* Workers start with their first task. -ERR_NOTFOUND: the program is not there; -ERR_INVALID: numbers out of range. */
int worker_pool_new(const struct worker_config *cfg, struct worker_pool **ret);
/* Ends them; tasks under way and from now on answer -ERR_CLOSED. For a server that ends, before it waits for its lanes. */
void worker_pool_close(struct worker_pool *p);
void worker_pool_free(struct worker_pool *p); /* closes it; nobody asks it any more */

struct worker_size {
	char type; /* Telegram's letter: s m x y w, a b c */
	int w, h;
	struct slice jpeg; /* in the arena; WebP for thumbs of stickers */
	int32_t progressive
		[8]; /* bytes after which a coarser picture is whole; n_progressive 0: not progressive */
	int n_progressive;
};

struct worker_image {
	int w, h;      /* upright */
	char mime[32]; /* by content, "image/jpeg" */
	bool animated, alpha;
	struct worker_size size[WORKER_SIZES_MAX];
	int n_sizes;
	struct slice
		stripped; /* photoStrippedSize bytes: 01, height, width, entropy-coded data (api.md 7.2) */
};

enum worker_image_for {
	WORKER_PHOTO, /* s m x y w: boxes 100 320 800 1280 2560; largest progressive; upright, without EXIF and GPS */
	WORKER_PROFILE,       /* a b c: the middle square at 160 320 640 */
	WORKER_THUMB,         /* m: box 320, and stripped: of a document that is an image */
	WORKER_STICKER_THUMB, /* m: box 128, WebP with alpha */
};

/*
 * -ERR_UNSUPPORTED: no image that we read (JPEG, PNG, WebP, GIF, HEIF are); -ERR_INVALID: broken, or its worker died;
 * -ERR_TOO_BIG: sides or pixels; -ERR_FULL: all workers are busy for too long; -ERR_CLOSED.
 */
int worker_image(struct worker_pool *p, int fd, enum worker_image_for what, struct arena *a,
                 struct worker_image *ret);

/*
 * A picture of nothing but colours, 1 to WORKER_COLOURS_MAX of 0xRRGGBB, that run into each other: they stand in its corners, in the order
 * of reading; the last one fills what is left. Sizes as of WORKER_PROFILE. Errors as above.
 */
int worker_colours(struct worker_pool *p, const int32_t *colours, uint32_t n, struct arena *a,
                   struct worker_image *ret);

struct worker_video {                          /* video or sound */
	double duration;                       /* seconds; 0: unknown */
	int w, h;                              /* upright; 0: no picture */
	bool has_sound, has_video, streamable; /* streamable: the index (moov) comes before the data */
	char mime[32];
	char video_codec[16], audio_codec[16];
	struct worker_size thumb; /* 'm', first frame in a box of 320; jpeg absent: none */
	struct slice stripped;
	struct slice title, performer; /* tags of sound, UTF-8, in the arena; absent: none */
	struct worker_size cover;      /* 'm' of sound; jpeg absent: none */
	struct slice waveform;         /* WORKER_WAVEFORM bytes if asked for */
};

/* want_waveform: the sound is decoded whole and its loudness sampled (voice notes). Errors as above. */
int worker_video(struct worker_pool *p, int fd, bool want_waveform, struct arena *a,
                 struct worker_video *ret);

/*
 * An animated GIF to MP4 (H.264, no sound, even sides, at most 1280). *ret_fd: a sealed memory file, the caller closes it.
 * -ERR_UNSUPPORTED: no GIF, or one with a single picture; -ERR_TOO_BIG: more than 6,000 pictures, 10 minutes or 64 MiB.
 */
int worker_gif_to_mp4(struct worker_pool *p, int fd, struct arena *a, struct worker_video *ret, int *ret_fd);

/*
 * The video of a profile, out of a video: the middle square, 160 to 800 a side, ten seconds at most, H.264 without sound. ret->thumb is
 * the picture at start_ms (or the first), 640 at most; a descriptor as above. -ERR_UNSUPPORTED: no video.
 */
int worker_profile_video(struct worker_pool *p, int fd, uint32_t start_ms, struct arena *a,
                         struct worker_video *ret, int *ret_fd);

enum worker_sticker_kind { WORKER_STICKER_STATIC, WORKER_STICKER_ANIMATED, WORKER_STICKER_VIDEO };

struct worker_sticker {
	enum worker_sticker_kind kind; /* WebP or PNG; gzipped Lottie (.tgs); WebM VP9 */
	char mime[32];                 /* image/webp, application/x-tgsticker, video/webm */
	int w, h;
	double duration;
	struct worker_size thumb; /* WebP of a static one; jpeg absent: none */
	struct worker_size
		webp; /* of a PNG: itself as WebP, which is what clients show; jpeg absent: it is none */
};

/*
 * By content: one side is 512 and the other at most that (custom emoji: 100 x 100; a .tgs always 512 x 512), 3 seconds at most,
 * a static one up to 512 KiB, a .tgs 64, a video 256. -ERR_INVALID: it breaks one of these or is broken; -ERR_UNSUPPORTED: nothing
 * that could be a sticker; -ERR_TOO_BIG as for images, and for a .tgs that unpacks to more than 4 MiB.
 */
int worker_sticker(struct worker_pool *p, int fd, bool custom_emoji, struct arena *a,
                   struct worker_sticker *ret);

struct worker_stats {
	uint64_t tasks, failed, deaths;
};
void worker_stats(struct worker_pool *p, struct worker_stats *ret);

#endif
