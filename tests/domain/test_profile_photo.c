/* test_profile_photo.c - photos of accounts: uploaded, shown by privacy, chosen anew, listed, deleted; who may load them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <libavutil/log.h>

#include "../worker/av.h"
#include "base/err.h"
#include "files.h"
#include "store/file.h"
#include "three.h"

static struct tl_photos_photo *upload(struct s *s, uint32_t side, bool fallback)
{
	struct tl_photos_uploadProfilePhoto *q = Q(s, photos_uploadProfilePhoto);
	struct tl_photos_photo *p;

	q->fallback = fallback;
	q->file = files_upload(s->w, s->a, files_png(s->w, side, side + 40), "me.png");
	p = TL_AS(photos_photo, talk_call(s->w, s->a, &q->o));
	assert_non_null(p);
	return p;
}

static struct tl_photo *photo_of(const struct tl_photos_photo *p)
{
	assert_true(TL_IS(photo, p->photo));
	return TL_AS(photo, p->photo);
}

static struct tl_obj *input_photo(struct s *s, const struct tl_photo *p)
{
	struct tl_inputPhoto *i = Q(s, inputPhoto);

	i->id = p->id;
	i->access_hash = p->access_hash;
	i->file_reference = p->file_reference;
	return &i->o;
}

/* What `who` sees of Ann: the id of her photo, 0: none. */
static int64_t seen_by(struct s *s, struct person who)
{
	struct tl_users_getUsers *q = Q(s, users_getUsers);
	const struct tl_userProfilePhoto *p;
	struct tl_vector *v;

	q->id = tl_vec_new(world_arena(s->w), 1);
	q->id.v[0] = world_user(s->w, who, s->a.id);
	v = TL_AS(vector, talk_call(s->w, who, &q->o));
	p = TL_AS(userProfilePhoto, TL_AS(user, v->objs.v[0])->photo);
	if (!p)
		return 0;
	assert_int_equal(p->dc_id, 2);
	assert_true(p->stripped_thumb.n > 3);
	return p->photo_id;
}

static struct tl_obj *photos(struct s *s, struct person who, int32_t offset, int64_t max_id, int32_t limit)
{
	struct tl_photos_getUserPhotos *q = Q(s, photos_getUserPhotos);

	q->user_id = world_user(s->w, who, s->a.id);
	q->offset = offset;
	q->max_id = max_id;
	q->limit = limit;
	return talk_call(s->w, who, &q->o);
}

static struct tl_userFull *full(struct s *s, struct person who)
{
	struct tl_users_getFullUser *q = Q(s, users_getFullUser);

	q->id = world_user(s->w, who, s->a.id);
	return TL_AS(userFull, TL_AS(users_userFull, talk_call(s->w, who, &q->o))->full_user);
}

static struct tl_obj *location(struct s *s, struct person who, int64_t photo, bool big)
{
	struct tl_inputPeerPhotoFileLocation *l = Q(s, inputPeerPhotoFileLocation);

	l->peer = world_peer(s->w, who, s->a.id);
	l->photo_id = photo;
	l->big = big;
	return &l->o;
}

static void hide(struct s *s, struct tl_obj *key)
{
	struct tl_account_setPrivacy *q = Q(s, account_setPrivacy);

	q->key = key;
	q->rules = tl_vec_new(world_arena(s->w), 1);
	q->rules.v[0] = &Q(s, inputPrivacyValueDisallowAll)->o;
	talk_call(s->w, s->a, &q->o);
}

static void shown(void **state)
{
	struct s *s = *state;
	struct tl_photo *p, *full_photo;
	struct slice small, big;

	assert_int_equal(seen_by(s, s->b), 0);
	p = photo_of(upload(s, 700, false));
	assert_int_equal(p->sizes.n, 4); /* i a b c */
	assert_int_equal(seen_by(s, s->a), p->id);
	assert_int_equal(seen_by(s, s->b), p->id);
	full_photo = TL_AS(photo, full(s, s->b)->profile_photo);
	assert_non_null(full_photo);
	assert_int_equal(full_photo->id, p->id);
	assert_true(full_photo->access_hash != p->access_hash);
	small = files_get(s->w, s->b, location(s, s->b, p->id, false), 65536);
	big = files_get(s->w, s->b, location(s, s->b, p->id, true), 65536);
	assert_memory_equal(small.p, "\xff\xd8\xff", 3);
	assert_true(big.n > small.n);
	assert_true(slice_eq(big, files_get(s->w, s->b, files_photo_location(s->w, full_photo, "c"), 65536)));
}

