/*
 * test_stickers.c - sets of stickers: made, changed, installed, found; lists of single ones; who may change what, and which
 * files live as long as they are needed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/err.h"
#include "files.h"
#include "store/file.h"
#include "room.h"
#include "three.h"

static struct tl_obj *input_document(struct s *s, const struct tl_document *d)
{
	struct tl_inputDocument *i = Q(s, inputDocument);

	i->id = d->id;
	i->access_hash = d->access_hash;
	i->file_reference = d->file_reference;
	return &i->o;
}

static struct tl_document *upload(struct s *s, struct person who, struct slice bytes, const char *mime,
                                  struct tl_obj *extra)
{
	struct tl_messages_uploadMedia *q = Q(s, messages_uploadMedia);
	const struct tl_messageMediaDocument *m;

	q->peer = &Q(s, inputPeerSelf)->o;
	q->media = &files_document(s->w, who, bytes, "x", mime, extra)->o;
	m = TL_AS(messageMediaDocument, talk_call(s->w, who, &q->o));
	assert_non_null(m);
	return TL_AS(document, m->document);
}

static struct tl_obj *item(struct s *s, struct person who, int number, const char *emoji)
{
	struct tl_inputStickerSetItem *i = Q(s, inputStickerSetItem);

	i->document = input_document(
		s, upload(s, who, files_tgs(s->w, number), "application/x-tgsticker", NULL));
	i->emoji = slice_str(emoji);
	i->keywords = SLICE_LIT("one,two");
	return &i->o;
}

static struct tl_stickers_createStickerSet *new_set(struct s *s, const char *title, const char *name,
                                                    uint32_t n)
{
	static const char *const emoji[] = {"\U0001f600", "\u2764\ufe0f\U0001f600", "\U0001f44d\U0001f3fd"};
	struct tl_stickers_createStickerSet *q = Q(s, stickers_createStickerSet);

	q->user_id = &Q(s, inputUserSelf)->o;
	q->title = slice_str(title);
	q->short_name = slice_str(name);
	q->stickers = tl_vec_new(world_arena(s->w), n);
	for (uint32_t i = 0; i < n; i++)
		q->stickers.v[i] = item(s, s->a, (int)i, emoji[i % 3]);
	return q;
}

static struct tl_messages_stickerSet *created(struct s *s, const struct tl_obj *q)
{
	struct tl_messages_stickerSet *m = TL_AS(messages_stickerSet, talk_call(s->w, s->a, q));

	assert_non_null(m);
	return m;
}

static struct tl_stickerSet *set_of(const struct tl_messages_stickerSet *m)
{
	return TL_AS(stickerSet, m->set);
}

static struct tl_document *doc(const struct tl_messages_stickerSet *m, uint32_t i)
{
	assert_true(i < m->documents.n);
	return TL_AS(document, m->documents.v[i]);
}

static struct tl_obj *by_name(struct s *s, const char *name)
{
	struct tl_inputStickerSetShortName *n = Q(s, inputStickerSetShortName);

	n->short_name = slice_str(name);
	return &n->o;
}

static struct tl_obj *by_id(struct s *s, const struct tl_stickerSet *set)
{
	struct tl_inputStickerSetID *i = Q(s, inputStickerSetID);

	i->id = set->id;
	i->access_hash = set->access_hash;
	return &i->o;
}

static struct tl_messages_stickerSet *get(struct s *s, struct person who, const char *name)
{
	struct tl_messages_getStickerSet *q = Q(s, messages_getStickerSet);
	struct tl_messages_stickerSet *m;

	q->stickerset = by_name(s, name);
	m = TL_AS(messages_stickerSet, talk_call(s->w, who, &q->o));
	assert_non_null(m);
	return m;
}

static const struct tl_documentAttributeSticker *sticker_of(const struct tl_document *d)
{
	for (uint32_t i = 0; i < d->attributes.n; i++)
		if (TL_IS(documentAttributeSticker, d->attributes.v[i]))
			return TL_AS(documentAttributeSticker, d->attributes.v[i]);
	return NULL;
}

static void made_and_seen(void **state)
{
	struct s *s = *state;
	struct tl_messages_stickerSet *m = created(s, &new_set(s, " Cats ", "Cats_by_ann", 3)->o), *n;
	struct tl_messages_getStickerSet *q = Q(s, messages_getStickerSet);
	const struct tl_documentAttributeSticker *k = sticker_of(doc(m, 0));
	const struct tl_inputStickerSetID *id = TL_AS(inputStickerSetID, k->stickerset);
	struct slice bytes = files_tgs(s->w, 0);

	assert_true(slice_eq(set_of(m)->title, SLICE_LIT("Cats")));
	assert_int_equal(set_of(m)->count, 3);
	assert_true(set_of(m)->creator);
	assert_true(set_of(m)->animated);
	assert_false(set_of(m)->has_installed_date);
	assert_int_equal(m->packs.n, 3); /* a face, a heart, a thumb */
	assert_int_equal(TL_AS(stickerPack, m->packs.v[0])->documents.n, 2);
	assert_int_equal(m->keywords.n, 3);
	assert_int_equal(TL_AS(stickerKeyword, m->keywords.v[0])->keyword.n, 2);
	assert_non_null(id);
	assert_int_equal(id->id, set_of(m)->id);
	assert_int_equal(id->access_hash, set_of(m)->access_hash);
	assert_true(slice_eq(sticker_of(doc(m, 2))->alt, SLICE_LIT("\U0001f44d\U0001f3fd")));
	assert_true(slice_eq(doc(m, 0)->mime_type, SLICE_LIT("application/x-tgsticker")));

	n = get(s, s->b, "CATS_BY_ANN");
	assert_false(set_of(n)->creator);
	assert_true(set_of(n)->access_hash != set_of(m)->access_hash);
	assert_true(slice_eq(files_get(s->w, s->b, files_location(s->w, doc(n, 0), ""), 4096), bytes));

	q->stickerset = by_id(s, set_of(n));
	q->hash = set_of(n)->hash;
	assert_true(TL_IS(messages_stickerSetNotModified, talk_call(s->w, s->b, &q->o)));
	q->stickerset = by_id(s, set_of(m)); /* her access hash, not his */
	talk_refused(s->w, s->b, &q->o, "400 STICKERSET_INVALID");
	q->stickerset = &Q(s, inputStickerSetAnimatedEmoji)->o;
	talk_refused(s->w, s->b, &q->o, "400 STICKERSET_INVALID");
}

