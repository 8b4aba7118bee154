/* langpack.c - language packs: none is kept here; clients have their own texts built in. */
#include "rpc/call.h"
#include "rpc_methods.h"

static int empty_pack(struct rpc_call *c, struct slice lang, int32_t version)
{
	struct tl_langPackDifference *d = TL_NEW(&c->arena, langPackDifference);

	d->lang_code = lang;
	d->from_version = d->version = version;
	return rpc_reply(c, &d->o);
}

int langpack_getLangPack(struct rpc_call *c, const struct tl_langpack_getLangPack *q)
{
	return empty_pack(c, q->lang_code, 0);
}

int langpack_getDifference(struct rpc_call *c, const struct tl_langpack_getDifference *q)
{
	return empty_pack(c, q->lang_code, q->from_version);
}

int langpack_getStrings(struct rpc_call *c, const struct tl_langpack_getStrings *q)
{
	return rpc_reply(c, &TL_NEW(&c->arena, vector)->o);
}

static struct tl_obj *english(struct rpc_call *c)
{
	struct tl_langPackLanguage *l = TL_NEW(&c->arena, langPackLanguage);

	l->official = true;
	l->name = l->native_name = SLICE_LIT("English");
	l->lang_code = l->plural_code = SLICE_LIT("en");
	l->translations_url = SLICE_LIT("");
	return &l->o;
}

int langpack_getLanguages(struct rpc_call *c, const struct tl_langpack_getLanguages *q)
{
	struct tl_vector *v = TL_NEW(&c->arena, vector);

	v->objs = tl_vec_new(&c->arena, 1);
	v->objs.v[0] = english(c);
	return rpc_reply(c, &v->o);
}

int langpack_getLanguage(struct rpc_call *c, const struct tl_langpack_getLanguage *q)
{
	return rpc_reply(c, english(c));
}
