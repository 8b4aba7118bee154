/* test_secret.c - secret chats: between two devices, through queues of their own; the server passes bytes on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/dh.h"
#include "files.h"
#include "store/authorization.h"
#include "talk.h"

enum { CHAT = 12345, FINGERPRINT = 777 };

struct s {
	struct world *w;
	struct person a, b, x;
	struct tl_obj *at_a, *at_b; /* InputEncryptedChat of each */
};

/* The keys of both, as authorisations: a client has keys besides, for other DCs. */
static int list_devices(struct rpc_call *c, void *arg)
{
	const struct s *s = arg;
	struct store_authorization z[] = {{.user_id = s->a.id, .key_id = s->a.key, .hash = 1},
	                                  {.user_id = s->b.id, .key_id = s->b.key, .hash = 2},
	                                  {.user_id = s->b.id, .key_id = s->b.key + 1, .hash = 3}};
	int r = 0;

	for (int i = 0; r >= 0 && i < 3; i++) {
		z[i].device = z[i].system = z[i].app = z[i].ip = z[i].country = SLICE_LIT("");
		r = store_authorization_put(c->db, &z[i]);
	}
	return r;
}

static int setup(void **state)
{
	struct s *s = calloc(1, sizeof(*s));

	s->w = world_new();
	s->a = world_person(s->w, "15550001", "Ann", "");
	s->b = world_person(s->w, "15550002", "Bob", "");
	s->x = world_person(s->w, "15550003", "Xen", "");
	world_connect(s->w, s->b, s->b.key + 1, TL_LAYER_MAX);
	assert_int_equal(world_write(s->w, list_devices, s), 0);
	*state = s;
	return 0;
}

static struct slice public_number(struct s *s)
{
	uint8_t *pub = arena_alloc(world_arena(s->w), 256), secret[256];

	dh_generate(secret, pub);
	return slice_of(pub, 256);
}

static struct tl_messages_requestEncryption *request(struct s *s, int32_t id)
{
	struct tl_messages_requestEncryption *q = Q(s, messages_requestEncryption);

	q->user_id = world_user(s->w, s->a, s->b.id);
	q->random_id = id;
	q->g_a = public_number(s);
	return q;
}

static struct tl_obj *input(struct s *s, int32_t id, int64_t hash)
{
	struct tl_inputEncryptedChat *i = Q(s, inputEncryptedChat);

	i->chat_id = id;
	i->access_hash = hash;
	return &i->o;
}

static struct tl_messages_acceptEncryption *acceptance(struct s *s)
{
	struct tl_messages_acceptEncryption *q = Q(s, messages_acceptEncryption);

	q->peer = s->at_b;
	q->g_b = public_number(s);
	q->key_fingerprint = FINGERPRINT;
	return q;
}

static struct tl_obj *chat_of(struct tl_vec pushes)
{
	struct tl_obj *u = world_update(pushes, TL_updateEncryption);

	return u ? TL_AS(updateEncryption, u)->chat : NULL;
}