static void told(void **state)
{
	struct s *s = *state;
	struct tl_contacts_addContact *q = Q(s, contacts_addContact);
	struct tl_updates *u;
	struct tl_vec pushes;
	int64_t id;

	q->id = world_user(s->w, s->b, s->a.id);
	q->first_name = SLICE_LIT("Annie");
	q->last_name = q->phone = SLICE_LIT("");
	talk_call(s->w, s->b, &q->o);
	world_pushes(s->w, s->b.key);
	id = photo_of(upload(s, 200, false))->id;
	pushes = world_pushes(s->w, s->b.key);
	assert_int_equal(pushes.n, 1);
	u = TL_AS(updates, pushes.v[0]);
	assert_non_null(u);
	assert_int_equal(TL_AS(userProfilePhoto, world_find_user(u->users, s->a.id)->photo)->photo_id, id);
	assert_non_null(world_update(pushes, TL_updateUser)); /* what he knows in full is old */
}

static void chosen_and_deleted(void **state)
{
	struct s *s = *state;
	struct tl_photos_updateProfilePhoto *set = Q(s, photos_updateProfilePhoto);
	struct tl_photos_deletePhotos *del = Q(s, photos_deletePhotos);
	struct tl_upload_getFile *get = Q(s, upload_getFile);
	struct tl_photo *one = photo_of(upload(s, 200, false)), *two = photo_of(upload(s, 300, false)),
			*three = photo_of(upload(s, 400, false));
	struct tl_photos_photosSlice *part;
	struct tl_photos_photos *all;
	struct tl_vector *gone;

	all = TL_AS(photos_photos, photos(s, s->b, 0, 0, 100));
	assert_int_equal(all->photos.n, 3);
	assert_int_equal(TL_AS(photo, all->photos.v[0])->id, three->id);
	assert_int_equal(TL_AS(photo, all->photos.v[2])->id, one->id);
	part = TL_AS(photos_photosSlice, photos(s, s->b, 1, 0, 1));
	assert_int_equal(part->count, 3);
	assert_int_equal(part->photos.n, 1);
	assert_int_equal(TL_AS(photo, part->photos.v[0])->id, two->id);
	part = TL_AS(photos_photosSlice, photos(s, s->b, -1, one->id, 1)); /* tdesktop asks for exactly it */
	assert_int_equal(TL_AS(photo, part->photos.v[0])->id, one->id);

	set->id = input_photo(s, one);
	assert_int_equal(photo_of(TL_AS(photos_photo, talk_call(s->w, s->a, &set->o)))->id, one->id);
	assert_int_equal(seen_by(s, s->b), one->id);
	set->id = &Q(s, inputPhotoEmpty)->o;
	talk_call(s->w, s->a, &set->o);
	assert_int_equal(seen_by(s, s->b), three->id);
	set->id = input_photo(s, one); /* gone */
	talk_refused(s->w, s->a, &set->o, "400 PHOTO_INVALID");
	get->location = location(s, s->b, one->id, false);
	get->limit = 4096;
	talk_refused(s->w, s->b, &get->o, "400 LOCATION_INVALID");

	del->id = tl_vec_new(world_arena(s->w), 2);
	del->id.v[0] = input_photo(s, two);
	TL_AS(inputPhoto, del->id.v[0])->access_hash = 0; /* as TDLib does */
	TL_AS(inputPhoto, del->id.v[0])->file_reference = SLICE_LIT("");
	del->id.v[1] = input_photo(s, three);
	gone = TL_AS(vector, talk_call(s->w, s->a, &del->o));
	assert_int_equal(gone->longs.n, 2);
	assert_int_equal(seen_by(s, s->b), 0);
	assert_int_equal(TL_AS(photos_photos, photos(s, s->b, 0, 0, 100))->photos.n, 0);
	gone = TL_AS(vector, talk_call(s->w, s->a, &del->o));
	assert_int_equal(gone->longs.n, 0);
}

