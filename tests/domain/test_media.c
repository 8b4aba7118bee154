/* test_media.c - messages with media: albums, edits, what destroys itself, voices, shared media, dice and places. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "domain/media/cache.h"
#include "domain/media/media.h"
#include "domain/messages/expire.h"
#include "files.h"
#include "room.h"
#include "store/job.h"
#include "three.h"

static struct tl_obj *video_attribute(struct s *s)
{
	struct tl_documentAttributeVideo *v = Q(s, documentAttributeVideo);

	v->duration = 2.5;
	v->w = 640;
	v->h = 360;
	return &v->o;
}

static struct tl_obj *audio_attribute(struct s *s, bool voice)
{
	struct tl_documentAttributeAudio *v = Q(s, documentAttributeAudio);

	v->duration = 3;
	v->voice = voice;
	return &v->o;
}

static struct tl_messages_sendMultiMedia *album(struct s *s, uint32_t n)
{
	struct tl_messages_sendMultiMedia *q = Q(s, messages_sendMultiMedia);

	q->peer = world_peer(s->w, s->a, s->b.id);
	q->multi_media = tl_vec_new(world_arena(s->w), n);
	for (uint32_t i = 0; i < n; i++) {
		struct tl_inputSingleMedia *m = Q(s, inputSingleMedia);

		m->media = &files_document(s->w, s->a, files_bytes(s->w, 1000 + i, i), "x", "a/b", NULL)->o;
		m->random_id = ++s->random_id;
		m->message = i ? SLICE_LIT("") : SLICE_LIT("caption");
		q->multi_media.v[i] = &m->o;
	}
	return q;
}

static void albums(void **state)
{
	struct s *s = *state;
	struct tl_messages_sendMultiMedia *q = album(s, 3);
	struct tl_updates *u = TL_AS(updates, talk_call(s->w, s->a, &q->o)), *twice;
	struct tl_messages_forwardMessages *f = Q(s, messages_forwardMessages);
	int32_t ids[3];
	int64_t group = 0, random_ids[3] = {801, 802, 803};
	struct tl_message *m;

	assert_non_null(u);
	assert_int_equal(u->updates.n, 6);
	for (int i = 0; i < 3; i++) {
		assert_true(TL_IS(updateMessageID, u->updates.v[i]));
		m = TL_AS(message, TL_AS(updateNewMessage, u->updates.v[3 + i])->message);
		assert_true(m->has_grouped_id);
		assert_true(!i || m->grouped_id == group);
		group = m->grouped_id;
		ids[i] = m->id;
	}
	twice = TL_AS(updates, talk_call(s->w, s->a, &q->o)); /* the first result again */
	assert_int_equal(TL_AS(updateMessageID, twice->updates.v[2])->id, ids[2]);
	assert_int_equal(files_top(s->w, s->b, s->a)->grouped_id, group);

	f->from_peer = world_peer(s->w, s->a, s->b.id);
	f->to_peer = world_peer(s->w, s->a, s->c.id);
	f->id = (struct tl_vec_int){ids, 3};
	f->random_id = (struct tl_vec_long){random_ids, 3};
	u = TL_AS(updates, talk_call(s->w, s->a, &f->o));
	m = TL_AS(message, TL_AS(updateNewMessage, u->updates.v[5])->message);
	assert_true(m->has_grouped_id && m->grouped_id != group);
	assert_int_equal(TL_AS(message, TL_AS(updateNewMessage, u->updates.v[3])->message)->grouped_id,
	                 m->grouped_id);

	talk_refused(s->w, s->a, &album(s, 11)->o, "400 MULTI_MEDIA_TOO_LONG");
	talk_refused(s->w, s->a, &album(s, 0)->o, "400 MEDIA_EMPTY");
	q = album(s, 2);
	TL_AS(inputSingleMedia, q->multi_media.v[1])->media =
		&files_document(s->w, s->a, files_bytes(s->w, 50, 1), "v", "x/y", video_attribute(s))->o;
	talk_refused(s->w, s->a, &q->o, "400 MEDIA_INVALID");
	q = album(s, 2);
	TL_AS(inputSingleMedia, q->multi_media.v[1])->media = &Q(s, inputMediaDice)->o;
	TL_AS(inputMediaDice, TL_AS(inputSingleMedia, q->multi_media.v[1])->media)->emoticon = slice_str(
		media_dice_emoji(0));
	talk_refused(s->w, s->a, &q->o, "400 MEDIA_INVALID");
	u = TL_AS(updates, talk_call(s->w, s->a, &album(s, 1)->o));
	assert_false(TL_AS(message, TL_AS(updateNewMessage, u->updates.v[1])->message)->has_grouped_id);
}

