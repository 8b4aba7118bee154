/* sound.c - see sound.h. Peaks of 10 ms are kept, so the length need not be known before. */
#include "worker/child/sound.h"

#include <libavutil/channel_layout.h>
#include <libswresample/swresample.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"

enum {
	RATE = 8000,
	BLOCK = RATE / 100,
	BLOCKS_MAX = 6 * 3600 * 100,
	SAMPLES = 100,
	LOUDEST = 31,
	QUIET = 2500
};

struct peaks {
	uint16_t *p;
	size_t n, cap;
	uint16_t now; /* of the block under way */
	unsigned in_block;
	uint64_t heard; /* samples */
};

static int add(struct peaks *k, const int16_t *s, int n)
{
	for (int i = 0; i < n; i++) {
		uint16_t loud = (uint16_t)abs(s[i]);

		k->now = loud > k->now ? loud : k->now;
		if (++k->in_block < BLOCK)
			continue;
		if (k->n == BLOCKS_MAX)
			return -ERR_TOO_BIG;
		if (k->n == k->cap) {
			k->cap = k->cap ? 2 * k->cap : 1024;
			k->p = xrealloc(k->p, k->cap * sizeof(*k->p));
		}
		k->p[k->n++] = k->now;
		k->now = 0;
		k->in_block = 0;
	}
	k->heard += (uint64_t)n;
	return 0;
}

/* Samples that came of it: a large frame may need more rounds; NULL: what is left inside. */
static int convert(SwrContext *swr, const AVFrame *f, struct peaks *k)
{
	static int16_t out[1 << 16];
	uint8_t *to[1] = {(uint8_t *)out};
	int n = swr_convert(swr, to, sizeof(out) / sizeof(out[0]),
	                    f ? (const uint8_t **)f->extended_data : NULL, f ? f->nb_samples : 0);

	return n < 0 ? -ERR_INVALID : n == 0 ? 0 : add(k, out, n) < 0 ? -ERR_TOO_BIG : n;
}

static int start(const AVFrame *f, SwrContext **ret)
{
	AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO, in = {0};

	if (f->sample_rate < 1000 || f->sample_rate > 768000 || f->ch_layout.nb_channels < 1)
		return -ERR_INVALID;
	if (f->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
		av_channel_layout_default(&in, f->ch_layout.nb_channels);
	else if (av_channel_layout_copy(&in, &f->ch_layout) < 0)
		return -ERR_INVALID;
	if (swr_alloc_set_opts2(ret, &mono, AV_SAMPLE_FMT_S16, RATE, &in, f->format, f->sample_rate, 0,
	                        NULL) < 0 ||
	    swr_init(*ret) < 0)
		return -ERR_INVALID;
	return 0;
}

/* The loudest is measured against the whole: one click does not make the rest flat. */
static struct slice draw(const struct peaks *k, struct arena *a)
{
	uint8_t *bits = arena_alloc(a, WORKER_WAVEFORM + 1);
	unsigned peak[SAMPLES], sum = 0, top, v;

	for (size_t i = 0; i < SAMPLES; i++) {
		size_t from = k->n * i / SAMPLES, to = k->n * (i + 1) / SAMPLES;

		peak[i] = k->p[from];
		for (size_t b = from; b < to; b++)
			peak[i] = k->p[b] > peak[i] ? k->p[b] : peak[i];
		sum += peak[i];
	}
	top = sum * 18 / 10 / SAMPLES;
	top = top < QUIET ? QUIET : top;
	for (unsigned i = 0; i < SAMPLES; i++) {
		v = (peak[i] > top ? top : peak[i]) * LOUDEST / top;
		bits[i * 5 / 8] |= (uint8_t)(v << i * 5 % 8);
		bits[i * 5 / 8 + 1] |= (uint8_t)(v << i * 5 % 8 >> 8);
	}
	return slice_of(bits, WORKER_WAVEFORM);
}

int sound_waveform(struct av_in *in, struct arena *a, struct slice *ret, double *ret_seconds)
{
	AVFrame *f = av_frame_alloc();
	struct peaks k = {0};
	SwrContext *swr = NULL;
	AVCodecContext *dec;
	int r = av_in_decoder(in, in->sound, &dec);

	while (r == 0 && (r = av_in_frame(in, in->sound, dec, f)) == 0) {
		r = swr ? 0 : start(f, &swr);
		if (r == 0 && (r = convert(swr, f, &k)) > 0)
			r = 0;
	}
	if (r != -ERR_NOTFOUND || !swr)
		return r < 0 && r != -ERR_NOTFOUND ? r : -ERR_INVALID;
	while ((r = convert(swr, NULL, &k)) != 0)
		if (r < 0)
			return r;
	if (k.in_block || !k.n) { /* the last piece of a block counts, too */
		static const int16_t silence[BLOCK];
		uint64_t heard = k.heard;

		if (!heard || (r = add(&k, silence, BLOCK - (int)k.in_block)) < 0)
			return r < 0 ? r : -ERR_INVALID;
		k.heard = heard;
	}
	*ret = draw(&k, a);
	*ret_seconds = (double)k.heard / RATE;
	return 0;
}