static void refused(void **state)
{
	struct s *s = *state;
	struct tl_stickers_createStickerSet *q = new_set(s, "Cats", "cats", 1);
	struct tl_stickers_checkShortName *check = Q(s, stickers_checkShortName);
	struct tl_stickers_suggestShortName *suggest = Q(s, stickers_suggestShortName);
	struct tl_inputStickerSetItem *i = TL_AS(inputStickerSetItem, q->stickers.v[0]);
	static const char *const bad[] = {"", "1cat", "a__b", "a_", "a-b", "\u043a\u043e\u0442"};
	struct slice name;

	for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++) {
		q->short_name = check->short_name = slice_str(bad[k]);
		talk_refused(s->w, s->a, &q->o, "400 PACK_SHORT_NAME_INVALID");
		talk_refused(s->w, s->a, &check->o, "400 SHORT_NAME_INVALID");
	}
	q->short_name = check->short_name = SLICE_LIT("cats");
	q->title = SLICE_LIT("  ");
	talk_refused(s->w, s->a, &q->o, "400 PACK_TITLE_INVALID");
	q->title = suggest->title = SLICE_LIT("Cats");
	i->emoji = SLICE_LIT("cat");
	talk_refused(s->w, s->a, &q->o, "400 STICKER_EMOJI_INVALID");
	i->emoji = SLICE_LIT("\U0001f431");
	q->user_id = world_user(s->w, s->a, s->b.id);
	talk_refused(s->w, s->a, &q->o, "400 USER_ID_INVALID");
	q->user_id = &Q(s, inputUserSelf)->o;
	talk_refused(s->w, s->b, &q->o, "400 MEDIA_INVALID"); /* her document */
	i->document = input_document(s, upload(s, s->a, files_bytes(s->w, 500, 1), "image/webp", NULL));
	talk_refused(s->w, s->a, &q->o, "400 STICKER_FILE_INVALID");
	q->stickers.n = 0;
	talk_refused(s->w, s->a, &q->o, "400 STICKERS_EMPTY");
	assert_true(TL_IS(boolTrue, talk_call(s->w, s->a, &check->o)));
	talk_call(s->w, s->a, &new_set(s, "Cats", "Cats", 1)->o);
	talk_refused(s->w, s->a, &check->o, "400 SHORT_NAME_OCCUPIED");
	talk_refused(s->w, s->a, &new_set(s, "Cats", "cATS", 1)->o, "400 PACK_SHORT_NAME_OCCUPIED");
	name = TL_AS(stickers_suggestedShortName, talk_call(s->w, s->a, &suggest->o))->short_name;
	assert_memory_equal(name.p, "Cats_", 5);
}