/* Ann asks, Bob's first device accepts. */
static void begin(struct s *s)
{
	struct tl_messages_requestEncryption *q = request(s, CHAT);
	const struct tl_encryptedChatWaiting *w = TL_AS(encryptedChatWaiting, talk_call(s->w, s->a, &q->o));
	const struct tl_encryptedChatRequested *asked;
	struct tl_messages_acceptEncryption *yes;
	const struct tl_encryptedChat *open;

	assert_non_null(w);
	assert_int_equal(w->id, CHAT); /* TDLib knows it by the number that it chose */
	assert_true(w->admin_id == s->a.id && w->participant_id == s->b.id);
	s->at_a = input(s, CHAT, w->access_hash);
	for (int i = 1; i >= 0; i--) {
		asked = TL_AS(encryptedChatRequested, chat_of(world_pushes(s->w, s->b.key + i)));
		assert_non_null(asked);
		assert_true(slice_eq(asked->g_a, q->g_a));
		assert_true(asked->admin_id == s->a.id && asked->participant_id == s->b.id);
	}
	assert_int_not_equal(asked->access_hash, w->access_hash);
	s->at_b = input(s, CHAT, asked->access_hash);
	yes = acceptance(s);
	open = TL_AS(encryptedChat, talk_call(s->w, s->b, &yes->o));
	assert_non_null(open);
	assert_true(slice_eq(open->g_a_or_b, q->g_a));
	open = TL_AS(encryptedChat, chat_of(world_pushes(s->w, s->a.key)));
	assert_non_null(open);
	assert_true(slice_eq(open->g_a_or_b, yes->g_b));
	assert_int_equal(open->key_fingerprint, FINGERPRINT);
	assert_true(TL_IS(encryptedChatDiscarded, chat_of(world_pushes(s->w, s->b.key + 1))));
	assert_null(chat_of(world_pushes(s->w, s->b.key)));
}

static struct tl_messages_sendEncrypted *text(struct s *s, struct tl_obj *peer, int64_t random_id,
                                              const char *bytes)
{
	struct tl_messages_sendEncrypted *q = Q(s, messages_sendEncrypted);

	q->peer = peer;
	q->random_id = random_id;
	q->data = slice_str(bytes);
	return q;
}

static int32_t qts_of(struct s *s, struct person who, int64_t key)
{
	return TL_AS(updates_state, world_call_as(s->w, who, key, TL_LAYER_MAX, &Q(s, updates_getState)->o))
	        ->qts;
}

/* new_encrypted_messages after that qts; *ret_qts: what they come to. */
static struct tl_vec missed(struct s *s, struct person who, int64_t key, int32_t qts, int32_t *ret_qts)
{
	struct tl_updates_getDifference *q = Q(s, updates_getDifference);
	const struct tl_updates_difference *d;
	struct tl_obj *o;

	q->pts = talk_pts(s->w, who);
	q->date = (int32_t)clock_unix() + 100;
	q->qts = qts;
	o = world_call_as(s->w, who, key, TL_LAYER_MAX, &q->o);
	if (TL_IS(updates_differenceEmpty, o))
		return (struct tl_vec){0};
	d = TL_AS(updates_difference, o);
	assert_non_null(d);
	*ret_qts = TL_AS(updates_state, d->state)->qts;
	return d->new_encrypted_messages;
}

static void test_dh(void **state)
{
	struct s *s = *state;
	struct tl_messages_getDhConfig *q = Q(s, messages_getDhConfig);
	const struct tl_messages_dhConfig *c;
	const struct tl_messages_dhConfigNotModified *same;

	q->random_length = 256;
	c = TL_AS(messages_dhConfig, talk_call(s->w, s->a, &q->o));
	assert_non_null(c);
	assert_true(slice_eq(c->p, slice_of(dh_prime, 256)));
	assert_int_equal(c->g, DH_G);
	assert_int_equal(c->random.n, 256);
	q->version = c->version;
	same = TL_AS(messages_dhConfigNotModified, talk_call(s->w, s->a, &q->o));
	assert_non_null(same);
	assert_false(slice_eq(same->random, c->random));
	q->random_length = -1;
	talk_refused(s->w, s->a, &q->o, "400 RANDOM_LENGTH_INVALID");
}