static void ahead(void **state)
{
	struct s *s = *state;
	struct tl_messages_uploadMedia *q = Q(s, messages_uploadMedia);
	struct tl_inputMediaDocument *in = Q(s, inputMediaDocument);
	struct tl_inputDocument *id = Q(s, inputDocument);
	struct slice bytes = files_bytes(s->w, 7777, 9);
	struct tl_document *d;
	struct tl_message *m;

	q->peer = world_peer(s->w, s->a, s->b.id);
	q->media = &files_document(s->w, s->a, bytes, "a/../b\x01.txt", "text/plain; charset=utf-8", NULL)->o;
	d = TL_AS(document, TL_AS(messageMediaDocument, talk_call(s->w, s->a, &q->o))->document);
	assert_int_equal(files_refs(s->w, d->id), 0);
	assert_true(slice_eq(TL_AS(documentAttributeFilename, d->attributes.v[0])->file_name,
	                     SLICE_LIT("a_.._b.txt")));
	assert_true(slice_eq(d->mime_type, SLICE_LIT("text/plain")));
	id->id = d->id;
	id->access_hash = d->access_hash;
	id->file_reference = d->file_reference;
	in->id = &id->o;
	m = files_send(s->w, s->a, s->b, &in->o, "");
	assert_int_equal(files_document_of(m)->id, d->id);
	assert_int_equal(files_refs(s->w, d->id), 2);
}

static void edits(void **state)
{
	struct s *s = *state;
	struct tl_message *m = files_send_document(s->w, s->a, s->b, files_bytes(s->w, 100, 1), "x", "a/b",
	                                           NULL),
			  *text;
	struct tl_document *d = files_document_of(m), *e;
	struct tl_messages_editMessage *q = Q(s, messages_editMessage);

	q->peer = world_peer(s->w, s->a, s->b.id);
	q->id = m->id;
	q->message = SLICE_LIT("");
	talk_call(s->w, s->a, &q->o); /* a caption may be empty */
	assert_int_equal(files_top(s->w, s->b, s->a)->message.n, 0);
	q->message = SLICE_LIT("other");
	q->media = &files_document(s->w, s->a, files_bytes(s->w, 200, 2), "y", "a/b", NULL)->o;
	talk_call(s->w, s->a, &q->o);
	m = files_top(s->w, s->b, s->a);
	e = files_document_of(m);
	assert_true(m->has_edit_date);
	assert_true(slice_eq(m->message, SLICE_LIT("other")));
	assert_int_equal(e->size, 200);
	assert_int_equal(files_refs(s->w, d->id), 0);
	assert_int_equal(files_refs(s->w, e->id), 2);
	q->media = &Q(s, inputMediaContact)->o;
	TL_AS(inputMediaContact, q->media)->first_name = SLICE_LIT("Zed");
	talk_refused(s->w, s->a, &q->o, "400 MEDIA_NEW_INVALID");
	assert_int_equal(files_refs(s->w, e->id), 2);

	/* A text becomes a file's caption. */
	q->id = talk_say(s->w, s->a, s->b, "words");
	q->message = (struct slice){0};
	q->media = &files_document(s->w, s->a, files_bytes(s->w, 300, 3), "z", "a/b", NULL)->o;
	talk_call(s->w, s->a, &q->o);
	text = files_top(s->w, s->b, s->a);
	assert_true(slice_eq(text->message, SLICE_LIT("words")));
	assert_int_equal(files_document_of(text)->size, 300);
	assert_int_equal(files_refs(s->w, files_document_of(text)->id), 2);
}

static struct tl_obj *read_it(struct s *s, struct person who, int32_t *id)
{
	struct tl_messages_readMessageContents *q = Q(s, messages_readMessageContents);

	q->id = (struct tl_vec_int){id, 1};
	return talk_call(s->w, who, &q->o);
}

