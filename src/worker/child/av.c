/* av.c - see av.h. */
#include "worker/child/av.h"

#include <errno.h>
#include <libavutil/avstring.h>
#include <libavutil/display.h>
#include <libavutil/opt.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"

enum {
	IO_SIZE = 1 << 16,
	FORMAT_BYTES = 1 << 20,
	PROBE_BYTES = 8 << 20,
	ANALYZE_USEC = 5000000,
	STREAMS_MAX = 32,
	PACKETS_MAX = 4000000,
	READ_THROUGH_MAX = 64 << 20,
};

static const char formats[] = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,ogg,mp3,wav,flac,aac,gif,avi,amr";
static const char codecs[] =
	"h264,hevc,vp8,vp9,libvpx-vp9,libdav1d,mpeg4,h263,mpeg1video,mpeg2video,msmpeg4v3,theora,mjpeg,png,"
	"gif,webp,"
	"aac,aac_fixed,aac_latm,mp3,mp3float,mp2,mp2float,opus,libopus,vorbis,flac,alac,ac3,eac3,amrnb,amrwb,"
	"libopencore_amrnb,libopencore_amrwb,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s32le,pcm_u8,pcm_f32le,pcm_"
	"alaw,"
	"pcm_mulaw,adpcm_ima_wav,adpcm_ms";

struct io {
	int fd;
	int64_t at, size;
};

static int io_read(void *arg, uint8_t *to, int n)
{
	struct io *io = arg;
	ssize_t k = pread(io->fd, to, (size_t)n, io->at);

	if (k < 0)
		return AVERROR(errno);
	io->at += k;
	return k ? (int)k : AVERROR_EOF;
}

static int io_write(void *arg, uint8_t *from, int n)
{
	struct io *io = arg;
	ssize_t k;

	for (int done = 0; done < n; done += (int)k) {
		k = pwrite(io->fd, from + done, (size_t)(n - done), io->at);
		if (k <= 0)
			return AVERROR(k < 0 ? errno : EIO);
		io->at += k;
	}
	if (io->at > io->size)
		io->size = io->at;
	return n;
}

static int64_t io_seek(void *arg, int64_t to, int whence)
{
	struct io *io = arg;

	whence &= ~AVSEEK_FORCE;
	if (whence == AVSEEK_SIZE)
		return io->size;
	to += whence == SEEK_CUR ? io->at : whence == SEEK_END ? io->size : 0;
	if (to < 0)
		return AVERROR(EINVAL);
	io->at = to;
	return to;
}

static AVIOContext *new_io(int fd, int64_t size, bool output)
{
	struct io *io = xcalloc(1, sizeof(*io));

	io->fd = fd;
	io->size = size;
	return avio_alloc_context(av_malloc(IO_SIZE), IO_SIZE, output, io, io_read, output ? io_write : NULL,
	                          io_seek);
}

/* Files that name other files: no. */
static int refuse_open(AVFormatContext *ctx, AVIOContext **ret, const char *url, int flags, AVDictionary **o)
{
	return AVERROR(EPERM);
}

/* The muxer reads its own output once more, to move the index to the front. */
static int open_again(AVFormatContext *ctx, AVIOContext **ret, const char *url, int flags, AVDictionary **o)
{
	struct io *io = ctx->pb->opaque;

	if (flags != AVIO_FLAG_READ)
		return AVERROR(EPERM);
	*ret = new_io(io->fd, io->size, false);
	return 0;
}

static int close_again(AVFormatContext *ctx, AVIOContext *io)
{
	return 0;
}

/* Degrees clockwise, of the four that cameras write; others stay as they are. */
static int turn_of(const AVStream *s)
{
	const int32_t *m = (const int32_t *)av_stream_get_side_data(s, AV_PKT_DATA_DISPLAYMATRIX, NULL);
	double by = m ? -av_display_rotation_get(m) : 0;
	int d;

	if (isnan(by))
		return 0;
	d = ((int)lround(by) % 360 + 360) % 360;
	return d % 90 ? 0 : d;
}

static int measure(struct av_in *in)
{
	const AVCodecParameters *c = in->video->codecpar;
	AVRational sar = in->video->sample_aspect_ratio.num ? in->video->sample_aspect_ratio
	                                                    : c->sample_aspect_ratio;
	int64_t w = c->width, h = c->height;

	if (w < 1 || h < 1)
		return -ERR_INVALID;
	if (sar.num > 0 && sar.den > 0 && sar.num < sar.den * 10ll && sar.den < sar.num * 10ll)
		w = av_rescale(w, sar.num, sar.den);
	if (w < 1)
		return -ERR_INVALID;
	if (w > WORKER_SIDE_MAX || h > WORKER_SIDE_MAX || w * h > WORKER_PIXELS_MAX ||
	    (int64_t)c->width * c->height > WORKER_PIXELS_MAX)
		return -ERR_TOO_BIG;
	in->turn = turn_of(in->video);
	in->w = (int)(in->turn % 180 ? h : w);
	in->h = (int)(in->turn % 180 ? w : h);
	return 0;
}

static void choose_streams(struct av_in *in)
{
	for (unsigned i = 0; i < in->ctx->nb_streams; i++) {
		AVStream *s = in->ctx->streams[i];

		if (s->codecpar->codec_type == AVMEDIA_TYPE_VIDEO &&
		    s->disposition & AV_DISPOSITION_ATTACHED_PIC)
			in->cover = in->cover ? in->cover : s;
		else if (s->codecpar->codec_type == AVMEDIA_TYPE_VIDEO && s->codecpar->codec_id)
			in->video = in->video ? in->video : s;
		else if (s->codecpar->codec_type == AVMEDIA_TYPE_AUDIO && s->codecpar->codec_id)
			in->sound = in->sound ? in->sound : s;
	}
}

