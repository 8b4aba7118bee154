/* cdn_channel.c - see cdn_channel.h. */
#include "benches/cdn_channel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "benches/content.h"
#include "client/wait.h"
#include "crypto/rng.h"

enum { KIB = 1024 };
#define WITHIN 30000000

static void fail(struct cdn_channel *x, const char *what, struct slice why)
{
	if (!x->error[0])
		snprintf(x->error, sizeof(x->error), "%s: %.*s", what, (int)(why.n > 120 ? 120 : why.n),
		         why.n ? (const char *)why.p : "");
}

static bool call(struct cdn_channel *x, unsigned person, const char *what, const struct tl_obj *q,
                 struct client_result *ret)
{
	int r = client_call_wait(x->crowd->v[person].c, q, WITHIN, ret);

	if (r == 0 && ret->a.r == 0 && ret->decoded == 0)
		return true;
	fail(x, what, ret->a.text.n ? ret->a.text : slice_str(err_name(r < 0 ? r : ret->a.r)));
	return false;
}

static bool find_channel(struct cdn_channel *x, struct tl_vec chats, int64_t *ret_id, int64_t *ret_hash)
{
	const struct tl_channel *c = chats.n ? TL_AS(channel, chats.v[0]) : NULL;

	if (!c) {
		fail(x, "the channel", SLICE_LIT("it is not in the answer"));
		return false;
	}
	*ret_id = c->id;
	*ret_hash = c->access_hash;
	return true;
}

static bool make_channel(struct cdn_channel *x)
{
	struct tl_channels_createChannel make = {.o.name = TL_channels_createChannel,
	                                         .broadcast = true,
	                                         .title = SLICE_LIT("Bench"),
	                                         .about = SLICE_LIT("")};
	struct tl_inputChannel at = {.o.name = TL_inputChannel};
	struct tl_channels_updateUsername name = {
		.o.name = TL_channels_updateUsername, .channel = &at.o, .username = slice_str(x->name)};
	struct client_result a = {0}, b = {0};
	bool ok = call(x, 0, "channels.createChannel", &make.o, &a) && TL_IS(updates, a.o) &&
	          find_channel(x, TL_AS(updates, a.o)->chats, &x->id, &x->access_hash);

	at.channel_id = x->id;
	at.access_hash = x->access_hash;
	ok = ok && call(x, 0, "channels.updateUsername", &name.o, &b);
	client_result_fini(&a);
	client_result_fini(&b);
	return ok;
}

static bool put_parts(struct cdn_channel *x, const struct cdn_file *f, int64_t id, unsigned n)
{
	static uint8_t part[CDN_BENCH_PART];

	for (unsigned i = 0; i < n; i++) {
		uint64_t off = (uint64_t)i * CDN_BENCH_PART;
		uint32_t len = f->size - off < CDN_BENCH_PART ? (uint32_t)(f->size - off) : CDN_BENCH_PART;
		struct tl_upload_saveFilePart q = {
			.o.name = TL_upload_saveFilePart, .file_id = id, .file_part = (int32_t)i};
		struct client_result a = {0};
		bool ok;

		bench_content(f->number, off, len, part);
		q.bytes = slice_of(part, len);
		ok = call(x, 0, "upload.saveFilePart", &q.o, &a);
		client_result_fini(&a);
		if (!ok)
			return false;
	}
	return true;
}

static bool post_file(struct cdn_channel *x, const struct cdn_file *f)
{
	int64_t id = (int64_t)rng_u64();
	unsigned parts = (unsigned)((f->size + CDN_BENCH_PART - 1) / CDN_BENCH_PART);
	struct tl_inputPeerChannel peer = {
		.o.name = TL_inputPeerChannel, .channel_id = x->id, .access_hash = x->access_hash};
	struct tl_inputFile file = {.o.name = TL_inputFile,
	                            .id = id,
	                            .parts = (int32_t)parts,
	                            .name = SLICE_LIT("bench.bin"),
	                            .md5_checksum = SLICE_LIT("")};
	struct tl_inputMediaUploadedDocument media = {.o.name = TL_inputMediaUploadedDocument,
	                                              .force_file = true,
	                                              .file = &file.o,
	                                              .mime_type = SLICE_LIT("application/octet-stream")};
	struct tl_messages_sendMedia q = {.o.name = TL_messages_sendMedia,
	                                  .peer = &peer.o,
	                                  .media = &media.o,
	                                  .message = SLICE_LIT(""),
	                                  .random_id = (int64_t)rng_u64()};
	struct client_result a = {0};
	bool ok = put_parts(x, f, id, parts) && call(x, 0, "messages.sendMedia", &q.o, &a);

	client_result_fini(&a);
	return ok;
}