static int64_t id_at(struct s *s, uint32_t i)
{
	return doc(get(s, s->a, "cats"), i)->id;
}

static void changed(void **state)
{
	struct s *s = *state;
	struct tl_messages_stickerSet *m = created(s, &new_set(s, "Cats", "cats", 3)->o);
	struct tl_stickers_addStickerToSet *add = Q(s, stickers_addStickerToSet);
	struct tl_stickers_changeStickerPosition *move = Q(s, stickers_changeStickerPosition);
	struct tl_stickers_changeSticker *change = Q(s, stickers_changeSticker);
	struct tl_stickers_removeStickerFromSet *remove = Q(s, stickers_removeStickerFromSet);
	struct tl_stickers_replaceSticker *replace = Q(s, stickers_replaceSticker);
	struct tl_stickers_renameStickerSet *rename = Q(s, stickers_renameStickerSet);
	struct tl_stickers_deleteStickerSet *delete = Q(s, stickers_deleteStickerSet);
	struct tl_messages_getStickerSet *q = Q(s, messages_getStickerSet);
	int64_t first = doc(m, 0)->id, second = doc(m, 1)->id;
	int32_t hash = set_of(m)->hash;
	struct tl_document *gone;

	add->stickerset = by_name(s, "cats");
	add->sticker = item(s, s->b, 9, "\U0001f431");
	talk_refused(s->w, s->b, &add->o, "400 STICKERSET_INVALID");
	add->sticker = item(s, s->a, 9, "\U0001f431");
	m = created(s, &add->o);
	assert_int_equal(set_of(m)->count, 4);
	assert_true(set_of(m)->hash != hash);

	move->sticker = input_document(s, doc(m, 0));
	move->position = 2;
	created(s, &move->o);
	assert_int_equal(id_at(s, 0), second);
	assert_int_equal(id_at(s, 2), first);
	move->position = 0;
	created(s, &move->o);
	assert_int_equal(id_at(s, 0), first);
	move->sticker = input_document(s, doc(get(s, s->b, "cats"), 0));
	talk_refused(s->w, s->b, &move->o, "400 STICKER_INVALID");

	change->sticker = input_document(s, doc(m, 0));
	change->emoji = SLICE_LIT("\U0001f525");
	m = created(s, &change->o);
	assert_true(slice_eq(sticker_of(doc(m, 0))->alt, SLICE_LIT("\U0001f525")));

	gone = doc(m, 1);
	remove->sticker = input_document(s, gone);
	assert_int_equal(set_of(created(s, &remove->o))->count, 3);
	talk_refused(s->w, s->a, &remove->o, "400 STICKER_INVALID");

	replace->sticker = input_document(s, doc(m, 0));
	replace->new_sticker = item(s, s->a, 20, "\U0001f4a9");
	m = created(s, &replace->o);
	assert_int_equal(m->documents.n, 3);
	assert_true(doc(m, 0)->id != first);

	rename->stickerset = delete->stickerset = by_name(s, "cats");
	rename->title = SLICE_LIT("Dogs");
	assert_true(slice_eq(set_of(created(s, &rename->o))->title, SLICE_LIT("Dogs")));
	talk_refused(s->w, s->b, &delete->o, "400 STICKERSET_INVALID");
	assert_true(TL_IS(boolTrue, talk_call(s->w, s->a, &delete->o)));
	q->stickerset = by_name(s, "cats");
	talk_refused(s->w, s->a, &q->o, "400 STICKERSET_INVALID");
	created(s, &new_set(s, "Again", "cats", 1)->o); /* the name is free */
}

