/*
 * location.c - see location.h. Access hash and reference are MACs for this caller: what somebody else was given does not
 * fit, and what does not exist answers the same.
 */
#include "domain/media/location.h"

#include "base/err.h"
#include "domain/chats/photo.h"
#include "domain/media/private.h"
#include "domain/media/reference.h"
#include "domain/stickers/sticker.h"
#include "domain/users/photo_view.h"
#include "rpc_methods.h"
#include "updates/peer.h"

enum { MAGIC_BYTES = 16 };

static int invalid(struct rpc_call *c)
{
	return rpc_fail(c, 400, "LOCATION_INVALID");
}

static bool has(struct slice s, size_t at, const char *bytes, size_t n)
{
	return s.n >= at + n && memcmp(s.p + at, bytes, n) == 0;
}

/* storage.FileType by the first bytes. */
static uint16_t type_of(struct slice s)
{
	if (has(s, 0, "\xff\xd8\xff", 3))
		return TL_storage_fileJpeg;
	if (has(s, 0, "\x89PNG\r\n\x1a\n", 8))
		return TL_storage_filePng;
	if (has(s, 0, "GIF8", 4))
		return TL_storage_fileGif;
	if (has(s, 0, "RIFF", 4) && has(s, 8, "WEBP", 4))
		return TL_storage_fileWebp;
	if (has(s, 0, "%PDF", 4))
		return TL_storage_filePdf;
	if (has(s, 0, "ID3", 3) || has(s, 0, "\xff\xfb", 2) || has(s, 0, "\xff\xf3", 2))
		return TL_storage_fileMp3;
	if (has(s, 4, "ftypqt", 6))
		return TL_storage_fileMov;
	if (has(s, 4, "ftyp", 4))
		return TL_storage_fileMp4;
	return TL_storage_fileUnknown;
}

static int look_at_magic(struct rpc_call *c, struct media_content *m)
{
	struct buf b = {0};
	int r = m->size ? blob_read(c->app->blobs, &m->blob, 0, MAGIC_BYTES, &b) : 0;

	m->magic = type_of(buf_slice(&b));
	buf_fini(&b);
	return r < 0 ? r : 0;
}

/* By the cache, or from the store into it. -ERR_NOTFOUND. */
static int content_of(struct rpc_call *c, int64_t file, char type, struct media_content *ret)
{
	struct store_file_part part;
	struct store_file f;
	int r;

	if (c->app->files && media_cache_get(c->app->files, file, type, ret))
		return 0;
	if (!c->db)
		return -ERR_AGAIN;
	if ((r = store_file_part_get(c->db, file, type, &part)) < 0 ||
	    (r = store_file_get(c->db, file, &c->arena, &f)) < 0)
		return r;
	*ret = (struct media_content){.file = file,
	                              .type = type,
	                              .kind = f.kind,
	                              .epoch = f.epoch,
	                              .size = (uint64_t)part.size,
	                              .date = f.date};
	memcpy(ret->blob.b, part.blob, sizeof(ret->blob.b));
	if ((r = look_at_magic(c, ret)) < 0)
		return r;
	if (c->app->files)
		media_cache_put(c->app->files, ret);
	return 0;
}

static int of_kind(struct rpc_call *c, int64_t file, char type, enum store_file_kind kind,
                   struct media_content *ret)
{
	int r = content_of(c, file, type, ret);

	if (r == -ERR_NOTFOUND || (r == 0 && ret->kind != kind))
		return invalid(c);
	return r;
}

/* thumb_size: the letter of a size, or empty for the original of a document. */
static int by_hash(struct rpc_call *c, enum store_file_kind kind, int64_t id, int64_t hash,
                   struct slice reference, struct slice size, struct media_content *ret)
{
	enum peer_kind access = kind == STORE_FILE_PHOTO ? ACCESS_PHOTO : ACCESS_DOCUMENT;
	int r;

	if (size.n > 1 || id <= 0 || hash != access_hash(c->app, c->user_id, access, id))
		return invalid(c);
	r = of_kind(c, id, size.n ? (char)size.p[0] : '\0', kind, ret);
	return r < 0 ? r : reference_check(c, id, ret->epoch, reference, -1);
}

/* A profile photo, by whose it is: no hash, no reference, but the owner's privacy. */
static int of_profile(struct rpc_call *c, const struct tl_inputPeerPhotoFileLocation *l,
                      struct media_content *ret)
{
	struct peer peer;
	int r;

	if ((r = peer_resolve(c, l->peer, &peer)) < 0)
		return r;
	r = peer_is_user(peer.key) ? user_photo_may_see(c, peer.key, l->photo_id)
	                           : group_photo_is(c, peer.key, l->photo_id);
	if (r < 0)
		return r;
	return r ? of_kind(c, l->photo_id, l->big ? 'c' : 'a', STORE_FILE_PHOTO, ret) : invalid(c);
}

static int of_secret_chat(struct rpc_call *c, const struct tl_inputEncryptedFileLocation *l,
                          struct media_content *ret)
{
	if (l->access_hash != access_hash(c->app, c->user_id, ACCESS_ENCRYPTED, l->id))
		return invalid(c);
	return of_kind(c, l->id, '\0', STORE_FILE_ENCRYPTED, ret);
}

/* The picture of a sticker set, for whom the set was given to. */
static int of_set(struct rpc_call *c, const struct tl_inputStickerSetThumb *l, struct media_content *ret)
{
	int64_t file;
	int r = sticker_set_thumb(c, l->stickerset, &file);

	return r < 0 ? r : file ? of_kind(c, file, '\0', STORE_FILE_DOCUMENT, ret) : invalid(c);
}

int location_resolve(struct rpc_call *c, const struct tl_obj *location, struct media_content *ret)
{
	const struct tl_inputPhotoFileLocation *p = TL_AS(inputPhotoFileLocation, location);
	const struct tl_inputDocumentFileLocation *d = TL_AS(inputDocumentFileLocation, location);

	if (p)
		return by_hash(c, STORE_FILE_PHOTO, p->id, p->access_hash, p->file_reference, p->thumb_size,
		               ret);
	if (d)
		return by_hash(c, STORE_FILE_DOCUMENT, d->id, d->access_hash, d->file_reference,
		               d->thumb_size, ret);
	if (!c->db)
		return -ERR_AGAIN;
	if (TL_IS(inputPeerPhotoFileLocation, location))
		return of_profile(c, TL_AS(inputPeerPhotoFileLocation, location), ret);
	if (TL_IS(inputStickerSetThumb, location))
		return of_set(c, TL_AS(inputStickerSetThumb, location), ret);
	if (TL_IS(inputEncryptedFileLocation, location))
		return of_secret_chat(c, TL_AS(inputEncryptedFileLocation, location), ret);
	return invalid(c);
}
