/* test_image.c - pictures through the real worker: sizes, what is left out of them, and inputs that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "base/err.h"
#include "media.h"

/* The header that clients put before a stripped thumb, height and width at 164 and 166 (tdlib, Telethon, tdesktop alike). */
static const char client_header[] = "ffd8ffe000104a46494600010100000100010000ffdb004300281c1e231e19282321232d"
				    "2b28303c64413c37373c7b585d496491"
				    "8099968f808c8aa0b4e6c3a0aadaad8a8cc8ffcbdaeef5ffffff9bc1fffffffaffe6fdff"
				    "f8ffdb0043012b2d2d3c353c76414176"
				    "f8a58ca5f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8"
				    "f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8"
				    "f8f8ffc00011080000000003012200021101031101ffc4001f0000010501010101010100"
				    "00000000000000010203040506070809"
				    "0a0bffc400b5100002010303020403050504040000017d01020300041105122131410613"
				    "516107227114328191a1082342b1c115"
				    "52d1f02433627282090a161718191a25262728292a3435363738393a434445464748494a"
				    "535455565758595a636465666768696a"
				    "737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3"
				    "b4b5b6b7b8b9bac2c3c4c5c6c7c8c9ca"
				    "d2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9faffc4001f010003"
				    "01010101010101010100000000000001"
				    "02030405060708090a0bffc400b511000201020404030407050404000102770001020311"
				    "04052131061241510761711322328108"
				    "144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a3536373839"
				    "3a434445464748494a53545556575859"
				    "5a636465666768696a737475767778797a82838485868788898a92939495969798999aa2"
				    "a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9"
				    "bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9"
				    "faffda000c03010002110311003f00";

static int look(struct s *s, struct slice file, enum worker_image_for what, struct worker_image *ret)
{
	int fd = media_fd(file), r;

	memset(ret, 0, sizeof(*ret));
	r = worker_image(s->pool, fd, what, &s->a, ret);
	close(fd);
	return r;
}

static void check_sizes(const struct worker_image *m, const char *letters, const int (*sides)[2])
{
	assert_int_equal(m->n_sizes, strlen(letters));
	for (int i = 0; i < m->n_sizes; i++) {
		assert_int_equal(m->size[i].type, letters[i]);
		assert_int_equal(m->size[i].w, sides[i][0]);
		assert_int_equal(m->size[i].h, sides[i][1]);
		media_check_quarters(m->size[i].jpeg, sides[i][0], sides[i][1]);
	}
}

static bool holds(struct slice s, const char *text)
{
	return memmem(s.p, s.n, text, strlen(text)) != NULL;
}

static void test_photo(void **state)
{
	static const int all[][2] = {{100, 75}, {320, 240}, {800, 600}, {1280, 960}, {2560, 1920}};
	static const int small[][2] = {{100, 75}, {320, 240}, {400, 300}};
	static const int tiny[][2] = {{20, 30}};
	struct s *s = *state;
	struct worker_image m;
	const struct worker_size *w;

	assert_int_equal(look(s, media_picture(&s->a, ".jpg", 4000, 3000, 0), WORKER_PHOTO, &m), 0);
	assert_int_equal(m.w, 4000);
	assert_int_equal(m.h, 3000);
	assert_string_equal(m.mime, "image/jpeg");
	check_sizes(&m, "smxyw", all);
	for (int i = 0; i < 4; i++)
		assert_int_equal(m.size[i].n_progressive, 0);
	w = &m.size[4];
	assert_int_equal(w->n_progressive, 5);
	assert_int_equal(w->progressive[4], w->jpeg.n);

	assert_int_equal(look(s, media_picture(&s->a, ".png", 400, 300, 0), WORKER_PHOTO, &m), 0);
	assert_string_equal(m.mime, "image/png");
	check_sizes(&m, "smx", small);
	assert_int_equal(look(s, media_picture(&s->a, ".png", 20, 30, 0), WORKER_PHOTO, &m), 0);
	check_sizes(&m, "s", tiny);
	assert_int_equal(look(s, media_picture(&s->a, ".png", 1, 1, 0), WORKER_PHOTO, &m), 0);
	assert_int_equal(m.n_sizes, 1);
}