static void test_begin(void **state)
{
	struct s *s = *state;
	struct tl_messages_requestEncryption *q = request(s, CHAT);
	static const uint8_t one[256] = {[255] = 1};
	uint8_t high[256];

	q->g_a = slice_of(one, 256);
	talk_refused(s->w, s->a, &q->o, "400 DH_G_A_INVALID");
	memcpy(high, dh_prime, 256);
	high[255] -= 1;
	q->g_a = slice_of(high, 256);
	talk_refused(s->w, s->a, &q->o, "400 DH_G_A_INVALID");
	q = request(s, 0);
	talk_refused(s->w, s->a, &q->o, "400 RANDOM_ID_EMPTY");
	q = request(s, CHAT);
	q->user_id = world_user(s->w, s->a, s->a.id);
	talk_refused(s->w, s->a, &q->o, "400 USER_ID_INVALID");
	begin(s);
	q = request(s, CHAT);
	talk_refused(s->w, s->a, &q->o, "500 RANDOM_ID_DUPLICATE");
	/* The other device comes too late; the first may ask again. */
	assert_null(world_call_as(s->w, s->b, s->b.key + 1, TL_LAYER_MAX, &acceptance(s)->o));
	assert_string_equal(world_error(s->w), "400 ENCRYPTION_ALREADY_ACCEPTED");
	assert_true(TL_IS(encryptedChat, talk_call(s->w, s->b, &acceptance(s)->o)));
}

static void test_other_keys(void **state)
{
	struct s *s = *state;

	/* Of the account, but no authorisation: TDLib's for another DC. It hears of nothing. */
	world_connect(s->w, s->a, s->a.key + 1, TL_LAYER_MAX);
	begin(s);
	talk_call(s->w, s->b, &text(s, s->at_b, 4, "x")->o);
	assert_int_equal(world_pushes(s->w, s->a.key + 1).n, 0);
	assert_non_null(world_update(world_pushes(s->w, s->a.key), TL_updateNewEncryptedMessage));
}

static void test_no_secrets(void **state)
{
	struct s *s = *state;
	struct tl_account_changeAuthorizationSettings *q = Q(s, account_changeAuthorizationSettings);

	q->hash = 3;
	q->has_encrypted_requests_disabled = true;
	q->encrypted_requests_disabled = true;
	talk_call(s->w, s->b, &q->o);
	talk_call(s->w, s->a, &request(s, CHAT)->o);
	assert_non_null(chat_of(world_pushes(s->w, s->b.key)));
	assert_null(chat_of(world_pushes(s->w, s->b.key + 1)));
}

static void test_blocked(void **state)
{
	struct s *s = *state;
	struct tl_contacts_block *q = Q(s, contacts_block);

	begin(s);
	q->id = world_peer(s->w, s->b, s->a.id);
	talk_call(s->w, s->b, &q->o);
	talk_refused(s->w, s->a, &request(s, CHAT + 1)->o, "403 USER_IS_BLOCKED");
	talk_refused(s->w, s->a, &text(s, s->at_a, 1, "x")->o, "403 USER_IS_BLOCKED");
}