int av_in_open(int fd, struct av_in *ret)
{
	struct av_in in = {.ctx = avformat_alloc_context()};
	const AVInputFormat *format = NULL;
	struct stat st;
	int r;

	if (fstat(fd, &st) < 0 || st.st_size <= 0)
		return -ERR_UNSUPPORTED;
	in.size = (uint64_t)st.st_size;
	in.ctx->pb = new_io(fd, st.st_size, false);
	in.ctx->flags |= AVFMT_FLAG_CUSTOM_IO;
	in.ctx->io_open = refuse_open;
	in.ctx->format_whitelist = av_strdup(formats);
	in.ctx->codec_whitelist = av_strdup(codecs);
	in.ctx->probesize = PROBE_BYTES;
	in.ctx->max_analyze_duration = ANALYZE_USEC;
	in.ctx->max_streams = STREAMS_MAX;
	if (av_probe_input_buffer2(in.ctx->pb, &format, "", NULL, 0, FORMAT_BYTES) < 0 ||
	    av_match_list(format->name, formats, ',') <= 0)
		return -ERR_UNSUPPORTED;
	if (avformat_open_input(&in.ctx, "", format, NULL) < 0 || avformat_find_stream_info(in.ctx, NULL) < 0)
		return -ERR_INVALID;
	choose_streams(&in);
	if (!in.video && !in.sound)
		return -ERR_INVALID;
	if (in.video && (r = measure(&in)) < 0)
		return r;
	*ret = in;
	return 0;
}

int av_in_decoder(struct av_in *in, AVStream *s, AVCodecContext **ret)
{
	const AVCodec *codec = avcodec_find_decoder(s->codecpar->codec_id);
	const AVDictionaryEntry *alpha = av_dict_get(s->metadata, "alpha_mode", NULL, 0);
	AVCodecContext *dec;

	/* only this one knows the second picture that carries the alpha */
	if (s->codecpar->codec_id == AV_CODEC_ID_VP9 && alpha && strcmp(alpha->value, "1") == 0)
		codec = avcodec_find_decoder_by_name("libvpx-vp9");
	dec = codec ? avcodec_alloc_context3(codec) : NULL;
	if (!dec || avcodec_parameters_to_context(dec, s->codecpar) < 0)
		return -ERR_INVALID;
	dec->thread_count = 1;
	dec->pkt_timebase = s->time_base;
	dec->codec_whitelist = av_strdup(codecs);
	dec->max_pixels = WORKER_PIXELS_MAX;
	if (avcodec_open2(dec, codec, NULL) < 0)
		return -ERR_INVALID;
	for (unsigned i = 0; i < in->ctx->nb_streams; i++)
		in->ctx->streams[i]->discard = in->ctx->streams[i] == s ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
	*ret = dec;
	return 0;
}

int av_in_frame(struct av_in *in, AVStream *s, AVCodecContext *dec, AVFrame *f)
{
	AVPacket *p = av_packet_alloc();
	int r;

	for (int i = 0; i < PACKETS_MAX; i++) {
		r = avcodec_receive_frame(dec, f);
		if (r != AVERROR(EAGAIN))
			break;
		r = av_read_frame(in->ctx, p);
		if (r == 0 && p->stream_index != s->index) {
			av_packet_unref(p);
			continue;
		}
		r = avcodec_send_packet(dec, r == 0 ? p : NULL); /* at the end: what is left inside */
		av_packet_unref(p);
		if (r < 0 && r != AVERROR_INVALIDDATA && r != AVERROR(EAGAIN) && r != AVERROR_EOF)
			break;
	}
	av_packet_free(&p);
	return r == 0 ? 0 : r == AVERROR_EOF ? -ERR_NOTFOUND : -ERR_INVALID;
}

int av_in_rewind(struct av_in *in)
{
	return av_seek_frame(in->ctx, -1, 0, AVSEEK_FLAG_BACKWARD) < 0 ? -ERR_INVALID : 0;
}

/* The end of the last packet. */
static double read_through(struct av_in *in)
{
	AVPacket *p = av_packet_alloc();
	double end = 0, at;

	while (av_read_frame(in->ctx, p) == 0) {
		const AVStream *s = in->ctx->streams[p->stream_index];

		at = p->pts == AV_NOPTS_VALUE ? 0 : (double)(p->pts + p->duration) * av_q2d(s->time_base);
		if (s->start_time != AV_NOPTS_VALUE)
			at -= (double)s->start_time * av_q2d(s->time_base);
		end = at > end ? at : end;
		av_packet_unref(p);
	}
	av_packet_free(&p);
	return end;
}

double av_in_duration(struct av_in *in)
{
	double d = in->ctx->duration > 0 ? (double)in->ctx->duration / AV_TIME_BASE : 0;

	if (d == 0 && in->size <= READ_THROUGH_MAX) {
		d = read_through(in);
		av_in_rewind(in);
	}
	return isfinite(d) && d > 0 && d < 1e8 ? d : 0;
}

int av_out_open(int fd, const char *format, AVFormatContext **ret)
{
	AVFormatContext *ctx;

	if (avformat_alloc_output_context2(&ctx, NULL, format, "out") < 0)
		return -ERR_UNSUPPORTED;
	ctx->pb = new_io(fd, 0, true);
	ctx->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
	ctx->io_open = open_again;
	ctx->io_close2 = close_again;
	*ret = ctx;
	return 0;
}
