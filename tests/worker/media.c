/* media.c - see media.h. */
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "media.h"

/* The encoders of the libraries leak here and there; what is ours is looked at by test_worker.c. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

/* ThreadSanitizer does not see how the libraries lock: here it would speak of nothing else. The pool is looked at by test_worker.c. */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
	return "report_bugs=0";
}

bool media_begin(const char *program)
{
	log_set_level(LOG_ERROR);
	signal(SIGPIPE, SIG_IGN);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return vips_init(program) == 0;
}

int media_setup(void **state)
{
	struct worker_config cfg = {.program = getenv("CHAPAR_WORKER"), .n = 2};
	struct s *s = calloc(1, sizeof(*s));

	assert_int_equal(worker_pool_new(&cfg, &s->pool), 0);
	*state = s;
	return 0;
}

int media_teardown(void **state)
{
	struct s *s = *state;

	worker_pool_free(s->pool);
	arena_fini(&s->a);
	free(s);
	return 0;
}

static const double quarters[4][3] = {{255, 0, 0}, {0, 255, 0}, {255, 255, 255}, {0, 0, 255}};

static VipsImage *draw(int w, int h, int turned)
{
	VipsImage *black, *rgb, *out;

	assert_int_equal(vips_black(&black, w, h, "bands", 3, NULL), 0);
	assert_int_equal(vips_copy(black, &rgb, "interpretation", VIPS_INTERPRETATION_sRGB, NULL), 0);
	out = vips_image_copy_memory(rgb);
	assert_non_null(out);
	for (int i = 0; i < 4; i++)
		assert_int_equal(vips_draw_rect(out, (double *)quarters[(i + turned) % 4], 3,
		                                i == 1 || i == 2 ? w / 2 : 0, i >= 2 ? h / 2 : 0, w - w / 2,
		                                h - h / 2, "fill", TRUE, NULL),
		                 0);
	g_object_unref(black);
	g_object_unref(rgb);
	return out;
}

static struct slice save(VipsImage *im, const char *suffix, struct arena *a)
{
	struct slice s;
	void *p;
	size_t n;

	if (vips_image_write_to_buffer(im, suffix, &p, &n, NULL))
		fail_msg("%s: %s", suffix, vips_error_buffer());
	s = arena_slice(a, slice_of(p, n));
	g_free(p);
	g_object_unref(im);
	return s;
}

struct slice media_picture(struct arena *a, const char *suffix, int w, int h, int orientation)
{
	VipsImage *im = draw(w, h, 0);

	if (orientation) {
		vips_image_set_int(im, "orientation", orientation);
		vips_image_set_string(im, "exif-ifd0-Make",
		                      "SecretCamera (SecretCamera, ASCII, 13 components, 13 bytes)");
	}
	return save(im, suffix, a);
}

struct slice media_animation(struct arena *a, const char *suffix, int w, int h, int frames)
{
	VipsImage *im[16], *out, *whole;
	int delay[16];

	assert_true(frames <= 16);
	for (int i = 0; i < frames; i++) {
		im[i] = draw(w, h, i);
		delay[i] = 100;
	}
	assert_int_equal(vips_arrayjoin(im, &out, frames, "across", 1, NULL), 0);
	whole = vips_image_copy_memory(out);
	assert_int_equal(vips_copy(whole, &out, NULL), 0);
	vips_image_set_int(out, "page-height", h);
	vips_image_set_array_int(out, "delay", delay, frames);
	return save(out, suffix, a);
}

int media_fd(struct slice bytes)
{
	int fd = memfd_create("input", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes.p, bytes.n), bytes.n);
	return fd;
}

static void check_colour(VipsImage *im, int x, int y, const double want[3])
{
	double *got;
	int n;

	assert_int_equal(vips_getpoint(im, &got, &n, x, y, NULL), 0);
	assert_true(n >= 3);
	for (int i = 0; i < 3; i++)
		if (got[i] < want[i] - 60 || got[i] > want[i] + 60)
			fail_msg("at %d,%d: %g %g %g", x, y, got[0], got[1], got[2]);
	g_free(got);
}

void media_check_quarters(struct slice encoded, int w, int h)
{
	VipsImage *im = vips_image_new_from_buffer(encoded.p, encoded.n, "", NULL);

	if (!im)
		fail_msg("does not decode: %s", vips_error_buffer());
	assert_int_equal(vips_image_get_width(im), w);
	assert_int_equal(vips_image_get_height(im), h);
	for (int i = 0; i < 4; i++)
		check_colour(im, i == 1 || i == 2 ? w * 3 / 4 : w / 4, i >= 2 ? h * 3 / 4 : h / 4,
		             quarters[i]);
	g_object_unref(im);
}

void media_about(double got, double want, double by)
{
	if (fabs(got - want) > by)
		fail_msg("%g is not about %g", got, want);
}