static void test_messages(void **state)
{
	struct s *s = *state;
	struct tl_messages_sendEncryptedService *v = Q(s, messages_sendEncryptedService);
	const struct tl_messages_sentEncryptedMessage *sent, *again;
	const struct tl_updateNewEncryptedMessage *u;
	const struct tl_encryptedMessage *m;
	struct tl_messages_receivedQueue *had = Q(s, messages_receivedQueue);
	struct tl_vec got;
	int32_t qts;

	begin(s);
	sent = TL_AS(messages_sentEncryptedMessage, talk_call(s->w, s->a, &text(s, s->at_a, 7, "one")->o));
	files_pass(2);
	again = TL_AS(messages_sentEncryptedMessage, talk_call(s->w, s->a, &text(s, s->at_a, 7, "one")->o));
	assert_true(sent && again && sent->date == again->date);
	got = world_pushes(s->w, s->b.key);
	u = TL_AS(updateNewEncryptedMessage, world_update(got, TL_updateNewEncryptedMessage));
	assert_non_null(u);
	assert_int_equal(u->qts, 2); /* the first thing after 1; clients take no lower one */
	m = TL_AS(encryptedMessage, u->message);
	assert_true(m && m->random_id == 7 && m->chat_id == CHAT && slice_eq(m->bytes, SLICE_LIT("one")));
	assert_true(TL_IS(encryptedFileEmpty, m->file));
	assert_null(world_update(world_pushes(s->w, s->b.key + 1), TL_updateNewEncryptedMessage));
	assert_int_equal(got.n, 1); /* the repeat was none */
	v->peer = s->at_a;
	v->random_id = 8;
	v->data = SLICE_LIT("two");
	talk_call(s->w, s->a, &v->o);
	assert_int_equal(qts_of(s, s->b, s->b.key), 3);
	assert_int_equal(qts_of(s, s->b, s->b.key + 1), 1);
	got = missed(s, s->b, s->b.key, 1, &qts);
	assert_int_equal(got.n, 2);
	assert_int_equal(qts, 3);
	assert_true(TL_IS(encryptedMessageService, got.v[1]));
	assert_int_equal(missed(s, s->b, s->b.key, 2, &qts).n, 1);
	assert_int_equal(missed(s, s->b, s->b.key + 1, 1, &qts).n, 0);
	had->max_qts = 4;
	talk_refused(s->w, s->b, &had->o, "400 MAX_QTS_INVALID");
	had->max_qts = 2;
	got = missed(s, s->b, s->b.key, 1, &qts);
	assert_int_equal(got.n, 2); /* the refused call took nothing */
	assert_int_equal(TL_AS(vector, talk_call(s->w, s->b, &had->o))->longs.v[0], 7);
	assert_int_equal(missed(s, s->b, s->b.key, 1, &qts).n, 1);
	/* A difference says what is had, too, and what is old then goes. */
	files_pass(120);
	missed(s, s->b, s->b.key, 3, &qts);
	world_pushes(s->w, s->b.key);
	assert_int_equal(missed(s, s->b, s->b.key, 1, &qts).n, 0);
	assert_int_equal(qts_of(s, s->b, s->b.key), 3); /* the count goes on */
}

static void test_refusals(void **state)
{
	struct s *s = *state;
	char *much = arena_alloc(world_arena(s->w), 65538);

	begin(s);
	memset(much, 'x', 65537);
	much[65537] = 0;
	talk_refused(s->w, s->a, &text(s, s->at_a, 1, much)->o, "400 DATA_TOO_LONG");
	much[65536] = 0;
	talk_call(s->w, s->a, &text(s, s->at_a, 1, much)->o);
	talk_refused(s->w, s->a, &text(s, s->at_a, 2, "")->o, "400 DATA_INVALID");
	talk_refused(s->w, s->a, &text(s, s->at_a, 0, "x")->o, "400 RANDOM_ID_EMPTY");
	/* Nobody else's: neither a stranger nor the other device, nor by the other side's hash. */
	talk_refused(s->w, s->x, &text(s, s->at_a, 3, "x")->o, "400 CHAT_ID_INVALID");
	talk_refused(s->w, s->a, &text(s, s->at_b, 3, "x")->o, "400 CHAT_ID_INVALID");
	assert_null(world_call_as(s->w, s->b, s->b.key + 1, TL_LAYER_MAX, &text(s, s->at_b, 3, "x")->o));
	assert_string_equal(world_error(s->w), "400 CHAT_ID_INVALID");
}

static void test_marks(void **state)
{
	struct s *s = *state;
	struct tl_messages_readEncryptedHistory *read = Q(s, messages_readEncryptedHistory);
	struct tl_messages_setEncryptedTyping *typing = Q(s, messages_setEncryptedTyping);
	const struct tl_updateEncryptedMessagesRead *u;
	struct tl_vec got;

	begin(s);
	typing->peer = read->peer = s->at_b;
	typing->typing = true;
	read->max_date = (int32_t)clock_unix();
	talk_call(s->w, s->b, &typing->o);
	talk_call(s->w, s->b, &read->o);
	got = world_pushes(s->w, s->a.key);
	assert_non_null(world_update(got, TL_updateEncryptedChatTyping));
	u = TL_AS(updateEncryptedMessagesRead, world_update(got, TL_updateEncryptedMessagesRead));
	assert_true(u && u->chat_id == CHAT && u->max_date == read->max_date);
	/* It goes only forward. */
	read->max_date--;
	talk_call(s->w, s->b, &read->o);
	assert_int_equal(world_pushes(s->w, s->a.key).n, 0);
}