static void once(void **state)
{
	struct s *s = *state;
	struct tl_inputMediaUploadedDocument *in = files_document(s->w, s->a, files_bytes(s->w, 400, 1), "v",
	                                                          "x/y", video_attribute(s));
	struct tl_message *m, *got;
	struct tl_document *d;
	struct tl_messages_forwardMessages *f = Q(s, messages_forwardMessages);
	struct tl_messages_sendMedia *q = Q(s, messages_sendMedia);
	int64_t random_id = 31;
	struct tl_vec pushes;

	in->has_ttl_seconds = true;
	in->ttl_seconds = INT32_MAX;
	m = files_send(s->w, s->a, s->b, &in->o, "");
	d = files_document_of(m);
	assert_true(m->media_unread);
	got = files_top(s->w, s->b, s->a);
	assert_true(got->media_unread);
	f->from_peer = world_peer(s->w, s->b, s->a.id);
	f->to_peer = world_peer(s->w, s->b, s->c.id);
	f->id = (struct tl_vec_int){&got->id, 1};
	f->random_id = (struct tl_vec_long){&random_id, 1};
	talk_refused(s->w, s->b, &f->o, "400 CHAT_FORWARDS_RESTRICTED");
	world_pushes(s->w, s->a.key);
	read_it(s, s->b, &got->id);
	pushes = world_pushes(s->w, s->a.key);
	assert_non_null(world_update(pushes, TL_updateReadMessagesContents));
	for (int i = 0; i < 2; i++) {
		got = files_top(s->w, i ? s->a : s->b, i ? s->b : s->a);
		assert_false(got->media_unread);
		assert_true(TL_IS(messageMediaDocument, got->media));
		assert_null(TL_AS(messageMediaDocument, got->media)->document);
		assert_int_equal(TL_AS(messageMediaDocument, got->media)->ttl_seconds, INT32_MAX);
		assert_true(TL_AS(messageMediaDocument, got->media)->video);
	}
	assert_int_equal(files_refs(s->w, d->id), 0);

	q->peer = world_peer(s->w, s->a, s->a.id);
	q->media = &in->o;
	q->random_id = 55;
	talk_refused(s->w, s->a, &q->o, "400 TTL_MEDIA_INVALID");
	in->ttl_seconds = 61;
	q->peer = world_peer(s->w, s->a, s->b.id);
	talk_refused(s->w, s->a, &q->o, "400 TTL_MEDIA_INVALID");
	in = files_document(s->w, s->a, files_bytes(s->w, 400, 1), "v", "x/y", NULL);
	in->has_ttl_seconds = true;
	in->ttl_seconds = 5;
	q->media = &in->o;
	talk_refused(s->w, s->a, &q->o, "400 TTL_MEDIA_INVALID"); /* a file does not */
}

static void for_seconds(void **state)
{
	struct s *s = *state;
	struct tl_inputMediaUploadedDocument *in = files_document(s->w, s->a, files_bytes(s->w, 400, 1), "v",
	                                                          "x/y", video_attribute(s));
	struct tl_message *m, *got;

	in->has_ttl_seconds = true;
	in->ttl_seconds = 2;
	m = files_send(s->w, s->a, s->b, &in->o, "");
	world_start_jobs(s->w);
	got = files_top(s->w, s->b, s->a);
	read_it(s, s->b, &got->id);
	files_document_of(files_top(s->w, s->b, s->a)); /* still there */
	for (int i = 0; i < 80 && TL_AS(messageMediaDocument, got->media)->document; i++) {
		usleep(100000);
		got = files_top(s->w, s->b, s->a);
	}
	assert_null(TL_AS(messageMediaDocument, got->media)->document);
	got = files_top(s->w, s->a, s->b);
	assert_null(TL_AS(messageMediaDocument, got->media)->document);
	assert_int_equal(files_refs(s->w, files_document_of(m)->id), 0);
}

static void voices(void **state)
{
	struct s *s = *state;
	struct tl_message *m = files_send_document(s->w, s->a, s->b, files_bytes(s->w, 400, 1), "v", "x/ogg",
	                                           audio_attribute(s, true)),
			  *got;
	struct tl_messageMediaDocument *d = TL_AS(messageMediaDocument, m->media);

	assert_true(d->voice);
	assert_true(m->media_unread);
	got = files_top(s->w, s->b, s->a);
	assert_true(got->media_unread);
	assert_int_equal(TL_AS(messages_affectedMessages, read_it(s, s->b, &got->id))->pts_count, 1);
	assert_int_equal(TL_AS(messages_affectedMessages, read_it(s, s->b, &got->id))->pts_count, 0);
	assert_false(files_top(s->w, s->b, s->a)->media_unread);
	assert_false(files_top(s->w, s->a, s->b)->media_unread);
}