/* Each prefix that a progressive mark names is a picture already, and the same one. */
static void test_progressive(void **state)
{
	struct s *s = *state;
	struct worker_image m;
	const struct worker_size *y;
	uint8_t *cut;

	assert_int_equal(look(s, media_picture(&s->a, ".jpg", 1280, 960, 0), WORKER_PHOTO, &m), 0);
	y = &m.size[m.n_sizes - 1];
	assert_int_equal(y->type, 'y');
	for (int i = 0; i < y->n_progressive - 1; i++) {
		cut = arena_alloc(&s->a, (size_t)y->progressive[i] + 2);
		memcpy(cut, y->jpeg.p, (size_t)y->progressive[i]);
		memcpy(cut + y->progressive[i], "\xff\xd9", 2);
		media_check_quarters(slice_of(cut, (size_t)y->progressive[i] + 2), 1280, 960);
	}
}

/* A picture as each of EXIF's eight ways holds it; what comes out stands upright and has no EXIF. */
static void test_upright(void **state)
{
	struct s *s = *state;

	for (int o = 1; o <= 8; o++) {
		struct slice plain = media_picture(&s->a, ".png", 240, 160, 0), turned;
		VipsImage *im = vips_image_new_from_buffer(plain.p, plain.n, "", NULL), *t;
		struct worker_image m;
		void *p;
		size_t n;

		/* so that turning by `o` gives the plain one: EXIF 6 is "turn by 90 to see it", and so on */
		static const VipsAngle back[9] = {0,
		                                  0,
		                                  0,
		                                  VIPS_ANGLE_D180,
		                                  VIPS_ANGLE_D180,
		                                  VIPS_ANGLE_D90,
		                                  VIPS_ANGLE_D270,
		                                  VIPS_ANGLE_D270,
		                                  VIPS_ANGLE_D90};
		assert_int_equal(vips_rot(im, &t, back[o], NULL), 0);
		im = t;
		if (o == 2 || o == 4 || o == 5 || o == 7) {
			assert_int_equal(vips_flip(im, &t, VIPS_DIRECTION_HORIZONTAL, NULL), 0);
			im = t;
		}
		assert_int_equal(vips_copy(im, &t, NULL), 0);
		vips_image_set_int(t, "orientation", o);
		vips_image_set_string(t, "exif-ifd0-Make",
		                      "SecretCamera (SecretCamera, ASCII, 13 components, 13 bytes)");
		vips_image_set_string(t, "exif-ifd3-GPSLatitude",
		                      "52/1 31/1 12/1 (52, 31, 12, Rational, 3 components, 24 bytes)");
		assert_int_equal(vips_jpegsave_buffer(t, &p, &n, NULL), 0);
		turned = slice_of(p, n);
		assert_true(holds(turned, "Exif") && holds(turned, "SecretCamera"));
		assert_int_equal(look(s, turned, WORKER_PHOTO, &m), 0);
		if (m.w != 240 || m.h != 160)
			fail_msg("orientation %d: %dx%d", o, m.w, m.h);
		for (int i = 0; i < m.n_sizes; i++) {
			if (o != 5 &&
			    o != 7) /* vips writes these two as any other picture; which corner is which differs */
				media_check_quarters(m.size[i].jpeg, m.size[i].w, m.size[i].h);
			assert_false(holds(m.size[i].jpeg, "Exif"));
			assert_false(holds(m.size[i].jpeg, "SecretCamera"));
		}
		g_free(p);
	}
}