static struct tl_messages_allStickers *all(struct s *s, struct person who)
{
	struct tl_messages_getAllStickers *q = Q(s, messages_getAllStickers);

	return TL_AS(messages_allStickers, talk_call(s->w, who, &q->o));
}

/* The set of a supergroup. */
static void of_group(void **state)
{
	struct s *s = *state;
	struct tl_channels_setStickers *q = Q(s, channels_setStickers);
	int64_t room = room_create(s->w, s->a, false);
	const struct tl_stickerSet *seen;

	created(s, &new_set(s, "Cats", "cats", 2)->o);
	q->channel = world_channel(s->w, s->a, room);
	q->stickerset = by_name(s, "cats");
	talk_call(s->w, s->a, &q->o);
	seen = TL_AS(stickerSet, room_full(s->w, s->a, room)->stickerset);
	assert_true(seen && slice_eq(seen->short_name, SLICE_LIT("cats")));
	talk_refused(s->w, s->a, &q->o, "400 CHAT_NOT_MODIFIED");
	q->stickerset = &Q(s, inputStickerSetEmpty)->o;
	talk_call(s->w, s->a, &q->o);
	assert_null(room_full(s->w, s->a, room)->stickerset);
}

static void installed(void **state)
{
	struct s *s = *state;
	struct tl_messages_installStickerSet *in = Q(s, messages_installStickerSet);
	struct tl_messages_uninstallStickerSet *out = Q(s, messages_uninstallStickerSet);
	struct tl_messages_reorderStickerSets *order = Q(s, messages_reorderStickerSets);
	struct tl_messages_toggleStickerSets *toggle = Q(s, messages_toggleStickerSets);
	struct tl_messages_getArchivedStickers *archived = Q(s, messages_getArchivedStickers);
	struct tl_messages_getMyStickers *mine = Q(s, messages_getMyStickers);
	struct tl_messages_getAllStickers *again = Q(s, messages_getAllStickers);
	struct tl_messages_archivedStickers *arch;
	struct tl_updateNewStickerSet *u;
	struct tl_obj *o;
	int64_t ids[2];

	created(s, &new_set(s, "Cats", "cats", 2)->o);
	created(s, &new_set(s, "Dogs", "dogs", 1)->o);
	assert_int_equal(all(s, s->b)->sets.n, 0);
	world_connect(s->w, s->b, s->b.key + 1, TL_LAYER_MAX);
	world_pushes(s->w, s->b.key + 1);
	in->stickerset = by_name(s, "cats");
	assert_true(TL_IS(messages_stickerSetInstallResultSuccess, talk_call(s->w, s->b, &in->o)));
	o = world_update(world_pushes(s->w, s->b.key + 1), TL_updateNewStickerSet);
	assert_non_null(o);
	u = TL_AS(updateNewStickerSet, o);
	assert_int_equal(TL_AS(messages_stickerSet, u->stickerset)->documents.n, 2);
	assert_int_equal(world_pushes(s->w, s->b.key).n, 0);
	in->stickerset = by_name(s, "dogs");
	talk_call(s->w, s->b, &in->o);
	assert_int_equal(all(s, s->b)->sets.n, 2);
	assert_true(slice_eq(TL_AS(stickerSet, all(s, s->b)->sets.v[0])->short_name, SLICE_LIT("dogs")));
	again->hash = all(s, s->b)->hash;
	assert_true(TL_IS(messages_allStickersNotModified, talk_call(s->w, s->b, &again->o)));

	ids[0] = TL_AS(stickerSet, all(s, s->b)->sets.v[1])->id;
	ids[1] = 17; /* nobody's */
	order->order = (struct tl_vec_long){ids, 2};
	talk_call(s->w, s->b, &order->o);
	o = world_update(world_pushes(s->w, s->b.key + 1), TL_updateStickerSetsOrder);
	assert_non_null(o);
	assert_int_equal(TL_AS(updateStickerSetsOrder, o)->order.n, 2);
	assert_true(slice_eq(TL_AS(stickerSet, all(s, s->b)->sets.v[0])->short_name, SLICE_LIT("cats")));
	assert_false(TL_IS(messages_allStickersNotModified, talk_call(s->w, s->b, &again->o)));

	toggle->archive = true;
	toggle->stickersets = tl_vec_new(world_arena(s->w), 1);
	toggle->stickersets.v[0] = by_name(s, "cats");
	talk_call(s->w, s->b, &toggle->o);
	assert_non_null(world_update(world_pushes(s->w, s->b.key + 1), TL_updateStickerSets));
	assert_int_equal(all(s, s->b)->sets.n, 1);
	arch = TL_AS(messages_archivedStickers, talk_call(s->w, s->b, &archived->o));
	assert_int_equal(arch->count, 1);
	assert_true(TL_IS(document, TL_AS(stickerSetCovered, arch->sets.v[0])->cover));
	toggle->archive = false;
	talk_refused(s->w, s->b, &toggle->o, "400 STICKERSET_INVALID");

	out->stickerset = by_name(s, "dogs");
	talk_call(s->w, s->b, &out->o);
	assert_int_equal(all(s, s->b)->sets.n, 0);
	out->stickerset = by_name(s, "birds");
	talk_refused(s->w, s->b, &out->o, "400 STICKERSET_INVALID");
	assert_int_equal(TL_AS(messages_myStickers, talk_call(s->w, s->a, &mine->o))->count, 2);
	assert_int_equal(TL_AS(messages_myStickers, talk_call(s->w, s->b, &mine->o))->count, 0);
}

