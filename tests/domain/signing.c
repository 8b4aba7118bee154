/* signing.c - see signing.h. */
#include "signing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "store/phone_code.h"

int signing_setup(void **state)
{
	struct s *s = calloc(1, sizeof(*s));

	s->w = world_new();
	s->a = world_person(s->w, "15550001", "Ann", "Alder");
	*state = s;
	return 0;
}

struct tl_obj *signing_by_key(struct s *s, int64_t key, const struct tl_obj *q)
{
	return world_call_as(s->w, (struct person){0}, key, TL_LAYER_MAX, q);
}

void signing_error_is(struct s *s, const char *text)
{
	assert_string_equal(world_error(s->w), text);
}

struct tl_auth_sentCode *signing_take_sent(struct s *s, struct tl_obj *o)
{
	struct tl_auth_sentCode *sent = o ? TL_AS(auth_sentCode, o) : NULL;

	if (!sent)
		return NULL;
	s->hash = sent->phone_code_hash;
	s->type = sent->type->name;
	s->length = TL_IS(auth_sentCodeTypeApp, sent->type) ? TL_AS(auth_sentCodeTypeApp, sent->type)->length
	                                                    : TL_AS(auth_sentCodeTypeSms, sent->type)->length;
	return sent;
}

bool signing_send_code(struct s *s, int64_t key, const char *phone)
{
	struct tl_auth_sendCode *q = Q(s, auth_sendCode);

	q->phone_number = slice_str(phone);
	q->api_hash = slice_str("x");
	q->settings = &Q(s, codeSettings)->o;
	return signing_take_sent(s, signing_by_key(s, key, &q->o)) != NULL;
}

struct tl_obj *signing_in(struct s *s, int64_t key, const char *phone, const char *code)
{
	struct tl_auth_signIn *q = Q(s, auth_signIn);

	q->phone_number = slice_str(phone);
	q->phone_code_hash = s->hash;
	q->phone_code = slice_str(code);
	return signing_by_key(s, key, &q->o);
}

struct tl_obj *signing_up(struct s *s, int64_t key, const char *phone, const char *first)
{
	struct tl_auth_signUp *q = Q(s, auth_signUp);

	q->phone_number = slice_str(phone);
	q->phone_code_hash = s->hash;
	q->first_name = slice_str(first);
	q->last_name = slice_str("");
	return signing_by_key(s, key, &q->o);
}

struct reading {
	struct slice hash;
	char code[64];
};

static int read_code(struct rpc_call *c, void *arg)
{
	struct reading *x = arg;
	struct store_phone_code code;
	int r = store_phone_code_get(c->db, x->hash, &c->arena, &code);

	if (r == 0)
		snprintf(x->code, sizeof(x->code), "%.*s", (int)code.code.n, (const char *)code.code.p);
	return r;
}

const char *signing_code_of(struct s *s)
{
	static struct reading x;

	x.hash = s->hash;
	assert_int_equal(world_write(s->w, read_code, &x), 0);
	return x.code;
}