static void test_formats(void **state)
{
	static const struct {
		const char *suffix, *mime;
	} all[] = {
		{".jpg", "image/jpeg"}, {".png[interlace]", "image/png"},          {".webp", "image/webp"},
		{".gif", "image/gif"},  {".heic[compression=hevc]", "image/heic"}, {".avif", "image/avif"}};
	struct s *s = *state;
	struct worker_image m;

	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		assert_int_equal(look(s, media_picture(&s->a, all[i].suffix, 320, 200, 0), WORKER_PHOTO, &m),
		                 0);
		assert_string_equal(m.mime, all[i].mime);
		assert_false(m.animated);
		check_sizes(&m, "sm", (const int[][2]){{100, 63}, {320, 200}});
	}
	assert_int_equal(look(s, media_animation(&s->a, ".gif", 320, 200, 4), WORKER_PHOTO, &m), 0);
	assert_true(m.animated);
	assert_int_equal(m.h, 200);
	check_sizes(&m, "sm", (const int[][2]){{100, 63}, {320, 200}});
	assert_int_equal(look(s, media_animation(&s->a, ".webp", 320, 200, 4), WORKER_PHOTO, &m), 0);
	assert_true(m.animated);
	check_sizes(&m, "sm", (const int[][2]){{100, 63}, {320, 200}});
}

/* Grey, with alpha, 16 bits, CMYK: all of them come out as plain colour. */
static void test_colours(void **state)
{
	struct s *s = *state;
	struct slice plain = media_picture(&s->a, ".png", 200, 100, 0);
	VipsImage *im = vips_image_new_from_buffer(plain.p, plain.n, "", NULL), *t, *u;
	struct worker_image m;
	void *p;
	size_t n;

	assert_int_equal(vips_colourspace(im, &t, VIPS_INTERPRETATION_RGB16, NULL), 0);
	assert_int_equal(vips_pngsave_buffer(t, &p, &n, NULL), 0);
	assert_int_equal(look(s, slice_of(p, n), WORKER_PHOTO, &m), 0);
	check_sizes(&m, "sm", (const int[][2]){{100, 50}, {200, 100}});
	assert_int_equal(vips_addalpha(im, &t, NULL), 0);
	assert_int_equal(vips_linear1(t, &u, 0.0, 0.0, "uchar", TRUE, NULL), 0); /* all clear: white */
	assert_int_equal(vips_pngsave_buffer(u, &p, &n, NULL), 0);
	assert_int_equal(look(s, slice_of(p, n), WORKER_PHOTO, &m), 0);
	assert_true(m.alpha);
	t = vips_image_new_from_buffer(m.size[0].jpeg.p, m.size[0].jpeg.n, "", NULL);
	assert_int_equal(vips_image_get_bands(t), 3);
	double *at;
	int bands;
	assert_int_equal(vips_getpoint(t, &at, &bands, 10, 10, NULL), 0);
	assert_true(at[0] > 250 && at[1] > 250 && at[2] > 250);
	assert_int_equal(vips_colourspace(im, &t, VIPS_INTERPRETATION_B_W, NULL), 0);
	assert_int_equal(vips_jpegsave_buffer(t, &p, &n, NULL), 0);
	assert_int_equal(look(s, slice_of(p, n), WORKER_PHOTO, &m), 0);
	assert_int_equal(m.n_sizes, 2);
	assert_int_not_equal(m.stripped.n, 0);
	/* grey, with the profile of a colour picture: cameras do that */
	assert_int_equal(vips_jpegsave_buffer(t, &p, &n, "profile", "srgb", NULL), 0);
	assert_int_equal(look(s, slice_of(p, n), WORKER_PHOTO, &m), 0);
	/* with a profile that says what is so anyway, nothing moves */
	assert_int_equal(vips_copy(im, &t, NULL), 0);
	assert_int_equal(vips_icc_transform(t, &u, "srgb", "embedded", FALSE, "input_profile", "srgb", NULL),
	                 0);
	assert_int_equal(vips_jpegsave_buffer(u, &p, &n, NULL), 0);
	assert_true(holds(slice_of(p, n), "ICC_PROFILE"));
	assert_int_equal(look(s, slice_of(p, n), WORKER_PHOTO, &m), 0);
	check_sizes(&m, "sm", (const int[][2]){{100, 50}, {200, 100}});
	assert_false(holds(m.size[1].jpeg, "ICC_PROFILE"));
	assert_int_equal(vips_icc_export(im, &t, "output_profile", "cmyk", NULL), 0);
	assert_int_equal(vips_jpegsave_buffer(t, &p, &n, NULL), 0);
	assert_int_equal(look(s, slice_of(p, n), WORKER_PHOTO, &m), 0);
	t = vips_image_new_from_buffer(m.size[1].jpeg.p, m.size[1].jpeg.n, "", NULL);
	assert_int_equal(vips_image_get_bands(t), 3);
}