static void lists(void **state)
{
	struct s *s = *state;
	struct tl_messages_stickerSet *m = created(s, &new_set(s, "Cats", "cats", 3)->o);
	struct tl_messages_faveSticker *fave = Q(s, messages_faveSticker);
	struct tl_messages_saveRecentSticker *recent = Q(s, messages_saveRecentSticker);
	struct tl_messages_saveGif *gif = Q(s, messages_saveGif);
	struct tl_messages_getFavedStickers *faved = Q(s, messages_getFavedStickers);
	struct tl_messages_getRecentStickers *recents = Q(s, messages_getRecentStickers);
	struct tl_messages_clearRecentStickers *clear = Q(s, messages_clearRecentStickers);
	struct tl_messages_getSavedGifs *gifs = Q(s, messages_getSavedGifs);
	struct tl_messages_favedStickers *f;
	struct tl_messages_recentStickers *r;
	struct tl_messages_savedGifs *g;
	struct tl_document *video;

	for (uint32_t i = 0; i < 3; i++) {
		fave->id = recent->id = input_document(s, doc(m, i));
		talk_call(s->w, s->a, &fave->o);
		talk_call(s->w, s->a, &recent->o);
	}
	fave->id = input_document(s, doc(m, 1)); /* to the front */
	talk_call(s->w, s->a, &fave->o);
	f = TL_AS(messages_favedStickers, talk_call(s->w, s->a, &faved->o));
	assert_int_equal(f->stickers.n, 3);
	assert_int_equal(TL_AS(document, f->stickers.v[0])->id, doc(m, 1)->id);
	assert_true(f->packs.n > 0);
	faved->hash = f->hash;
	assert_true(TL_IS(messages_favedStickersNotModified, talk_call(s->w, s->a, &faved->o)));
	fave->unfave = true;
	talk_call(s->w, s->a, &fave->o);
	assert_int_equal(TL_AS(messages_favedStickers, talk_call(s->w, s->a, &faved->o))->stickers.n, 2);
	talk_refused(s->w, s->b, &fave->o, "400 MEDIA_INVALID");

	r = TL_AS(messages_recentStickers, talk_call(s->w, s->a, &recents->o));
	assert_int_equal(r->stickers.n, 3);
	assert_int_equal(r->dates.n, 3);
	recents->attached = true;
	assert_int_equal(TL_AS(messages_recentStickers, talk_call(s->w, s->a, &recents->o))->stickers.n, 0);
	talk_call(s->w, s->a, &clear->o);
	recents->attached = false;
	assert_int_equal(TL_AS(messages_recentStickers, talk_call(s->w, s->a, &recents->o))->stickers.n, 0);

	gif->id = fave->id;
	talk_refused(s->w, s->a, &gif->o, "400 GIF_ID_INVALID");
	video = upload(s, s->a, files_bytes(s->w, 900, 3), "video/mp4", &Q(s, documentAttributeAnimated)->o);
	recent->id = gif->id = input_document(s, video);
	talk_refused(s->w, s->a, &recent->o, "400 STICKER_ID_INVALID");
	world_connect(s->w, s->a, s->a.key + 1, TL_LAYER_MAX);
	world_pushes(s->w, s->a.key + 1);
	talk_call(s->w, s->a, &gif->o);
	assert_non_null(world_update(world_pushes(s->w, s->a.key + 1), TL_updateSavedGifs));
	g = TL_AS(messages_savedGifs, talk_call(s->w, s->a, &gifs->o));
	assert_int_equal(g->gifs.n, 1);
	files_get(s->w, s->a, files_location(s->w, TL_AS(document, g->gifs.v[0]), ""), 4096);
	gifs->hash = g->hash;
	assert_true(TL_IS(messages_savedGifsNotModified, talk_call(s->w, s->a, &gifs->o)));
	gif->unsave = true;
	talk_call(s->w, s->a, &gif->o);
	assert_int_equal(TL_AS(messages_savedGifs, talk_call(s->w, s->a, &gifs->o))->gifs.n, 0);
}