static void test_end(void **state)
{
	struct s *s = *state;
	struct tl_messages_discardEncryption *q = Q(s, messages_discardEncryption);
	const struct tl_encryptedChatDiscarded *gone;

	begin(s);
	q->chat_id = CHAT;
	q->delete_history = true;
	assert_null(world_call_as(s->w, s->b, s->b.key + 1, TL_LAYER_MAX, &q->o));
	assert_string_equal(world_error(s->w), "400 ENCRYPTION_ALREADY_ACCEPTED");
	talk_refused(s->w, s->x, &q->o, "400 ENCRYPTION_ID_INVALID");
	talk_call(s->w, s->b, &q->o);
	gone = TL_AS(encryptedChatDiscarded, chat_of(world_pushes(s->w, s->a.key)));
	assert_true(gone && gone->id == CHAT && gone->history_deleted);
	talk_refused(s->w, s->b, &q->o, "400 ENCRYPTION_ALREADY_DECLINED");
	talk_refused(s->w, s->a, &text(s, s->at_a, 1, "x")->o, "400 ENCRYPTION_DECLINED");
	/* A request that is declined is gone for all devices. */
	talk_call(s->w, s->a, &request(s, CHAT + 1)->o);
	world_pushes(s->w, s->b.key + 1);
	q->chat_id++;
	talk_call(s->w, s->b, &q->o);
	assert_true(TL_IS(encryptedChatDiscarded, chat_of(world_pushes(s->w, s->b.key + 1))));
	assert_true(TL_IS(encryptedChatDiscarded, chat_of(world_pushes(s->w, s->a.key))));
}

static void test_session_ends(void **state)
{
	struct s *s = *state;

	begin(s);
	talk_call(s->w, s->b, &Q(s, auth_logOut)->o);
	assert_true(TL_IS(encryptedChatDiscarded, chat_of(world_pushes(s->w, s->a.key))));
	talk_refused(s->w, s->a, &text(s, s->at_a, 1, "x")->o, "400 ENCRYPTION_DECLINED");
}

static void test_account_ends(void **state)
{
	struct s *s = *state;
	struct tl_account_deleteAccount *q = Q(s, account_deleteAccount);

	talk_call(s->w, s->a, &request(s, CHAT)->o);
	q->reason = SLICE_LIT("");
	talk_call(s->w, s->b, &q->o); /* whose devices had not answered */
	assert_true(TL_IS(encryptedChatDiscarded, chat_of(world_pushes(s->w, s->a.key))));
}

static struct tl_inputEncryptedFileUploaded *uploaded(struct s *s, struct person who, struct slice bytes)
{
	const struct tl_inputFile *f = TL_AS(inputFile, files_upload(s->w, who, bytes, "x"));
	struct tl_inputEncryptedFileUploaded *i = Q(s, inputEncryptedFileUploaded);

	assert_non_null(f);
	i->id = f->id;
	i->parts = f->parts;
	i->md5_checksum = f->md5_checksum;
	i->key_fingerprint = 99;
	return i;
}

static struct tl_obj *location(struct s *s, const struct tl_encryptedFile *f)
{
	struct tl_inputEncryptedFileLocation *l = Q(s, inputEncryptedFileLocation);

	l->id = f->id;
	l->access_hash = f->access_hash;
	return &l->o;
}

static void refuse_file(struct s *s, struct person who, struct tl_obj *at)
{
	struct tl_upload_getFile *q = Q(s, upload_getFile);

	q->location = at;
	q->limit = 4096;
	talk_refused(s->w, who, &q->o, "400 LOCATION_INVALID");
}