static void test_profile(void **state)
{
	struct s *s = *state;
	struct worker_image m;

	assert_int_equal(look(s, media_picture(&s->a, ".jpg", 1000, 700, 0), WORKER_PROFILE, &m), 0);
	check_sizes(&m, "abc", (const int[][2]){{160, 160}, {320, 320}, {640, 640}});
	assert_int_equal(look(s, media_picture(&s->a, ".jpg", 300, 200, 0), WORKER_PROFILE, &m), 0);
	check_sizes(&m, "abc", (const int[][2]){{160, 160}, {200, 200}, {200, 200}});
}

/* Pixels of a corner of what was made, clockwise from the upper left. */
static void check_corner(struct slice jpeg, int corner, int32_t colour)
{
	VipsImage *im = vips_image_new_from_buffer(jpeg.p, jpeg.n, "", NULL);
	int last = vips_image_get_width(im) - 1, n;
	double *v;

	assert_int_equal(vips_getpoint(im, &v, &n, corner == 1 || corner == 2 ? last : 0,
	                               corner >= 2 ? last : 0, NULL),
	                 0);
	for (int k = 0; k < 3; k++)
		assert_true(v[k] > (colour >> (16 - 8 * k) & 255) - 12. &&
		            v[k] < (colour >> (16 - 8 * k) & 255) + 12.);
	g_free(v);
	g_object_unref(im);
}

static void test_of_colours(void **state)
{
	static const int32_t all[] = {0xff0000, 0x00ff00, 0x0000ff, 0xffffff};
	/* which of them lies in each corner, clockwise */
	static const int corners[][4] = {{0, 0, 0, 0}, {0, 0, 1, 1}, {0, 1, 2, 2}, {0, 1, 3, 2}};
	static const int sides[] = {160, 320, 640};
	struct s *s = *state;
	struct worker_image m;

	for (uint32_t n = 1; n <= WORKER_COLOURS_MAX; n++) {
		assert_int_equal(worker_colours(s->pool, all, n, &s->a, &m), 0);
		assert_int_equal(m.n_sizes, 3);
		assert_true(m.stripped.n > 3);
		for (int i = 0; i < 3; i++) {
			assert_int_equal(m.size[i].type, "abc"[i]);
			assert_int_equal(m.size[i].w, sides[i]);
			assert_int_equal(m.size[i].h, sides[i]);
			for (int k = 0; k < 4; k++)
				check_corner(m.size[i].jpeg, k, all[corners[n - 1][k]]);
		}
	}
	assert_int_equal(worker_colours(s->pool, all, 0, &s->a, &m), -ERR_UNSUPPORTED);
}

static void test_thumbs(void **state)
{
	struct s *s = *state;
	struct worker_image m;

	assert_int_equal(look(s, media_picture(&s->a, ".png", 3000, 1000, 0), WORKER_THUMB, &m), 0);
	check_sizes(&m, "m", (const int[][2]){{320, 107}});
	assert_int_not_equal(m.stripped.n, 0);
	assert_int_equal(look(s, media_picture(&s->a, ".webp", 512, 512, 0), WORKER_STICKER_THUMB, &m), 0);
	check_sizes(&m, "m", (const int[][2]){{128, 128}});
	assert_memory_equal(m.size[0].jpeg.p + 8, "WEBP", 4);
}

static struct slice as_client(struct arena *a, struct slice stripped)
{
	size_t n = (sizeof(client_header) - 1) / 2;
	uint8_t *p = arena_alloc(a, n + stripped.n);

	assert_int_equal(n, 623);
	for (size_t i = 0; i < n; i++) {
		unsigned v;

		assert_int_equal(sscanf(client_header + 2 * i, "%2x", &v), 1);
		p[i] = (uint8_t)v;
	}
	p[164] = stripped.p[1];
	p[166] = stripped.p[2];
	memcpy(p + n, stripped.p + 3, stripped.n - 3);
	memcpy(p + n + stripped.n - 3, "\xff\xd9", 2);
	return slice_of(p, n + stripped.n - 1);
}