static void found(void **state)
{
	struct s *s = *state;
	struct tl_stickers_createStickerSet *q = new_set(s, "Small faces", "faces", 2);
	struct tl_messages_getStickers *by_emoji = Q(s, messages_getStickers);
	struct tl_messages_searchStickerSets *sets = Q(s, messages_searchStickerSets);
	struct tl_messages_searchEmojiStickerSets *emoji_sets = Q(s, messages_searchEmojiStickerSets);
	struct tl_messages_searchCustomEmoji *emoji = Q(s, messages_searchCustomEmoji);
	struct tl_messages_getCustomEmojiDocuments *docs = Q(s, messages_getCustomEmojiDocuments);
	struct tl_stickers_setStickerSetThumb *thumb = Q(s, stickers_setStickerSetThumb);
	struct tl_inputStickerSetThumb *at = Q(s, inputStickerSetThumb);
	struct tl_messages_stickerSet *m, *cats = created(s, &new_set(s, "Cats", "cats", 3)->o);
	struct tl_emojiList *list;
	struct tl_document *d;
	struct tl_vector *v;
	int64_t ids[2];

	q->emojis = true;
	m = created(s, &q->o);
	assert_true(set_of(m)->emojis);

	by_emoji->emoticon = SLICE_LIT("\u2764"); /* without its selector */
	assert_int_equal(TL_AS(messages_stickers, talk_call(s->w, s->b, &by_emoji->o))->stickers.n, 1);
	by_emoji->emoticon = SLICE_LIT("x");
	talk_refused(s->w, s->b, &by_emoji->o, "400 EMOTICON_EMPTY");
	sets->q = SLICE_LIT("ca");
	assert_int_equal(TL_AS(messages_foundStickerSets, talk_call(s->w, s->b, &sets->o))->sets.n, 1);
	sets->q = SLICE_LIT("face");
	assert_int_equal(TL_AS(messages_foundStickerSets, talk_call(s->w, s->b, &sets->o))->sets.n, 0);
	sets->q = SLICE_LIT(" ");
	talk_refused(s->w, s->b, &sets->o, "400 SEARCH_QUERY_EMPTY");
	emoji_sets->q = SLICE_LIT("face");
	assert_int_equal(TL_AS(messages_foundStickerSets, talk_call(s->w, s->b, &emoji_sets->o))->sets.n, 1);

	emoji->emoticon = SLICE_LIT("\U0001f600");
	list = TL_AS(emojiList, talk_call(s->w, s->b, &emoji->o));
	assert_int_equal(list->document_id.n, 2);
	ids[0] = list->document_id.v[0];
	ids[1] = doc(cats, 0)->id; /* a sticker, no emoji */
	docs->document_id = (struct tl_vec_long){ids, 2};
	v = TL_AS(vector, talk_call(s->w, s->b, &docs->o));
	assert_int_equal(v->objs.n, 1);
	d = TL_AS(document, v->objs.v[0]);
	assert_int_equal(d->id, ids[0]);
	assert_null(sticker_of(d));
	files_get(s->w, s->b, files_location(s->w, d, ""), 4096);

	at->stickerset = by_name(s, "cats");
	thumb->stickerset = at->stickerset;
	thumb->thumb = input_document(s,
	                              upload(s, s->a, files_tgs(s->w, 77), "application/x-tgsticker", NULL));
	cats = created(s, &thumb->o);
	assert_int_equal(set_of(cats)->thumbs.n, 1);
	at->thumb_version = set_of(cats)->thumb_version;
	assert_true(slice_eq(files_get(s->w, s->b, &at->o, 4096), files_tgs(s->w, 77)));
	thumb->thumb = &Q(s, inputDocumentEmpty)->o;
	cats = created(s, &thumb->o);
	assert_int_equal(set_of(cats)->thumbs.n, 0);
}

