/* test_video.c - video, sound, GIF to MP4 through the real worker. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <libavutil/log.h>

#include "av.h"
#include "base/err.h"
#include "base/log.h"
#include "media.h"

static int look(struct s *s, struct slice file, bool waveform, struct worker_video *ret)
{
	int fd = media_fd(file), r;

	memset(ret, 0, sizeof(*ret));
	r = worker_video(s->pool, fd, waveform, &s->a, ret);
	close(fd);
	return r;
}

static void test_mp4(void **state)
{
	struct s *s = *state;
	struct av_kind k = {.format = "mp4",
	                    .video = "libx264",
	                    .sound = "aac",
	                    .w = 640,
	                    .h = 360,
	                    .fps = 25,
	                    .seconds = 2};
	struct worker_video v;

	assert_int_equal(look(s, av_make(&s->a, &k), false, &v), 0);
	assert_string_equal(v.mime, "video/mp4");
	assert_string_equal(v.video_codec, "h264");
	assert_string_equal(v.audio_codec, "aac");
	media_about(v.duration, 2, 0.1);
	assert_int_equal(v.w, 640);
	assert_int_equal(v.h, 360);
	assert_true(v.has_sound && v.has_video);
	assert_false(v.streamable);
	assert_int_equal(v.thumb.type, 'm');
	media_check_quarters(v.thumb.jpeg, 320, 180);
	assert_int_equal(v.stripped.p[1], 23);
	assert_int_equal(v.stripped.p[2], 40);
	assert_int_equal(v.waveform.n, 0);

	k.index_first = true;
	k.sound = NULL;
	k.h = 900;
	assert_int_equal(look(s, av_make(&s->a, &k), false, &v), 0);
	assert_true(v.streamable);
	assert_false(v.has_sound);
	media_check_quarters(v.thumb.jpeg, 228, 320);
	k.format = "mov";
	assert_int_equal(look(s, av_make(&s->a, &k), false, &v), 0);
	assert_string_equal(v.mime, "video/quicktime");
}

static struct slice turned_back(struct slice jpeg, int turn)
{
	VipsImage *im = vips_image_new_from_buffer(jpeg.p, jpeg.n, "", NULL), *back;
	void *p;
	size_t n;

	assert_int_equal(vips_rot(im, &back, (VipsAngle)((360 - turn) % 360 / 90), NULL), 0);
	assert_int_equal(vips_pngsave_buffer(back, &p, &n, NULL), 0);
	return slice_of(p, n);
}

static void test_turned(void **state)
{
	struct s *s = *state;
	struct av_kind k = {
		.format = "mp4", .video = "libx264", .w = 320, .h = 200, .fps = 25, .seconds = 0.2};
	struct worker_video v;

	for (k.turn = 90; k.turn < 360; k.turn += 90) {
		assert_int_equal(look(s, av_make(&s->a, &k), false, &v), 0);
		assert_int_equal(v.w, k.turn == 180 ? 320 : 200);
		assert_int_equal(v.h, k.turn == 180 ? 200 : 320);
		assert_int_equal(v.thumb.w, v.w);
		/* turned back again it is as it was stored */
		media_check_quarters(turned_back(v.thumb.jpeg, k.turn), 320, 200);
	}
}

static void test_webm(void **state)
{
	struct s *s = *state;
	struct av_kind k = {.format = "webm",
	                    .video = "libvpx-vp9",
	                    .sound = "libopus",
	                    .w = 300,
	                    .h = 200,
	                    .fps = 10,
	                    .seconds = 1};
	struct worker_video v;

	assert_int_equal(look(s, av_make(&s->a, &k), false, &v), 0);
	assert_string_equal(v.mime, "video/webm");
	assert_string_equal(v.video_codec, "vp9");
	media_about(v.duration, 1, 0.1);
	media_check_quarters(v.thumb.jpeg, 300, 200);
	k.format = "matroska";
	k.video = "libx264";
	assert_int_equal(look(s, av_make(&s->a, &k), false, &v), 0);
	assert_string_equal(v.mime, "video/x-matroska");
}

