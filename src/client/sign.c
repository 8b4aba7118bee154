/* sign.c - see sign.h: auth.sendCode, auth.signIn, and auth.signUp where that asks for it. */
#include "client/sign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

struct sign {
	struct arena a; /* everything below, and what the calls hold */
	struct slice phone, code, first, last, hash;
	client_signed_fn *done;
	void *arg;
};

static void finish(struct sign *s, struct client *c, int r, int64_t user, const struct client_answer *a)
{
	client_signed_fn *done = s->done;
	void *arg = s->arg;
	char error[128] = "";

	if (r < 0 && a && a->text.n)
		snprintf(error, sizeof(error), "%d %.*s", (int)a->code,
		         (int)(a->text.n > 100 ? 100 : a->text.n), (const char *)a->text.p);
	else if (r < 0)
		snprintf(error, sizeof(error), "%s", err_name(r));
	arena_fini(&s->a);
	free(s);
	done(arg, c, r, user, error);
}

static void call(struct sign *s, struct client *c, const struct tl_obj *q, client_answer_fn *fn)
{
	int64_t r = client_call(c, q, fn, s);

	if (r < 0)
		finish(s, c, (int)r, 0, NULL);
}

static int decode(struct sign *s, const struct client_answer *a, struct tl_obj **ret)
{
	return a->r ? a->r : client_answer_decode(a, &s->a, ret);
}

static void signed_up(void *arg, struct client *c, const struct client_answer *a);

static void authorised(struct sign *s, struct client *c, const struct client_answer *a, bool may_sign_up)
{
	const struct tl_auth_authorization *z;
	struct tl_auth_signUp *up;
	struct tl_obj *o;
	int r = decode(s, a, &o);

	if (r < 0) {
		finish(s, c, r, 0, a);
		return;
	}
	if (may_sign_up && TL_IS(auth_authorizationSignUpRequired, o)) {
		up = TL_NEW(&s->a, auth_signUp);
		up->phone_number = s->phone;
		up->phone_code_hash = s->hash;
		up->first_name = s->first;
		up->last_name = s->last;
		call(s, c, &up->o, signed_up);
		return;
	}
	z = TL_AS(auth_authorization, o);
	if (z && TL_IS(user, z->user))
		finish(s, c, 0, TL_AS(user, z->user)->id, NULL);
	else
		finish(s, c, -ERR_DENIED, 0, NULL);
}

static void signed_up(void *arg, struct client *c, const struct client_answer *a)
{
	authorised(arg, c, a, false);
}

static void signed_in(void *arg, struct client *c, const struct client_answer *a)
{
	authorised(arg, c, a, true);
}

static void code_sent(void *arg, struct client *c, const struct client_answer *a)
{
	struct sign *s = arg;
	struct tl_auth_signIn *in;
	struct tl_obj *o;
	int r = decode(s, a, &o);

	if (r == 0 && !TL_IS(auth_sentCode, o))
		r = -ERR_DENIED;
	if (r < 0) {
		finish(s, c, r, 0, a);
		return;
	}
	s->hash = arena_slice(&s->a, TL_AS(auth_sentCode, o)->phone_code_hash);
	in = TL_NEW(&s->a, auth_signIn);
	in->phone_number = s->phone;
	in->phone_code_hash = s->hash;
	in->phone_code = s->code;
	call(s, c, &in->o, signed_in);
}

void client_sign_in(struct client *c, const char *phone, const char *code, const char *first,
                    const char *last, client_signed_fn *done, void *arg)
{
	struct sign *s = xcalloc(1, sizeof(*s));
	struct tl_auth_sendCode *q;

	arena_init(&s->a, 16u << 20);
	s->phone = arena_str(&s->a, phone);
	s->code = arena_str(&s->a, code);
	s->first = arena_str(&s->a, first);
	s->last = arena_str(&s->a, last);
	s->done = done;
	s->arg = arg;
	q = TL_NEW(&s->a, auth_sendCode);
	q->phone_number = s->phone;
	q->api_id = 1;
	q->api_hash = SLICE_LIT("chapar");
	q->settings = &TL_NEW(&s->a, codeSettings)->o;
	call(s, c, &q->o, code_sent);
}

void client_test_code(const char *phone, char ret_code[6])
{
	memset(ret_code, strlen(phone) > 5 ? phone[5] : '0', 5);
	ret_code[5] = '\0';
}

struct waiting {
	bool over;
	int r;
	int64_t user;
	char *error;
};

static void told(void *arg, struct client *c, int r, int64_t user_id, const char *error)
{
	struct waiting *w = arg;

	w->over = true;
	w->r = r;
	w->user = user_id;
	snprintf(w->error, 128, "%s", error);
}

static bool is_over(void *arg)
{
	return ((struct waiting *)arg)->over;
}

int client_sign_in_wait(struct client *c, const char *phone, const char *first, usec_t within,
                        int64_t *ret_user, char ret_error[128])
{
	struct waiting w = {.error = ret_error};
	char code[6];

	ret_error[0] = '\0';
	client_test_code(phone, code);
	client_sign_in(c, phone, code, first, "", told, &w);
	if (!client_loop_until(client_config_of(c)->loop, is_over, &w, within)) {
		client_disconnect(c); /* ends the open call, and the signing in with it */
		if (!w.over || w.r == -ERR_CLOSED)
			w.r = -ERR_TIMEOUT;
	}
	*ret_user = w.user;
	return w.r;
}