/* What is sent shows the set as it is now; a sticker outlives its set as long as a message carries it. */
static void sent(void **state)
{
	struct s *s = *state;
	struct tl_messages_stickerSet *m = created(s, &new_set(s, "Cats", "cats", 2)->o);
	struct tl_stickers_deleteStickerSet *delete = Q(s, stickers_deleteStickerSet);
	struct tl_inputMediaDocument *media = Q(s, inputMediaDocument);
	struct tl_message *got;
	const struct tl_documentAttributeSticker *k;
	const struct tl_messages_recentStickers *recent;

	media->id = input_document(s, doc(m, 0));
	files_send(s->w, s->a, s->b, &media->o, "");
	k = sticker_of(files_document_of(files_top(s->w, s->b, s->a)));
	recent = TL_AS(messages_recentStickers, talk_call(s->w, s->a, &Q(s, messages_getRecentStickers)->o));
	assert_int_equal(recent->stickers.n, 1); /* by being sent */
	assert_int_equal(TL_AS(document, recent->stickers.v[0])->id, doc(m, 0)->id);
	assert_non_null(TL_AS(inputStickerSetID, k->stickerset));
	assert_int_equal(TL_AS(inputStickerSetID, k->stickerset)->access_hash,
	                 set_of(get(s, s->b, "cats"))->access_hash);
	delete->stickerset = by_name(s, "cats");
	talk_call(s->w, s->a, &delete->o);
	got = files_top(s->w, s->b, s->a);
	k = sticker_of(files_document_of(got));
	assert_true(TL_IS(inputStickerSetEmpty, k->stickerset));
	files_get(s->w, s->b, files_location(s->w, files_document_of(got), ""), 4096);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, three_setup, world_teardown)
	const struct CMUnitTest tests[] = {T(made_and_seen), T(refused), T(changed), T(of_group),
	                                   T(installed),     T(lists),   T(found),   T(sent)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