static uint32_t found(struct s *s, struct person who, struct person with, struct tl_obj *filter,
                      const char *text)
{
	struct tl_messages_search *q = Q(s, messages_search);
	struct tl_messages_getSearchCounters *n = Q(s, messages_getSearchCounters);
	struct tl_vec v;
	int32_t count;

	q->peer = with.id ? world_peer(s->w, who, with.id) : &Q(s, inputPeerEmpty)->o;
	q->q = slice_str(text);
	q->filter = filter;
	q->limit = 100;
	v = talk_messages(talk_call(s->w, who, &q->o), &count);
	for (uint32_t i = 1; i < v.n; i++)
		assert_true(TL_AS(message, v.v[i])->id < TL_AS(message, v.v[i - 1])->id);
	if (with.id && !*text) {
		n->peer = q->peer;
		n->filters = tl_vec_new(world_arena(s->w), 1);
		n->filters.v[0] = filter;
		v.n = v.n;
		assert_int_equal(
			TL_AS(messages_searchCounter, TL_AS(vector, talk_call(s->w, who, &n->o))->objs.v[0])
				->count,
			v.n);
	}
	return v.n;
}

static void shared_media(void **state)
{
	struct s *s = *state;
	struct tl_messages_deleteMessages *del = Q(s, messages_deleteMessages);
	struct tl_messages_search *q = Q(s, messages_search);
	struct tl_messages_searchSentMedia *sent = Q(s, messages_searchSentMedia);
	struct person all = {0};
	struct tl_message *video;
	struct tl_vec v;
	int32_t count;

	for (int i = 0; i < 5; i++)
		files_send_document(s->w, s->a, s->b, files_bytes(s->w, 100, 1), "x", "a/b", NULL);
	video = files_send_document(s->w, s->a, s->b, files_bytes(s->w, 100, 1), "x", "a/b",
	                            video_attribute(s));
	files_send_document(s->w, s->a, s->b, files_bytes(s->w, 100, 1), "x", "a/b",
	                    audio_attribute(s, true));
	files_send_document(s->w, s->a, s->b, files_bytes(s->w, 100, 1), "x", "a/b",
	                    audio_attribute(s, false));
	talk_say(s->w, s->a, s->b, "look");
	assert_int_equal(found(s, s->a, s->b, &Q(s, inputMessagesFilterDocument)->o, ""), 5);
	assert_int_equal(found(s, s->b, s->a, &Q(s, inputMessagesFilterDocument)->o, ""), 5);
	assert_int_equal(found(s, s->b, s->a, &Q(s, inputMessagesFilterVideo)->o, ""), 1);
	assert_int_equal(found(s, s->b, s->a, &Q(s, inputMessagesFilterPhotoVideo)->o, ""), 1);
	assert_int_equal(found(s, s->b, s->a, &Q(s, inputMessagesFilterRoundVoice)->o, ""), 1);
	assert_int_equal(found(s, s->b, s->a, &Q(s, inputMessagesFilterMusic)->o, ""), 1);
	assert_int_equal(found(s, s->b, s->a, &Q(s, inputMessagesFilterGif)->o, ""), 0);
	assert_int_equal(found(s, s->b, s->a, &Q(s, inputMessagesFilterDocument)->o, "look"), 5);
	assert_int_equal(found(s, s->b, s->a, &Q(s, inputMessagesFilterDocument)->o, "nowhere"), 0);
	files_send_document(s->w, s->a, s->b, files_bytes(s->w, 100, 1), "Quarterly report.pdf", "a/b", NULL);
	assert_int_equal(found(s, s->b, s->a, &Q(s, inputMessagesFilterDocument)->o, "quarterly"), 1);
	assert_int_equal(found(s, s->b, s->a, &Q(s, inputMessagesFilterEmpty)->o, "report"), 1);
	assert_int_equal(found(s, s->b, all, &Q(s, inputMessagesFilterDocument)->o, ""), 6);
	sent->q = SLICE_LIT("");
	sent->filter = &Q(s, inputMessagesFilterDocument)->o;
	sent->limit = 100;
	assert_int_equal(talk_messages(talk_call(s->w, s->a, &sent->o), &count).n, 6);
	assert_int_equal(talk_messages(talk_call(s->w, s->b, &sent->o), &count).n, 0);
	sent->filter = &Q(s, inputMessagesFilterEmpty)->o;
	talk_refused(s->w, s->a, &sent->o, "400 INPUT_FILTER_INVALID");
	assert_int_equal(found(s, s->c, s->a, &Q(s, inputMessagesFilterDocument)->o, ""), 0);

	/* Pages: two at a time, to the end. */
	q->peer = world_peer(s->w, s->a, s->b.id);
	q->filter = &Q(s, inputMessagesFilterDocument)->o;
	q->q = SLICE_LIT("");
	q->limit = 2;
	for (int i = 0; i < 3; i++) {
		v = talk_messages(talk_call(s->w, s->a, &q->o), &count);
		assert_int_equal(v.n, 2);
		assert_int_equal(count, 6);
		q->offset_id = TL_AS(message, v.v[v.n - 1])->id;
	}
	del->id = (struct tl_vec_int){&video->id, 1};
	talk_call(s->w, s->a, &del->o); /* for one side */
	assert_int_equal(found(s, s->a, s->b, &Q(s, inputMessagesFilterVideo)->o, ""), 0);
	assert_int_equal(found(s, s->b, s->a, &Q(s, inputMessagesFilterVideo)->o, ""), 1);
}