/* As clients unpack it. */
static int sample(struct slice w, unsigned i)
{
	unsigned bit = i * 5, two = w.p[bit / 8] | (bit / 8 + 1 < w.n ? w.p[bit / 8 + 1] << 8 : 0);

	return two >> bit % 8 & 31;
}

static void test_voice(void **state)
{
	static const char *const kinds[][2] = {{"ogg", "libopus"},
	                                       {"mp3", "libmp3lame"},
	                                       {"wav", "pcm_s16le"},
	                                       {"flac", "flac"},
	                                       {"ipod", "aac"}};
	static const char *const mimes[] = {"audio/ogg", "audio/mpeg", "audio/x-wav", "audio/flac",
	                                    "audio/mp4"};
	struct s *s = *state;
	struct worker_video v;

	for (unsigned i = 0; i < 5; i++) {
		struct av_kind k = {.format = kinds[i][0], .sound = kinds[i][1], .seconds = 3.5};

		assert_int_equal(look(s, av_make(&s->a, &k), true, &v), 0);
		assert_string_equal(v.mime, mimes[i]);
		media_about(v.duration, 3.5, 0.1);
		assert_true(v.has_sound && !v.has_video && !v.w && !v.thumb.jpeg.n);
		assert_int_equal(v.waveform.n, 63);
		for (unsigned n = 0; n < 100; n++)
			if (n < 45 ? sample(v.waveform, n) > 2 : n > 55 ? sample(v.waveform, n) < 10 : 0)
				fail_msg("%s: sample %u is %d", mimes[i], n, sample(v.waveform, n));
		assert_int_equal(look(s, slice_of(av_make(&s->a, &k).p, 40), true, &v), -ERR_INVALID);
	}
	/* shorter than 100 pieces */
	struct av_kind k = {.format = "wav", .sound = "pcm_s16le", .seconds = 0.005};
	assert_int_equal(look(s, av_make(&s->a, &k), true, &v), 0);
	assert_int_equal(v.waveform.n, 63);
}

static void test_music(void **state)
{
	struct s *s = *state;
	struct av_kind k = {.format = "mp3",
	                    .sound = "libmp3lame",
	                    .seconds = 2,
	                    .title = "G\xc3\xbcl\x65 ",
	                    .performer = "\xd8\xa7\xd9\x88"};
	struct worker_video v;

	k.cover = media_picture(&s->a, ".jpg", 100, 100, 0);
	assert_int_equal(look(s, av_make(&s->a, &k), false, &v), 0);
	assert_true(slice_eq(v.title, slice_str("G\xc3\xbcl\x65")));
	assert_true(slice_eq(v.performer, slice_str("\xd8\xa7\xd9\x88")));
	assert_false(v.has_video);
	assert_int_equal(v.thumb.jpeg.n, 0);
	media_check_quarters(v.cover.jpeg, 100, 100);
	k.format = "ogg";
	k.sound = "libopus";
	k.cover = (struct slice){0};
	assert_int_equal(look(s, av_make(&s->a, &k), false, &v), 0);
	assert_true(slice_eq(v.title, slice_str("G\xc3\xbcl\x65")));
}

static struct slice all_of(struct arena *a, int fd)
{
	struct stat st;
	uint8_t *p;

	assert_int_equal(fstat(fd, &st), 0);
	p = arena_alloc(a, (size_t)st.st_size);
	assert_int_equal(pread(fd, p, (size_t)st.st_size, 0), st.st_size);
	return slice_of(p, (size_t)st.st_size);
}

