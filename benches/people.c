/* people.c - accounts with a client each: connected, signed in, each a contact of some others. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "benches/bench.h"
#include "benches/fill.h"
#include "client/sign.h"

enum { AT_ONCE = 48, NUMBERS = 100000, IMPORT_AT_ONCE = 32 };
#define WITHIN 30000000  /* nothing moved for so long: given up */
#define ALIVE  120000000 /* everybody is heard of so often */

unsigned bench_random(unsigned n)
{
	static uint64_t seed = 42;

	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)((seed >> 33) % n);
}

struct client_config bench_client_config(struct bench *b)
{
	return (struct client_config){.loop = b->loop,
	                              .to = b->to,
	                              .transport = b->o.transport,
	                              .header_dc = 2,
	                              .auth = {.rsa = b->rsa, .inner = CLIENT_INNER_DC, .dc = 2},
	                              .layer = b->o.layer,
	                              .app = "chapar-bench"};
}

static void phone_of(unsigned number, char out[16])
{
	snprintf(out, 16, "99966%u%04u", number / 10000 % 10, number % 10000);
}

static void note_failure(struct bench_crowd *w, const char *what, const char *why)
{
	if (!w->failed++)
		snprintf(w->error, sizeof(w->error), "%s: %.100s", what, why);
}

static void come_next(struct bench_crowd *w);

static void signed_in(void *arg, struct client *c, int r, int64_t user, const char *error)
{
	struct bench_person *p = arg;

	p->crowd->under_way--;
	if (r < 0) {
		note_failure(p->crowd, "signing in", error);
		return;
	}
	p->id = user;
	p->crowd->ready++;
	come_next(p->crowd);
}

static void listens(void *arg, struct client *c, const struct client_answer *a)
{
	struct bench_person *p = arg;
	char why[80];

	snprintf(why, sizeof(why), "%.*s", (int)a->text.n, a->text.n ? (const char *)a->text.p : "");
	signed_in(p, c, a->r, BENCH_FILL_USER + p->number, why);
}

static void on_ready(void *user, struct client *c)
{
	struct tl_updates_getState call = {.o.name = TL_updates_getState};
	struct bench_person *p = user;
	char phone[16], code[6], name[16];

	if (p->id)
		return;
	if (p->crowd->known) {
		client_call(c, &call.o, listens, p);
		return;
	}
	phone_of(p->number, phone);
	client_test_code(phone, code);
	snprintf(name, sizeof(name), "Bench %u", p->number);
	client_sign_in(c, phone, code, name, "", signed_in, p);
}

static void on_ended(void *user, struct client *c, int r, int32_t code)
{
	struct bench_person *p = user;

	if (!client_key(c)->id)
		p->crowd->under_way--; /* else the open call has told it */
	note_failure(p->crowd, "a connection ended", client_error(c));
}

static void on_update(void *user, struct client *c, const struct client_message *m)
{
	struct bench_person *p = user;

	if (p->crowd->update)
		p->crowd->update(p, m);
}

static void set_known_key(struct bench_person *p)
{
	struct client_key k = {0};

	bench_fill_key(p->number, k.body, &k.id);
	client_set_key(p->c, &k);
}

static void come_next(struct bench_crowd *w)
{
	static const int layers[] = {TL_LAYER_MAX, 214, 201, 185, 158};
	static const struct client_ops ops = {.ready = on_ready, .ended = on_ended, .update = on_update};
	struct client_config cfg = bench_client_config(w->b);

	while (w->next < w->n && w->under_way < AT_ONCE && !w->failed) {
		struct bench_person *p = &w->v[w->next++];

		w->under_way++;
		cfg.ops = &ops;
		cfg.user = p;
		if (w->layers > 1)
			cfg.layer = layers[p->number % w->layers % (sizeof(layers) / sizeof(layers[0]))];
		p->c = client_new(&cfg);
		if (w->known)
			set_known_key(p);
		client_connect(p->c);
	}
}

void bench_crowd_turn(struct bench_crowd *w, usec_t wait)
{
	usec_t now = clock_usec(), each = w->next ? ALIVE / w->next : 0;

	if (!w->pinged || w->pinged < now - ALIVE)
		w->pinged = now;
	for (; w->ready && w->pinged + each < now && each; w->pinged += each) {
		struct bench_person *p = &w->v[w->to_ping++ % w->next];

		if (p->id && client_is_ready(p->c))
			client_ping(p->c, NULL, NULL);
	}
	client_loop_turn(w->b->loop, wait);
}

/* Turns until `*count` is `n`, or nothing was added for WITHIN, or something failed. */
static bool wait_for(struct bench_crowd *w, const unsigned *count, unsigned n, const char *what)
{
	unsigned last = *count;
	usec_t until = clock_usec() + WITHIN;

	while (*count < n && !w->failed && clock_usec() < until) {
		bench_crowd_turn(w, 100000);
		if (*count != last)
			until = clock_usec() + WITHIN;
		last = *count;
	}
	if (*count < n)
		bench_say("%s: %u of %u%s%s", what, *count, n, w->failed ? ": " : "",
		          w->failed ? w->error : ", and no answer for 30 s");
	return *count >= n;
}

static bool come(struct bench_crowd *w, struct bench *b, unsigned first, unsigned n)
{
	w->b = b;
	w->n = n;
	w->v = xcalloc(n, sizeof(*w->v));
	for (unsigned i = 0; i < n; i++) {
		w->v[i].crowd = w;
		w->v[i].number = first + i;
	}
	come_next(w);
	return wait_for(w, &w->ready, n, "people signed in");
}