static bool post_files(struct cdn_channel *x, unsigned kib)
{
	x->files = xcalloc(x->n_files, sizeof(*x->files));
	for (unsigned i = 0; i < x->n_files; i++) {
		/* From a half to one and a half of it, no two alike. */
		x->files[i] = (struct cdn_file){i + 1, (uint64_t)kib * KIB / 2 +
		                                               (uint64_t)kib * KIB * i / x->n_files + i};
		if (!post_file(x, &x->files[i]))
			return false;
	}
	return true;
}

static void see(struct cdn_channel *x, unsigned person, const struct tl_obj *message)
{
	const struct tl_message *m = TL_AS(message, message);
	const struct tl_messageMediaDocument *media = m && m->media ? TL_AS(messageMediaDocument, m->media)
	                                                            : NULL;
	const struct tl_document *d = media && media->document ? TL_AS(document, media->document) : NULL;

	for (unsigned i = 0; d && i < x->n_files; i++)
		if (x->files[i].size == (uint64_t)d->size &&
		    d->file_reference.n <= sizeof(x->seen->reference)) {
			struct cdn_seen *s = &x->seen[person * x->n_files + i];

			s->id = d->id;
			s->access_hash = d->access_hash;
			s->reference_n = d->file_reference.n;
			memcpy(s->reference, d->file_reference.p, d->file_reference.n);
		}
}

/* Joins, and looks at all posts, a hundred at a time. */
static bool come_to(struct cdn_channel *x, unsigned person)
{
	struct tl_contacts_resolveUsername find = {.o.name = TL_contacts_resolveUsername,
	                                           .username = slice_str(x->name)};
	struct tl_inputChannel at = {.o.name = TL_inputChannel};
	struct tl_inputPeerChannel peer = {.o.name = TL_inputPeerChannel};
	struct tl_channels_joinChannel join = {.o.name = TL_channels_joinChannel, .channel = &at.o};
	struct tl_messages_getHistory look = {
		.o.name = TL_messages_getHistory, .peer = &peer.o, .limit = 100};
	struct client_result a = {0}, b = {0};
	bool ok = call(x, person, "contacts.resolveUsername", &find.o, &a) &&
	          TL_IS(contacts_resolvedPeer, a.o) &&
	          find_channel(x, TL_AS(contacts_resolvedPeer, a.o)->chats, &at.channel_id, &at.access_hash);

	peer.channel_id = at.channel_id;
	peer.access_hash = at.access_hash;
	ok = ok && (person == 0 || call(x, person, "channels.joinChannel", &join.o, &b));
	client_result_fini(&a);
	client_result_fini(&b);
	while (ok) {
		struct client_result h = {0};
		const struct tl_messages_channelMessages *m;

		ok = call(x, person, "messages.getHistory", &look.o, &h) &&
		     TL_IS(messages_channelMessages, h.o);
		m = ok ? TL_AS(messages_channelMessages, h.o) : NULL;
		if (m) {
			for (uint32_t i = 0; i < m->messages.n; i++)
				see(x, person, m->messages.v[i]);
			look.add_offset += (int32_t)m->messages.n;
		}
		client_result_fini(&h);
		if (!m || m->messages.n < 100)
			break;
	}
	for (unsigned i = 0; ok && i < x->n_files; i++)
		if (!x->seen[person * x->n_files + i].id) {
			fail(x, "messages.getHistory", SLICE_LIT("a file is not in the channel"));
			ok = false;
		}
	return ok;
}

bool cdn_channel_make(struct cdn_channel *x, struct bench_crowd *crowd, unsigned n_files, unsigned kib)
{
	x->crowd = crowd;
	x->n_files = n_files;
	snprintf(x->name, sizeof(x->name), "bench_%08llx", (unsigned long long)(rng_u64() & 0xffffffff));
	x->seen = xcalloc((size_t)crowd->n * n_files, sizeof(*x->seen));
	if (!make_channel(x) || !post_files(x, kib))
		return false;
	for (unsigned i = 0; i < crowd->n; i++)
		if (!come_to(x, i))
			return false;
	return true;
}

void cdn_channel_fini(struct cdn_channel *x)
{
	free(x->seen);
	free(x->files);
}