static void dice(void **state)
{
	static const struct {
		const char *emoji;
		int faces;
	} rows[] = {{"\xf0\x9f\x8e\xb2", 6}, {"\xf0\x9f\x8f\x80", 5}, {"\xe2\x9a\xbd\xef\xb8\x8f", 5}};
	struct s *s = *state;
	struct tl_messages_sendMedia *q = Q(s, messages_sendMedia);
	struct tl_inputMediaDice *in = Q(s, inputMediaDice);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int seen[8] = {0};

		for (int k = 0; k < 150; k++) {
			struct tl_messageMediaDice *d;

			in->emoticon = slice_str(rows[i].emoji);
			d = TL_AS(messageMediaDice, files_send(s->w, s->a, s->b, &in->o, "")->media);
			assert_in_range(d->value, 1, rows[i].faces);
			seen[d->value]++;
		}
		for (int k = 1; k <= rows[i].faces; k++)
			assert_true(seen[k] > 0); /* missing by chance: less than once in 10^10 runs */
	}
	in->emoticon = SLICE_LIT("x");
	q->peer = world_peer(s->w, s->a, s->b.id);
	q->media = &in->o;
	q->random_id = 1;
	talk_refused(s->w, s->a, &q->o, "400 EMOTICON_INVALID");
}

static struct tl_obj *somewhere(struct s *s, double lat, double lon)
{
	struct tl_inputGeoPoint *g = Q(s, inputGeoPoint);

	g->lat = lat;
	g->long_ = lon;
	return &g->o;
}

static void places(void **state)
{
	struct s *s = *state;
	struct tl_inputMediaGeoLive *live = Q(s, inputMediaGeoLive), *move;
	struct tl_messages_editMessage *q = Q(s, messages_editMessage);
	struct tl_inputMediaGeoPoint *point = Q(s, inputMediaGeoPoint);
	struct tl_messages_sendMedia *bad = Q(s, messages_sendMedia);
	struct tl_messages_getRecentLocations *recent = Q(s, messages_getRecentLocations);
	struct tl_messageMediaGeoLive *l;
	int32_t count;
	struct tl_message *m;

	live->geo_point = somewhere(s, 35.7, 51.4);
	live->has_period = true;
	live->period = 900;
	m = files_send(s->w, s->a, s->b, &live->o, "");
	move = Q(s, inputMediaGeoLive);
	move->geo_point = somewhere(s, 35.8, 51.5);
	move->has_heading = true;
	move->heading = 90;
	q->peer = world_peer(s->w, s->a, s->b.id);
	q->id = m->id;
	q->media = &move->o;
	talk_call(s->w, s->a, &q->o);
	l = TL_AS(messageMediaGeoLive, files_top(s->w, s->b, s->a)->media);
	assert_true(TL_AS(geoPoint, l->geo)->lat == 35.8);
	assert_int_equal(l->heading, 90);
	assert_int_equal(l->period, 900);
	recent->peer = world_peer(s->w, s->b, s->a.id);
	recent->limit = 10;
	assert_int_equal(talk_messages(talk_call(s->w, s->b, &recent->o), &count).n, 1);
	move = Q(s, inputMediaGeoLive);
	move->stopped = true;
	move->geo_point = &Q(s, inputGeoPointEmpty)->o;
	q->media = &move->o;
	talk_call(s->w, s->a, &q->o);
	l = TL_AS(messageMediaGeoLive, files_top(s->w, s->b, s->a)->media);
	assert_true(l->period < 900);
	files_pass(3);
	assert_int_equal(talk_messages(talk_call(s->w, s->b, &recent->o), &count).n, 0);
	talk_refused(s->w, s->a, &q->o, "400 MESSAGE_EDIT_TIME_EXPIRED");
	assert_int_equal(found(s, s->b, s->a, &Q(s, inputMessagesFilterGeo)->o, ""), 1);

	point->geo_point = somewhere(s, 91, 0);
	bad->peer = q->peer;
	bad->media = &point->o;
	bad->random_id = 3;
	talk_refused(s->w, s->a, &bad->o, "400 MEDIA_INVALID");
	point->geo_point = somewhere(s, 0.0 / 0.0, 0);
	talk_refused(s->w, s->a, &bad->o, "400 MEDIA_INVALID");
	bad->media = &Q(s, inputMediaEmpty)->o;
	talk_refused(s->w, s->a, &bad->o, "400 MEDIA_EMPTY");
	bad->media = &Q(s, inputMediaPhotoExternal)->o;
	TL_AS(inputMediaPhotoExternal, bad->media)->url = SLICE_LIT("http://127.0.0.1/x");
	talk_refused(s->w, s->a, &bad->o, "400 WEBPAGE_CURL_FAILED");
}