static void test_file(void **state)
{
	struct s *s = *state;
	struct slice bytes = files_bytes(s->w, 200000, 5);
	struct tl_messages_sendEncryptedFile *q = Q(s, messages_sendEncryptedFile);
	const struct tl_messages_sentEncryptedFile *sent, *again;
	struct tl_inputEncryptedFile *known = Q(s, inputEncryptedFile);
	const struct tl_updateNewEncryptedMessage *u;
	const struct tl_encryptedFile *mine, *theirs;
	struct tl_messages_discardEncryption *end = Q(s, messages_discardEncryption);

	begin(s);
	q->peer = s->at_a;
	q->random_id = 5;
	q->data = SLICE_LIT("key of the file, encrypted");
	q->file = &uploaded(s, s->a, bytes)->o;
	sent = TL_AS(messages_sentEncryptedFile, talk_call(s->w, s->a, &q->o));
	assert_non_null(sent);
	mine = TL_AS(encryptedFile, sent->file);
	assert_true(mine && mine->size == 200000 && mine->dc_id == 2 && mine->key_fingerprint == 99);
	again = TL_AS(messages_sentEncryptedFile, talk_call(s->w, s->a, &q->o));
	assert_int_equal(TL_AS(encryptedFile, again->file)->id, mine->id);
	u = TL_AS(updateNewEncryptedMessage,
	          world_update(world_pushes(s->w, s->b.key), TL_updateNewEncryptedMessage));
	theirs = TL_AS(encryptedFile, TL_AS(encryptedMessage, u->message)->file);
	assert_true(theirs && theirs->id == mine->id && theirs->key_fingerprint == 99);
	assert_true(slice_eq(files_get(s->w, s->b, location(s, theirs), 65536), bytes));
	assert_true(slice_eq(files_get(s->w, s->a, location(s, mine), 65536), bytes));
	refuse_file(s, s->x, location(s, theirs));
	refuse_file(s, s->x, location(s, mine));
	refuse_file(s, s->a, location(s, theirs));
	/* The same once more, by its id; not by somebody who only knows it. */
	known->id = mine->id;
	known->access_hash = theirs->access_hash;
	q->random_id = 6;
	q->file = &known->o;
	talk_refused(s->w, s->a, &q->o, "400 MEDIA_INVALID");
	known->access_hash = mine->access_hash;
	talk_call(s->w, s->a, &q->o);
	assert_int_equal(files_refs(s->w, mine->id), 1);
	q->random_id = 9;
	q->file = &Q(s, inputEncryptedFileEmpty)->o;
	talk_refused(s->w, s->a, &q->o, "400 FILE_EMTPY");
	/* The chat is over: a few days, then nobody holds it. */
	end->chat_id = CHAT;
	talk_call(s->w, s->a, &end->o);
	world_start_jobs(s->w);
	assert_int_equal(files_refs(s->w, mine->id), 1);
}

static void test_old_layer(void **state)
{
	struct s *s = *state;
	struct tl_messages_uploadEncryptedFile *q = Q(s, messages_uploadEncryptedFile);
	const struct tl_encryptedFile *f;

	begin(s);
	q->peer = s->at_a;
	q->file = &uploaded(s, s->a, files_bytes(s->w, 5000, 6))->o;
	f = TL_AS(encryptedFile, world_call_as(s->w, s->a, s->a.key, 133, &q->o)); /* size is an int there */
	assert_true(f && f->size == 5000);
	q->peer = s->at_b;
	talk_refused(s->w, s->a, &q->o, "400 CHAT_ID_INVALID");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_dh, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_begin, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_other_keys, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_no_secrets, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_blocked, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_messages, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_refusals, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_marks, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_end, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_session_ends, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_account_ends, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_file, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_old_layer, setup, world_teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