static void test_stripped(void **state)
{
	static const int sides[][4] = {{4000, 3000, 40, 30}, {300, 800, 15, 40}, {24, 16, 24, 16}};
	struct s *s = *state;
	struct worker_image m;

	for (int i = 0; i < 3; i++) {
		assert_int_equal(look(s, media_picture(&s->a, ".jpg[Q=95]", sides[i][0], sides[i][1], 0),
		                      WORKER_PHOTO, &m),
		                 0);
		assert_int_equal(m.stripped.p[0], 1);
		assert_int_equal(m.stripped.p[1], sides[i][3]);
		assert_int_equal(m.stripped.p[2], sides[i][2]);
		media_check_quarters(as_client(&s->a, m.stripped), sides[i][2], sides[i][3]);
	}
}

/* Sides in the header of a PNG, with a right checksum. */
static struct slice png_of_sides(struct arena *a, uint32_t w, uint32_t h)
{
	struct slice png = arena_slice(a, media_picture(a, ".png", 10, 10, 0));
	uint8_t *p = (uint8_t *)png.p;
	uint32_t v[2] = {w, h}, c;

	for (int i = 0; i < 8; i++)
		p[16 + i] = (uint8_t)(v[i / 4] >> (24 - 8 * (i % 4)));
	c = (uint32_t)crc32(0, p + 12, 17);
	for (int i = 0; i < 4; i++)
		p[29 + i] = (uint8_t)(c >> (24 - 8 * i));
	return png;
}

static void test_huge(void **state)
{
	struct s *s = *state;
	struct worker_stats before, after;
	struct worker_image m;
	VipsImage *black;
	void *p;
	size_t n;

	assert_int_equal(look(s, png_of_sides(&s->a, 60000, 60000), WORKER_PHOTO, &m), -ERR_TOO_BIG);
	assert_int_equal(look(s, png_of_sides(&s->a, 20001, 10), WORKER_PHOTO, &m), -ERR_TOO_BIG);
	assert_int_equal(look(s, png_of_sides(&s->a, 0, 10), WORKER_PHOTO, &m), -ERR_INVALID);
	assert_int_equal(look(s, png_of_sides(&s->a, 0x7fffffff, 0x7fffffff), WORKER_PHOTO, &m),
	                 -ERR_INVALID);
	assert_int_equal(look(s, png_of_sides(&s->a, 9000, 9000), WORKER_PHOTO, &m),
	                 -ERR_INVALID); /* no such rows */
	worker_stats(s->pool, &before);
	/* 90 megapixels in 90 KB, 270 MB when unpacked: within the limit, so it is done, in bounded memory */
	assert_int_equal(vips_black(&black, 10000, 9000, "bands", 3, NULL), 0);
	assert_int_equal(vips_pngsave_buffer(black, &p, &n, "compression", 9, NULL), 0);
	assert_true(n < 1000000);
	assert_int_equal(look(s, slice_of(p, n), WORKER_PHOTO, &m), 0);
	assert_int_equal(m.size[m.n_sizes - 1].w, 2560);
	/* interlaced it has to be held whole: done or refused, nobody dies of it but its process */
	assert_int_equal(vips_pngsave_buffer(black, &p, &n, "compression", 9, "interlace", TRUE, NULL), 0);
	look(s, slice_of(p, n), WORKER_PHOTO, &m);
	worker_stats(s->pool, &after);
	assert_true(after.deaths - before.deaths <= 1);
	assert_int_equal(look(s, media_picture(&s->a, ".png", 20, 30, 0), WORKER_PHOTO, &m), 0);
}