/* Whom the photo is hidden from sees the one for strangers, or none; nor can he load what he knows the id of. */
static void hidden(void **state)
{
	struct s *s = *state;
	struct tl_upload_getFile *get = Q(s, upload_getFile);
	int64_t mine = photo_of(upload(s, 300, false))->id, public;
	struct tl_contacts_block *block = Q(s, contacts_block);

	hide(s, &Q(s, inputPrivacyKeyProfilePhoto)->o);
	assert_int_equal(seen_by(s, s->a), mine);
	assert_int_equal(seen_by(s, s->b), 0);
	assert_null(full(s, s->b)->profile_photo);
	assert_int_equal(TL_AS(photos_photos, photos(s, s->b, 0, 0, 100))->photos.n, 0);
	get->location = location(s, s->b, mine, false);
	get->limit = 4096;
	talk_refused(s->w, s->b, &get->o, "400 LOCATION_INVALID");

	public = photo_of(upload(s, 200, true))->id;
	assert_int_equal(seen_by(s, s->a), mine);
	assert_int_equal(seen_by(s, s->b), public);
	assert_int_equal(TL_AS(photo, full(s, s->b)->fallback_photo)->id, public);
	assert_int_equal(TL_AS(photo, full(s, s->a)->fallback_photo)->id, public);
	files_get(s->w, s->b, location(s, s->b, public, false), 65536);

	block->id = world_peer(s->w, s->a, s->b.id);
	talk_call(s->w, s->a, &block->o);
	assert_int_equal(seen_by(s, s->b), 0);
	get->location = location(s, s->b, public, false);
	talk_refused(s->w, s->b, &get->o, "400 LOCATION_INVALID");
}

/* Pictures that move, as a client uploads them. */
static struct slice video(struct s *s)
{
	static const struct av_kind kind = {
		.format = "mp4", .video = "libx264", .w = 320, .h = 240, .fps = 10, .seconds = 1};

	return av_make(world_arena(s->w), &kind);
}

static void moves(void **state)
{
	struct s *s = *state;
	struct tl_photos_uploadProfilePhoto *q = Q(s, photos_uploadProfilePhoto);
	struct tl_users_getUsers *who = Q(s, users_getUsers);
	const struct tl_videoSize *v;
	struct tl_photo *p, *theirs;
	struct slice bytes;

	q->video = files_upload(s->w, s->a, video(s), "x.mp4");
	q->has_video_start_ts = true;
	q->video_start_ts = 0.5;
	p = photo_of(TL_AS(photos_photo, talk_call(s->w, s->a, &q->o)));
	assert_int_equal(p->sizes.n, 4);
	v = TL_AS(videoSize, p->video_sizes.v[0]);
	assert_true(v->w == 240 && v->h == 240 && v->has_video_start_ts && v->video_start_ts == 0.5);
	assert_true(slice_eq(v->type, SLICE_LIT("u")));
	theirs = TL_AS(photo, full(s, s->b)->profile_photo);
	bytes = files_get(s->w, s->b, files_photo_location(s->w, theirs, "u"), 65536);
	assert_int_equal(bytes.n, v->size);
	assert_memory_equal(bytes.p + 4, "ftyp", 4);
	who->id = tl_vec_new(world_arena(s->w), 1);
	who->id.v[0] = world_user(s->w, s->b, s->a.id);
	assert_true(TL_AS(userProfilePhoto,
	                  TL_AS(user, TL_AS(vector, talk_call(s->w, s->b, &who->o))->objs.v[0])->photo)
	                    ->has_video);
	/* With a picture of its own, and as the one for strangers. */
	q->file = files_upload(s->w, s->a, files_png(s->w, 300, 300), "me.png");
	q->video = files_upload(s->w, s->a, video(s), "x.mp4");
	q->fallback = true;
	p = photo_of(TL_AS(photos_photo, talk_call(s->w, s->a, &q->o)));
	assert_true(p->sizes.n == 4 && p->video_sizes.n == 1);
	q->video_start_ts = -1;
	q->video = files_upload(s->w, s->a, video(s), "x.mp4");
	talk_refused(s->w, s->a, &q->o, "400 VIDEO_FILE_INVALID");
	q->video_emoji_markup = &Q(s, videoSizeEmojiMarkup)->o;
	talk_refused(s->w, s->a, &q->o, "400 EMOJI_MARKUP_INVALID");
}

