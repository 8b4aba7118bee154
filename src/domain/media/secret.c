/*
 * secret.c - files of secret chats: contents like any other, but nobody here knows what they are. What a client says of the key's
 * fingerprint is kept and given back; access is by a hash for each viewer (location.c).
 */
#include "base/err.h"
#include "base/settings.h"
#include "domain/media/private.h"

enum { MIB = 1048576 };

/* Its upload as InputFile, or NULL: it is none. */
static struct tl_obj *upload_of(struct arena *a, const struct tl_obj *input, int32_t *ret_fingerprint)
{
	const struct tl_inputEncryptedFileUploaded *f = TL_AS(inputEncryptedFileUploaded, input);
	const struct tl_inputEncryptedFileBigUploaded *big = TL_AS(inputEncryptedFileBigUploaded, input);
	struct tl_inputFile *i;
	struct tl_inputFileBig *ib;

	if (f) {
		*ret_fingerprint = f->key_fingerprint;
		i = TL_NEW(a, inputFile);
		i->id = f->id;
		i->parts = f->parts;
		i->md5_checksum = f->md5_checksum;
		return &i->o;
	}
	if (!big)
		return NULL;
	*ret_fingerprint = big->key_fingerprint;
	ib = TL_NEW(a, inputFileBig);
	ib->id = big->id;
	ib->parts = big->parts;
	return &ib->o;
}

int media_prepare_secret(struct rpc_call *c, const struct tl_obj *input, struct media_made **ret)
{
	uint64_t max = (uint64_t)c->app->settings->media_max_file_mib * MIB;
	struct media_made *m = ARENA_NEW(&c->arena, struct media_made);
	struct tl_obj *file = upload_of(&c->arena, input, &m->fingerprint);
	int r;

	*ret = NULL;
	if (!file)
		return 0;
	if ((r = media_upload(c, file, max, &m->parts[0])) < 0)
		return r;
	m->n_parts = 1;
	*ret = m;
	return 0;
}

int media_commit_secret(struct rpc_call *c, const struct tl_obj *input, struct media_made *made,
                        int64_t *ret_file)
{
	const struct tl_inputEncryptedFile *known = TL_AS(inputEncryptedFile, input);
	struct store_file f;
	int r = -ERR_NOTFOUND;

	if (made)
		return media_insert(c, made, ret_file);
	if (!known)
		return rpc_fail(c, 400, "FILE_EMTPY");
	if (known->access_hash == access_hash(c->app, c->user_id, ACCESS_ENCRYPTED, known->id))
		r = store_file_get(c->db, known->id, &c->arena, &f);
	if (r == -ERR_NOTFOUND || (r == 0 && f.kind != STORE_FILE_ENCRYPTED))
		return rpc_fail(c, 400, "MEDIA_INVALID");
	*ret_file = known->id;
	return r;
}

int media_secret_view(struct rpc_call *c, int64_t viewer, int64_t file, struct tl_obj **ret)
{
	struct tl_encryptedFile *o = TL_NEW(&c->arena, encryptedFile);
	struct store_file_part part;
	struct store_file f;
	int r = file ? store_file_get(c->db, file, &c->arena, &f) : -ERR_NOTFOUND;

	*ret = &TL_NEW(&c->arena, encryptedFileEmpty)->o;
	if (r == 0 && f.body.n == sizeof(o->key_fingerprint))
		r = store_file_part_get(c->db, file, '\0', &part);
	if (r < 0) /* forgotten, or taken down */
		return r == -ERR_NOTFOUND ? 0 : r;
	o->id = file;
	o->access_hash = access_hash(c->app, viewer, ACCESS_ENCRYPTED, file);
	o->size = part.size;
	o->dc_id = MEDIA_DC;
	memcpy(&o->key_fingerprint, f.body.p, sizeof(o->key_fingerprint));
	*ret = &o->o;
	return 0;
}