static void test_gif(void **state)
{
	static const int sides[][4] = {
		{320, 200, 320, 200}, {101, 51, 100, 50}, {1600, 800, 1280, 640}, {1, 1, 2, 2}};
	struct s *s = *state;
	struct worker_video made, v;
	int out;

	for (int i = 0; i < 4; i++) {
		int in = media_fd(media_animation(&s->a, ".gif", sides[i][0], sides[i][1], 5));

		assert_int_equal(worker_gif_to_mp4(s->pool, in, &s->a, &made, &out), 0);
		assert_string_equal(made.mime, "video/mp4");
		assert_int_equal(made.w, sides[i][2]);
		assert_int_equal(made.h, sides[i][3]);
		media_about(made.duration, 0.5, 0.01);
		assert_int_equal(pwrite(out, "x", 1, 0), -1); /* sealed */
		/* what was made is what was said, looked at by another task */
		assert_int_equal(look(s, all_of(&s->a, out), false, &v), 0);
		assert_string_equal(v.mime, "video/mp4");
		assert_string_equal(v.video_codec, "h264");
		assert_int_equal(v.w, made.w);
		assert_int_equal(v.h, made.h);
		media_about(v.duration, 0.5, 0.03);
		assert_true(v.streamable && !v.has_sound);
		if (i < 3)
			media_check_quarters(v.thumb.jpeg, v.thumb.w, v.thumb.h);
		if (i < 3)
			media_check_quarters(made.thumb.jpeg, made.thumb.w, made.thumb.h);
		close(in);
		close(out);
	}
	int still = media_fd(media_picture(&s->a, ".gif", 50, 50, 0)),
	    png = media_fd(media_picture(&s->a, ".png", 50, 50, 0));

	assert_int_equal(worker_gif_to_mp4(s->pool, still, &s->a, &made, &out), -ERR_UNSUPPORTED);
	assert_int_equal(worker_gif_to_mp4(s->pool, png, &s->a, &made, &out), -ERR_UNSUPPORTED);
	close(still);
	close(png);
}

/* The middle square of a wide video and of one that lies on its side; the picture that was asked for; ten seconds at most. */
static void test_profile(void **state)
{
	static const struct {
		struct av_kind from;
		int side;
		double lasts;
	} rows[] = {
		{{.format = "mp4",
	          .video = "libx264",
	          .sound = "aac",
	          .w = 640,
	          .h = 360,
	          .fps = 25,
	          .seconds = 2},
	         360,
	         2},
		{{.format = "mp4",
	          .video = "libx264",
	          .w = 1920,
	          .h = 1080,
	          .fps = 10,
	          .seconds = 1,
	          .turn = 90},
	         800,
	         1},
		{{.format = "webm", .video = "libvpx", .w = 64, .h = 64, .fps = 5, .seconds = 12}, 160, 10},
	};
	struct s *s = *state;
	struct worker_video made, v;
	int out;

	for (int i = 0; i < 3; i++) {
		int in = media_fd(av_make(&s->a, &rows[i].from));

		assert_int_equal(worker_profile_video(s->pool, in, 500, &s->a, &made, &out), 0);
		assert_int_equal(made.w, rows[i].side);
		assert_int_equal(made.h, rows[i].side);
		media_about(made.duration, rows[i].lasts, 0.25);
		assert_int_equal(pwrite(out, "x", 1, 0), -1); /* sealed */
		assert_int_equal(look(s, all_of(&s->a, out), false, &v), 0);
		assert_string_equal(v.video_codec, "h264");
		assert_int_equal(v.w, made.w);
		assert_int_equal(v.h, made.h);
		assert_true(v.streamable && !v.has_sound);
		media_check_quarters(turned_back(v.thumb.jpeg, rows[i].from.turn), v.thumb.w, v.thumb.h);
		assert_int_equal(made.thumb.w, made.thumb.h);
		media_check_quarters(turned_back(made.thumb.jpeg, rows[i].from.turn), made.thumb.w,
		                     made.thumb.h);
		close(in);
		close(out);
	}
	int gif = media_fd(media_animation(&s->a, ".gif", 64, 48, 4)),
	    png = media_fd(media_picture(&s->a, ".png", 50, 50, 0));

	assert_int_equal(worker_profile_video(s->pool, gif, 0, &s->a, &made, &out), -ERR_UNSUPPORTED);
	assert_int_equal(worker_profile_video(s->pool, png, 0, &s->a, &made, &out), -ERR_UNSUPPORTED);
	close(gif);
	close(png);
}