static bool is_new(struct s *s, struct person who, int64_t room, int32_t id)
{
	struct tl_channels_getMessages *q = Q(s, channels_getMessages);
	struct tl_inputMessageID *i = Q(s, inputMessageID);
	struct tl_vec v;

	i->id = id;
	q->channel = world_channel(s->w, who, room);
	q->id = tl_vec_new(world_arena(s->w), 1);
	q->id.v[0] = &i->o;
	v = TL_AS(messages_channelMessages, talk_call(s->w, who, &q->o))->messages;
	return TL_AS(message, v.v[0])->media_unread;
}

/* In a supergroup a voice is new to each member until he listens, and to its writer until somebody has. */
static void voices_of_group(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, false);
	struct tl_messages_sendMedia *q = Q(s, messages_sendMedia);
	struct tl_channels_readMessageContents *read = Q(s, channels_readMessageContents);
	const struct tl_updateChannelReadMessagesContents *u;
	struct person c = world_person(s->w, "15550009", "Cid", "");
	struct tl_obj *o;
	int32_t id;

	room_invite(s->w, s->a, room, s->b);
	room_invite(s->w, s->a, room, c);
	world_connect(s->w, s->b, s->b.key + 1, TL_LAYER_MAX);
	world_pushes(s->w, c.key);
	q->peer = world_channel_peer(s->w, s->a, room);
	q->media = &files_document(s->w, s->a, files_bytes(s->w, 400, 9), "v", "x/ogg",
	                           audio_attribute(s, true))
	                    ->o;
	q->message = SLICE_LIT("");
	q->random_id = ++s->random_id;
	id = TL_AS(updateMessageID, talk_update(talk_call(s->w, s->a, &q->o), TL_updateMessageID))->id;
	o = world_update(world_pushes(s->w, c.key), TL_updateNewChannelMessage);
	assert_true(TL_AS(message, TL_AS(updateNewChannelMessage, o)->message)->media_unread);
	assert_true(is_new(s, s->a, room, id) && is_new(s, s->b, room, id) && is_new(s, c, room, id));
	world_pushes(s->w, s->a.key);
	world_pushes(s->w, s->b.key + 1);
	read->channel = world_channel(s->w, s->b, room);
	read->id = (struct tl_vec_int){&id, 1};
	talk_call(s->w, s->b, &read->o);
	assert_false(is_new(s, s->a, room, id) || is_new(s, s->b, room, id));
	assert_true(is_new(s, c, room, id));
	u = (void *)world_update(world_pushes(s->w, s->a.key), TL_updateChannelReadMessagesContents);
	assert_true(u && u->messages.n == 1 && u->messages.v[0] == id);
	assert_non_null(world_update(world_pushes(s->w, s->b.key + 1), TL_updateChannelReadMessagesContents));
	talk_call(s->w, s->b, &read->o);
	assert_null(world_update(world_pushes(s->w, s->b.key + 1), TL_updateChannelReadMessagesContents));
	files_pass(8 * 86400); /* what is old is not new */
	assert_false(is_new(s, c, room, id));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, three_setup, world_teardown)
	const struct CMUnitTest tests[] = {T(albums),      T(ahead),  T(edits),           T(once),
	                                   T(for_seconds), T(voices), T(voices_of_group), T(shared_media),
	                                   T(dice),        T(places)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