static void test_truncated(void **state)
{
	static const char *const all[] = {".jpg", ".jpg[interlace]",        ".png", ".webp",
	                                  ".gif", ".heic[compression=hevc]"};
	struct s *s = *state;
	struct worker_image m;

	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct slice whole = strcmp(all[i], ".gif") == 0 ? media_animation(&s->a, all[i], 600, 400, 1)
		                                                 : media_picture(&s->a, all[i], 600, 400, 0);

		assert_int_equal(look(s, whole, WORKER_PHOTO, &m), 0);
		for (unsigned part = 1; part < 8; part++) {
			int r = look(s, slice_of(whole.p, whole.n * part / 8), WORKER_PHOTO, &m);

			/* a GIF without its last codes shows what there is, in every viewer: libnsgif takes it */
			if (r != -ERR_INVALID && !(r == 0 && strcmp(all[i], ".gif") == 0))
				fail_msg("%s: %u/8 gave %d", all[i], part, r);
		}
	}
}

static void test_other_things(void **state)
{
	static const char *const others[] = {
		"",
		"x",
		"\xff\xd8",
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>",
		"%PDF-1.4\n%",
		"II*",
		"BM",
		"P6 4 4 255 ",
		"#!/bin/sh\n",
		"push graphic-context\nviewbox 0 0 9 9\n",
		"RIFF\4   WAVE",
		"GIF88a",
	};
	static const char *const begun[] = {"\xff\xd8\xff", "\x89PNG\r\n\x1a\n", "RIFF\x08   WEBPVP8 ",
	                                    "GIF89a"};
	struct s *s = *state;
	struct slice png = media_picture(&s->a, ".png", 50, 50, 0);
	struct worker_image m;
	char *mixed;

	for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(look(s, slice_str(others[i]), WORKER_PHOTO, &m), -ERR_UNSUPPORTED);
	for (unsigned i = 0; i < sizeof(begun) / sizeof(begun[0]); i++) {
		struct slice b = slice_str(begun[i]);

		mixed = arena_alloc(&s->a, b.n + png.n);
		memcpy(mixed, b.p, b.n);
		memcpy(mixed + b.n, png.p + 8, png.n - 8);
		assert_int_equal(look(s, b, WORKER_PHOTO, &m), -ERR_INVALID);
		if (i != 1)
			assert_int_equal(look(s, slice_of(mixed, b.n + png.n - 8), WORKER_PHOTO, &m),
			                 -ERR_INVALID);
	}
}

/* Random damage: answers, whatever they are; nobody dies without being replaced. */
static void test_damage(void **state)
{
	static const char *const all[] = {
		".jpg", ".png", ".webp", ".gif", ".heic[compression=hevc]", ".jpg[interlace]"};
	struct s *s = *state;
	struct worker_image m;
	unsigned seed = 1;

	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct slice good = media_picture(&s->a, all[i], 64, 48, 0);

		for (int k = 0; k < 20; k++) {
			struct slice bad = arena_slice(&s->a, good);

			for (int n = 0; n < 8; n++)
				((uint8_t *)bad.p)[(unsigned)rand_r(&seed) % bad.n] = (uint8_t)rand_r(&seed);
			look(s, bad, k % 4, &m);
		}
	}
	assert_int_equal(look(s, media_picture(&s->a, ".png", 20, 30, 0), WORKER_PHOTO, &m), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_photo, media_setup, media_teardown),
		cmocka_unit_test_setup_teardown(test_progressive, media_setup, media_teardown),
		cmocka_unit_test_setup_teardown(test_upright, media_setup, media_teardown),
		cmocka_unit_test_setup_teardown(test_formats, media_setup, media_teardown),
		cmocka_unit_test_setup_teardown(test_colours, media_setup, media_teardown),
		cmocka_unit_test_setup_teardown(test_profile, media_setup, media_teardown),
		cmocka_unit_test_setup_teardown(test_of_colours, media_setup, media_teardown),
		cmocka_unit_test_setup_teardown(test_thumbs, media_setup, media_teardown),
		cmocka_unit_test_setup_teardown(test_stripped, media_setup, media_teardown),
		cmocka_unit_test_setup_teardown(test_huge, media_setup, media_teardown),
		cmocka_unit_test_setup_teardown(test_truncated, media_setup, media_teardown),
		cmocka_unit_test_setup_teardown(test_other_things, media_setup, media_teardown),
		cmocka_unit_test_setup_teardown(test_damage, media_setup, media_teardown),
	};

	if (!media_begin(argv[0]))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