/* Truncated, damaged, mislabelled: an error or facts, never a hang. */
static void test_damage(void **state)
{
	struct s *s = *state;
	struct av_kind kinds[] = {
		{.format = "mp4",
	         .video = "libx264",
	         .sound = "aac",
	         .w = 128,
	         .h = 96,
	         .fps = 10,
	         .seconds = 1,
	         .index_first = true},
		{.format = "webm",
	         .video = "libvpx-vp9",
	         .sound = "libopus",
	         .w = 128,
	         .h = 96,
	         .fps = 10,
	         .seconds = 1},
		{.format = "ogg", .sound = "libopus", .seconds = 1},
		{.format = "mp3", .sound = "libmp3lame", .seconds = 1},
	};
	struct worker_video v;
	struct worker_stats st;
	unsigned seed = 1;
	int out;

	for (unsigned i = 0; i < 4; i++) {
		struct slice good = av_make(&s->a, &kinds[i]);

		for (unsigned part = 1; part < 8; part++)
			look(s, slice_of(good.p, good.n * part / 8), true, &v);
		for (int n = 0; n < 25; n++) {
			struct slice bad = arena_slice(&s->a, good);

			for (int b = 0; b < 20; b++)
				((uint8_t *)bad.p)[(unsigned)rand_r(&seed) % (b < 10 ? 600 : bad.n)] =
					(uint8_t)rand_r(&seed);
			look(s, bad, n & 1, &v);
		}
	}
	for (int n = 0; n < 20; n++) {
		struct slice bad = arena_slice(&s->a, media_animation(&s->a, ".gif", 64, 48, 4));
		int in;

		for (int b = 0; b < 6; b++)
			((uint8_t *)bad.p)[(unsigned)rand_r(&seed) % bad.n] = (uint8_t)rand_r(&seed);
		in = media_fd(bad);
		if (worker_gif_to_mp4(s->pool, in, &s->a, &v, &out) == 0)
			close(out);
		close(in);
	}
	/* moov at its end, and the end is missing */
	kinds[0].index_first = false;
	struct slice mp4 = av_make(&s->a, &kinds[0]);
	assert_int_equal(look(s, slice_of(mp4.p, mp4.n / 2), false, &v), -ERR_INVALID);
	assert_int_equal(look(s, slice_str("this is a text"), false, &v), -ERR_UNSUPPORTED);
	assert_int_equal(look(s, slice_str(""), false, &v), -ERR_UNSUPPORTED);
	assert_int_equal(
		look(s, slice_str("#EXTM3U\n#EXT-X-TARGETDURATION:9\nfile:///etc/passwd\n"), false, &v),
		-ERR_UNSUPPORTED);
	assert_int_equal(look(s, slice_str("ffconcat version 1.0\nfile /etc/passwd\n"), false, &v),
	                 -ERR_UNSUPPORTED);
	worker_stats(s->pool, &st);
	print_message("# %llu of %llu died\n", (unsigned long long)st.deaths, (unsigned long long)st.tasks);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_mp4, media_setup, media_teardown),
		cmocka_unit_test_setup_teardown(test_turned, media_setup, media_teardown),
		cmocka_unit_test_setup_teardown(test_webm, media_setup, media_teardown),
		cmocka_unit_test_setup_teardown(test_voice, media_setup, media_teardown),
		cmocka_unit_test_setup_teardown(test_music, media_setup, media_teardown),
		cmocka_unit_test_setup_teardown(test_gif, media_setup, media_teardown),
		cmocka_unit_test_setup_teardown(test_profile, media_setup, media_teardown),
		cmocka_unit_test_setup_teardown(test_damage, media_setup, media_teardown),
	};

	av_log_set_level(AV_LOG_QUIET);
	if (!media_begin(argv[0]))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