bool bench_crowd_come(struct bench_crowd *w, struct bench *b, unsigned first, unsigned n)
{
	if (first + n > NUMBERS) {
		bench_say("there are %d test numbers; %u from number %u on are too many", NUMBERS, n, first);
		return false;
	}
	return come(w, b, first, n);
}

bool bench_crowd_come_known(struct bench_crowd *w, struct bench *b, unsigned first, unsigned n,
                            unsigned layers)
{
	w->known = true;
	w->layers = layers;
	return come(w, b, first, n);
}

static const struct tl_user *user_of(const struct tl_vec *users, int64_t id)
{
	for (uint32_t i = 0; i < users->n; i++)
		if (TL_IS(user, users->v[i]) && TL_AS(user, users->v[i])->id == id)
			return TL_AS(user, users->v[i]);
	return NULL;
}

/* client_id is the place among the numbers that were asked for. */
static void imported(void *arg, struct client *c, const struct client_answer *a)
{
	const struct tl_contacts_importedContacts *z;
	struct bench_person *p = arg;
	struct arena arena;
	struct tl_obj *o;

	arena_init(&arena, 1u << 24);
	if (a->r < 0 || client_answer_decode(a, &arena, &o) < 0 || !TL_IS(contacts_importedContacts, o)) {
		char why[80];

		snprintf(why, sizeof(why), "%.*s", (int)a->text.n, a->text.n ? (const char *)a->text.p : "");
		note_failure(p->crowd, "contacts.importContacts", why);
		arena_fini(&arena);
		return;
	}
	z = TL_AS(contacts_importedContacts, o);
	for (uint32_t i = 0; i < z->imported.n; i++) {
		const struct tl_importedContact *in = TL_AS(importedContact, z->imported.v[i]);
		const struct tl_user *u = user_of(&z->users, in->user_id);

		if (!u)
			continue;
		p->friends = xrealloc(p->friends, (p->n_friends + 1u) * sizeof(*p->friends));
		p->friends[p->n_friends++] = (struct bench_friend){u->id, u->access_hash,
		                                                   (unsigned)in->client_id};
	}
	p->crowd->under_way--;
	p->crowd->imported++;
	arena_fini(&arena);
}

static void import(struct bench_person *p, const unsigned *numbers, const unsigned *places, unsigned n)
{
	struct tl_contacts_importContacts *q;
	struct arena a;

	arena_init(&a, 1u << 24);
	q = TL_NEW(&a, contacts_importContacts);
	q->contacts = tl_vec_new(&a, n);
	for (unsigned i = 0; i < n; i++) {
		struct tl_inputPhoneContact *in = TL_NEW(&a, inputPhoneContact);
		char phone[16];

		phone_of(numbers[i], phone);
		in->client_id = places ? places[i] : i;
		in->phone = arena_str(&a, phone);
		in->first_name = SLICE_LIT("Bench");
		in->last_name = SLICE_LIT("");
		q->contacts.v[i] = &in->o;
	}
	p->crowd->under_way++;
	client_call(p->c, &q->o, imported, p);
	arena_fini(&a);
}

bool bench_person_import(struct bench_person *p, const unsigned *numbers, unsigned n)
{
	p->crowd->imported = 0;
	import(p, numbers, NULL, n);
	return wait_for(p->crowd, &p->crowd->imported, 1, "contacts made");
}

static void import_some(struct bench_crowd *w, unsigned i, unsigned friends)
{
	unsigned numbers[64], places[64], n = 0;

	for (unsigned k = 1; n < friends && k < w->n; k++) {
		/* A symmetric graph: as many before as behind. */
		unsigned step = (k + 1) / 2, at = k & 1 ? (i + step) % w->n : (i + w->n - step) % w->n;

		places[n] = at;
		numbers[n++] = w->v[at].number;
	}
	import(&w->v[i], numbers, places, n);
}

bool bench_crowd_befriend(struct bench_crowd *w, unsigned friends)
{
	unsigned asked = 0;
	usec_t until = clock_usec() + WITHIN;

	if (friends > 64)
		friends = 64;
	w->imported = 0;
	while (w->imported < w->n && !w->failed && clock_usec() < until) {
		unsigned before = w->imported;

		while (asked < w->n && w->under_way < IMPORT_AT_ONCE)
			import_some(w, asked++, friends);
		client_loop_turn(w->b->loop, 100000);
		if (w->imported != before)
			until = clock_usec() + WITHIN;
	}
	return wait_for(w, &w->imported, w->n, "people with contacts");
}

unsigned bench_crowd_violations(const struct bench_crowd *w)
{
	const char *first, *said = NULL;
	unsigned n = 0;

	for (unsigned i = 0; i < w->n; i++)
		if (w->v[i].c) {
			n += client_violations(w->v[i].c, &first);
			if (*first && !said)
				said = first;
		}
	if (n)
		bench_say("the server broke the protocol %u times, the first: %s", n, said);
	return n;
}

void bench_crowd_go(struct bench_crowd *w)
{
	for (unsigned i = 0; i < w->n; i++) {
		client_free(w->v[i].c);
		free(w->v[i].friends);
	}
	free(w->v);
	w->v = NULL;
	w->n = 0;
}
