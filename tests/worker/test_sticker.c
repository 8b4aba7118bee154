/* test_sticker.c - stickers through the real worker: animations, still ones, videos. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>
#include <libavutil/log.h>

#include "av.h"
#include "base/err.h"
#include "base/log.h"
#include "media.h"

static int look(struct s *s, struct slice file, bool emoji, struct worker_sticker *ret)
{
	int fd = media_fd(file), r;

	memset(ret, 0, sizeof(*ret));
	r = worker_sticker(s->pool, fd, emoji, &s->a, ret);
	close(fd);
	return r;
}

static struct slice gzip(struct arena *a, struct slice text)
{
	z_stream z = {.next_in = (uint8_t *)text.p, .avail_in = text.n};
	uint8_t *out = arena_alloc(a, text.n + 1000);

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_out = out;
	z.avail_out = text.n + 1000;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return slice_of(out, z.total_out);
}

static struct slice tgs(struct arena *a, const char *json)
{
	return gzip(a, slice_str(json));
}

static void test_tgs(void **state)
{
#define LAYERS "\"layers\":[{\"ty\":4}]"
	static const char *const wrong[] = {
		"{\"v\":\"5.5\",\"fr\":60,\"ip\":0,\"op\":181,\"w\":512,\"h\":512," LAYERS
		"}", /* longer than 3 s */
		"{\"v\":\"5.5\",\"fr\":25,\"ip\":0,\"op\":60,\"w\":512,\"h\":512," LAYERS "}",
		"{\"v\":\"5.5\",\"fr\":60,\"ip\":0,\"op\":60,\"w\":511,\"h\":512," LAYERS "}",
		"{\"v\":\"5.5\",\"fr\":60,\"ip\":60,\"op\":60,\"w\":512,\"h\":512," LAYERS "}",
		"{\"v\":\"5.5\",\"fr\":60,\"ip\":0,\"op\":60,\"w\":512,\"h\":512,\"layers\":[]}",
		"{\"v\":\"5.5\",\"fr\":60,\"ip\":0,\"op\":60,\"w\":512,\"h\":512}",
		"{\"fr\":\"60\",\"ip\":0,\"op\":60,\"w\":512,\"h\":512," LAYERS "}",
		"[]",
		"{",
		"",
		"{\"fr\":1e999}",
	};
	struct s *s = *state;
	struct worker_sticker k;
	struct slice good = tgs(
		&s->a, "{\"v\":\"5.5\",\"fr\":60,\"ip\":0,\"op\":180,\"w\":512,\"h\":512," LAYERS "}");
	char *text;

	assert_int_equal(look(s, good, false, &k), 0);
	assert_int_equal(k.kind, WORKER_STICKER_ANIMATED);
	assert_string_equal(k.mime, "application/x-tgsticker");
	assert_int_equal(k.w, 512);
	media_about(k.duration, 3, 0);
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (look(s, tgs(&s->a, wrong[i]), false, &k) != -ERR_INVALID)
			fail_msg("taken: %s", wrong[i]);
	assert_int_equal(look(s, slice_of(good.p, good.n - 4), false, &k), -ERR_INVALID);
	/* bombs: 60 MB of blanks in 60 KB; brackets without end */
	text = malloc(60000000);
	memset(text, ' ', 60000000);
	assert_int_equal(look(s, gzip(&s->a, slice_of(text, 60000000)), false, &k), -ERR_TOO_BIG);
	memset(text, '[', 3000000);
	assert_int_equal(look(s, gzip(&s->a, slice_of(text, 3000000)), false, &k), -ERR_INVALID);
	free(text);
}

static void test_fixed_sticker(void **state)
{
	static const struct {
		const char *suffix;
		int w, h;
		bool emoji;
		int r;
	} rows[] = {{".webp", 512, 512, false, 0},  {".webp", 512, 100, false, 0},
	            {".png", 300, 512, false, 0},   {".webp", 513, 512, false, -1},
	            {".webp", 511, 511, false, -1}, {".jpg", 512, 512, false, -1},
	            {".png", 100, 100, true, 0},    {".png", 100, 99, true, -1},
	            {".png", 512, 512, true, -1},   {".gif", 512, 512, false, -1}};
	struct s *s = *state;
	struct worker_sticker k;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int r = look(s, media_picture(&s->a, rows[i].suffix, rows[i].w, rows[i].h, 0), rows[i].emoji,
		             &k);

		if (r != (rows[i].r ? -ERR_INVALID : 0))
			fail_msg("%s %dx%d gave %d", rows[i].suffix, rows[i].w, rows[i].h, r);
		if (r < 0)
			continue;
		media_check_quarters(k.thumb.jpeg, k.thumb.w, k.thumb.h);
		assert_int_equal(k.webp.jpeg.n != 0, strcmp(rows[i].suffix, ".png") == 0);
		if (k.webp.jpeg.n) {
			assert_memory_equal(k.webp.jpeg.p + 8, "WEBP", 4);
			media_check_quarters(k.webp.jpeg, rows[i].w, rows[i].h);
		}
	}
	assert_int_equal(look(s, media_animation(&s->a, ".webp", 512, 512, 2), false, &k), -ERR_INVALID);
}

static void test_moving_sticker(void **state)
{
	struct s *s = *state;
	struct av_kind k = {.format = "webm",
	                    .video = "libvpx-vp9",
	                    .w = 512,
	                    .h = 256,
	                    .fps = 30,
	                    .seconds = 1,
	                    .alpha = true};
	struct worker_sticker t;
	VipsImage *im;
	double *at;
	int n;

	assert_int_equal(look(s, av_make(&s->a, &k), false, &t), 0);
	assert_int_equal(t.kind, WORKER_STICKER_VIDEO);
	assert_string_equal(t.mime, "video/webm");
	media_about(t.duration, 1, 0.05);
	im = vips_image_new_from_buffer(t.thumb.jpeg.p, t.thumb.jpeg.n, "", NULL);
	assert_int_equal(vips_image_get_width(im), 128);
	assert_int_equal(vips_image_get_bands(im), 4);
	assert_int_equal(vips_getpoint(im, &at, &n, 20, 20, NULL), 0);
	media_about(at[3], 0, 20);
	assert_int_equal(vips_getpoint(im, &at, &n, 100, 20, NULL), 0);
	media_about(at[3], 255, 20);
	assert_int_equal(look(s, av_make(&s->a, &k), true, &t), -ERR_INVALID); /* no custom emoji */
	k.alpha = false;
	k.seconds = 3.5;
	assert_int_equal(look(s, av_make(&s->a, &k), false, &t), -ERR_INVALID);
	k.seconds = 1;
	k.fps = 60;
	assert_int_equal(look(s, av_make(&s->a, &k), false, &t), -ERR_INVALID);
	k.fps = 30;
	k.sound = "libopus";
	assert_int_equal(look(s, av_make(&s->a, &k), false, &t), -ERR_INVALID);
	k.sound = NULL;
	k.video = "libvpx";
	assert_int_equal(look(s, av_make(&s->a, &k), false, &t), -ERR_INVALID);
	k.video = "libvpx-vp9";
	k.w = k.h = 100;
	assert_int_equal(look(s, av_make(&s->a, &k), true, &t), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_tgs, media_setup, media_teardown),
		cmocka_unit_test_setup_teardown(test_fixed_sticker, media_setup, media_teardown),
		cmocka_unit_test_setup_teardown(test_moving_sticker, media_setup, media_teardown),
	};

	av_log_set_level(AV_LOG_QUIET);
	if (!media_begin(argv[0]))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