/* A set of Ann's with one item of this animation. */
static struct tl_messages_stickerSet *set_of_one(struct s *s, int number, const char *name, bool emojis)
{
	struct tl_stickers_createStickerSet *q = Q(s, stickers_createStickerSet);
	struct tl_inputStickerSetItem *item = Q(s, inputStickerSetItem);
	struct tl_messages_uploadMedia *up = Q(s, messages_uploadMedia);
	struct tl_inputDocument *in = Q(s, inputDocument);
	const struct tl_document *d;

	up->peer = &Q(s, inputPeerSelf)->o;
	up->media =
		&files_document(s->w, s->a, files_tgs(s->w, number), "x", "application/x-tgsticker", NULL)->o;
	d = TL_AS(document, TL_AS(messageMediaDocument, talk_call(s->w, s->a, &up->o))->document);
	in->id = d->id;
	in->access_hash = d->access_hash;
	in->file_reference = d->file_reference;
	item->document = &in->o;
	item->emoji = SLICE_LIT("\U0001f600");
	q->user_id = &Q(s, inputUserSelf)->o;
	q->title = q->short_name = slice_str(name);
	q->emojis = emojis;
	q->stickers = tl_vec_new(world_arena(s->w), 1);
	q->stickers.v[0] = &item->o;
	return TL_AS(messages_stickerSet, talk_call(s->w, s->a, &q->o));
}

/* What clients draw themselves: an emoji, or a sticker, on colours. */
static void drawn(void **state)
{
	struct s *s = *state;
	struct tl_photos_uploadProfilePhoto *q = Q(s, photos_uploadProfilePhoto);
	struct tl_videoSizeEmojiMarkup *e = Q(s, videoSizeEmojiMarkup), *got;
	struct tl_videoSizeStickerMarkup *k = Q(s, videoSizeStickerMarkup), *theirs;
	struct tl_inputStickerSetID *set = Q(s, inputStickerSetID);
	const struct tl_messages_stickerSet *emoji = set_of_one(s, 1, "faces", true);
	const struct tl_messages_stickerSet *cats = set_of_one(s, 2, "cats", false);
	int32_t colours[] = {0xff0000, 0x00ff00, 0x0000ff, 0xffffff, 0};
	const struct tl_photo *p;
	struct slice bytes;

	e->emoji_id = TL_AS(document, emoji->documents.v[0])->id;
	e->background_colors = (struct tl_vec_int){colours, 4};
	q->video_emoji_markup = &e->o;
	p = photo_of(TL_AS(photos_photo, talk_call(s->w, s->a, &q->o)));
	assert_true(p->sizes.n == 4 && p->video_sizes.n == 1); /* the colours are its picture */
	p = TL_AS(photo, full(s, s->b)->profile_photo);
	got = TL_AS(videoSizeEmojiMarkup, p->video_sizes.v[0]);
	assert_true(got->emoji_id == e->emoji_id && got->background_colors.n == 4 &&
	            got->background_colors.v[2] == 0x0000ff);
	bytes = files_get(s->w, s->b, files_photo_location(s->w, p, "c"), 65536);
	assert_memory_equal(bytes.p, "\xff\xd8\xff", 3);

	/* With a picture that the client has drawn, and a video; the set is named as each viewer may name it. */
	set->id = TL_AS(stickerSet, cats->set)->id;
	set->access_hash = TL_AS(stickerSet, cats->set)->access_hash;
	k->stickerset = &set->o;
	k->sticker_id = TL_AS(document, cats->documents.v[0])->id;
	k->background_colors = (struct tl_vec_int){colours, 1};
	q->video_emoji_markup = &k->o;
	q->file = files_upload(s->w, s->a, files_png(s->w, 300, 300), "me.png");
	q->video = files_upload(s->w, s->a, video(s), "x.mp4");
	p = photo_of(TL_AS(photos_photo, talk_call(s->w, s->a, &q->o)));
	assert_true(p->video_sizes.n == 2 && TL_IS(videoSize, p->video_sizes.v[0]));
	p = TL_AS(photo, full(s, s->b)->profile_photo);
	theirs = TL_AS(videoSizeStickerMarkup, p->video_sizes.v[1]);
	assert_true(theirs->sticker_id == k->sticker_id);
	assert_true(TL_AS(inputStickerSetID, theirs->stickerset)->id == set->id);
	assert_true(TL_AS(inputStickerSetID, theirs->stickerset)->access_hash != set->access_hash &&
	            TL_AS(inputStickerSetID, theirs->stickerset)->access_hash != 0);

	/* Neither colours nor what stands on them may be anything. */
	q->file = q->video = NULL;
	k->background_colors.n = 0;
	talk_refused(s->w, s->a, &q->o, "400 EMOJI_MARKUP_INVALID");
	k->background_colors.n = 5;
	talk_refused(s->w, s->a, &q->o, "400 EMOJI_MARKUP_INVALID");
	k->background_colors.n = 1;
	colours[0] = 0x1000000;
	talk_refused(s->w, s->a, &q->o, "400 EMOJI_MARKUP_INVALID");
	colours[0] = 0;
	k->sticker_id = e->emoji_id; /* of another set */
	talk_refused(s->w, s->a, &q->o, "400 EMOJI_MARKUP_INVALID");
	set->access_hash++;
	talk_refused(s->w, s->a, &q->o, "400 EMOJI_MARKUP_INVALID");
	q->video_emoji_markup = &e->o;
	e->emoji_id = TL_AS(document, cats->documents.v[0])->id; /* no emoji */
	talk_refused(s->w, s->a, &q->o, "400 EMOJI_MARKUP_INVALID");
	q->video_emoji_markup = &Q(s, videoSize)->o;
	talk_refused(s->w, s->a, &q->o, "400 EMOJI_MARKUP_INVALID");
}

static void add_contact(struct s *s)
{
	struct tl_contacts_addContact *q = Q(s, contacts_addContact);

	q->id = world_user(s->w, s->b, s->a.id);
	q->first_name = SLICE_LIT("Annie");
	q->last_name = q->phone = SLICE_LIT("");
	talk_call(s->w, s->b, &q->o);
}

static struct tl_photos_uploadContactProfilePhoto *of_contact(struct s *s, bool suggest)
{
	struct tl_photos_uploadContactProfilePhoto *q = Q(s, photos_uploadContactProfilePhoto);

	q->suggest = suggest;
	q->save = !suggest;
	q->user_id = world_user(s->w, s->b, s->a.id);
	q->file = files_upload(s->w, s->b, files_png(s->w, 200, 240), "you.png");
	return q;
}

/* What Bob shows himself of Ann is seen by nobody else, and goes with the contact. */
static void personal(void **state)
{
	struct s *s = *state;
	struct tl_contacts_deleteContacts *del = Q(s, contacts_deleteContacts);
	struct tl_upload_getFile *get = Q(s, upload_getFile);
	int64_t own = photo_of(upload(s, 300, false))->id;
	struct tl_userFull *f;
	struct tl_photo *p;

	talk_refused(s->w, s->b, &of_contact(s, false)->o, "400 CONTACT_MISSING");
	add_contact(s);
	p = photo_of(TL_AS(photos_photo, talk_call(s->w, s->b, &of_contact(s, false)->o)));
	assert_int_equal(seen_by(s, s->b), p->id);
	assert_int_equal(seen_by(s, s->a), own);
	f = full(s, s->b);
	assert_int_equal(TL_AS(photo, f->personal_photo)->id, p->id);
	assert_int_equal(TL_AS(photo, f->profile_photo)->id, own);
	assert_null(full(s, s->a)->personal_photo);
	files_get(s->w, s->b, location(s, s->b, p->id, true), 65536);
	get->location = location(s, s->a, p->id, true);
	get->limit = 4096;
	talk_refused(s->w, s->a, &get->o, "400 LOCATION_INVALID");
	assert_int_equal(files_refs(s->w, p->id), 1);
	p = photo_of(TL_AS(photos_photo, talk_call(s->w, s->b, &of_contact(s, false)->o)));
	assert_int_equal(seen_by(s, s->b), p->id);
	del->id = tl_vec_new(world_arena(s->w), 1);
	del->id.v[0] = world_user(s->w, s->b, s->a.id);
	talk_call(s->w, s->b, &del->o);
	assert_int_equal(seen_by(s, s->b), own);
	assert_null(full(s, s->b)->personal_photo);
	assert_int_equal(files_refs(s->w, p->id), 0);
}

static void personal_taken_back(void **state)
{
	struct s *s = *state;
	struct tl_photos_uploadContactProfilePhoto *q;
	const struct tl_photos_photo *none;

	add_contact(s);
	talk_call(s->w, s->b, &of_contact(s, false)->o);
	assert_true(seen_by(s, s->b) != 0); /* though she has none */
	q = of_contact(s, false);
	q->file = NULL;
	none = TL_AS(photos_photo, talk_call(s->w, s->b, &q->o));
	assert_true(TL_IS(photoEmpty, none->photo));
	assert_int_equal(seen_by(s, s->b), 0);
}

/* A proposal is a message; who likes it takes it. */
static void proposed(void **state)
{
	struct s *s = *state;
	struct tl_photos_updateProfilePhoto *set = Q(s, photos_updateProfilePhoto);
	struct tl_photos_uploadContactProfilePhoto *q = of_contact(s, true);
	const struct tl_messageActionSuggestProfilePhoto *a;
	const struct tl_updateNewMessage *u;
	struct tl_photo *p;

	p = photo_of(TL_AS(photos_photo, talk_call(s->w, s->b, &q->o)));
	assert_int_equal(seen_by(s, s->b), 0);
	u = TL_AS(updateNewMessage, world_update(world_pushes(s->w, s->a.key), TL_updateNewMessage));
	assert_non_null(u);
	a = TL_AS(messageActionSuggestProfilePhoto, TL_AS(messageService, u->message)->action);
	assert_int_equal(TL_AS(photo, a->photo)->id, p->id);
	assert_int_equal(files_refs(s->w, p->id), 2); /* both have the message */
	set->id = input_photo(s, TL_AS(photo, a->photo));
	assert_int_equal(photo_of(TL_AS(photos_photo, talk_call(s->w, s->a, &set->o)))->id, p->id);
	assert_int_equal(seen_by(s, s->b), p->id);
	q->file = NULL;
	talk_refused(s->w, s->b, &q->o, "400 PHOTO_FILE_MISSING");
	q->user_id = &Q(s, inputUserSelf)->o;
	talk_refused(s->w, s->b, &q->o, "400 USER_ID_INVALID");
}

static void refused(void **state)
{
	struct s *s = *state;
	struct tl_photos_uploadProfilePhoto *q = Q(s, photos_uploadProfilePhoto);
	struct tl_photos_updateProfilePhoto *set = Q(s, photos_updateProfilePhoto);
	struct tl_photos_deletePhotos *del = Q(s, photos_deletePhotos);
	struct tl_photos_getUserPhotos *list = Q(s, photos_getUserPhotos);
	struct tl_photo *p = photo_of(upload(s, 200, false));

	talk_refused(s->w, s->a, &q->o, "400 PHOTO_FILE_MISSING");
	q->video = files_upload(s->w, s->a, files_bytes(s->w, 100, 1), "x.mp4");
	talk_refused(s->w, s->a, &q->o, "400 VIDEO_FILE_INVALID");
	q->video = NULL;
	q->file = files_upload(s->w, s->a, files_bytes(s->w, 5000, 1), "x.jpg");
	talk_refused(s->w, s->a, &q->o, "400 IMAGE_PROCESS_FAILED");
	set->id = input_photo(s, p); /* somebody else's hash */
	talk_refused(s->w, s->b, &set->o, "400 MEDIA_INVALID");
	del->id = tl_vec_new(world_arena(s->w), 1);
	del->id.v[0] = input_photo(s, p);
	assert_int_equal(TL_AS(vector, talk_call(s->w, s->b, &del->o))->longs.n, 0);
	assert_int_equal(seen_by(s, s->b), p->id); /* it is another's: it stays */
	list->user_id = &Q(s, inputUserEmpty)->o;
	talk_refused(s->w, s->a, &list->o, "400 USER_ID_INVALID");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, three_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		T(shown), T(told),     T(chosen_and_deleted),  T(hidden),   T(moves),
		T(drawn), T(personal), T(personal_taken_back), T(proposed), T(refused)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
