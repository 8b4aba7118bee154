/* test_sign.c - proving numbers, signing in and up, who may, and how codes leave. */
#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/log.h"
#include "domain/area.h"
#include "domain/auth/invite.h"
#include "domain/users/view.h"
#include "store/authorization.h"
#include "store/invite.h"
#include "store/job.h"
#include "store/phone_code.h"
#include "world.h"

#define STRANGER    "15557777"
#define TEST_NUMBER "9996612345" /* code 11111 */

struct s {
	struct world *w;
	struct person a;
	struct slice hash; /* of the last sendCode */
	int length;
	uint16_t type;
};

static int setup(void **state)
{
	struct s *s = calloc(1, sizeof(*s));

	log_set_level(LOG_ERROR);
	s->w = world_new();
	s->a = world_person(s->w, "15550001", "Ann", "Alder");
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct s *s = *state;

	world_free(s->w);
	free(s);
	return 0;
}

#define Q(s, n) TL_NEW(world_arena((s)->w), n)

static struct tl_obj *by_key(struct s *s, int64_t key, const struct tl_obj *q)
{
	return world_call_as(s->w, (struct person){0}, key, TL_LAYER_MAX, q);
}

static void error_is(struct s *s, const char *text)
{
	assert_string_equal(world_error(s->w), text);
}

static struct tl_auth_sentCode *take_sent(struct s *s, struct tl_obj *o)
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

static bool send_code(struct s *s, int64_t key, const char *phone)
{
	struct tl_auth_sendCode *q = Q(s, auth_sendCode);

	q->phone_number = slice_str(phone);
	q->api_hash = slice_str("x");
	q->settings = &Q(s, codeSettings)->o;
	return take_sent(s, by_key(s, key, &q->o)) != NULL;
}

static struct tl_obj *sign_in(struct s *s, int64_t key, const char *phone, const char *code)
{
	struct tl_auth_signIn *q = Q(s, auth_signIn);

	q->phone_number = slice_str(phone);
	q->phone_code_hash = s->hash;
	q->phone_code = slice_str(code);
	return by_key(s, key, &q->o);
}

static struct tl_obj *sign_up(struct s *s, int64_t key, const char *phone, const char *first)
{
	struct tl_auth_signUp *q = Q(s, auth_signUp);

	q->phone_number = slice_str(phone);
	q->phone_code_hash = s->hash;
	q->first_name = slice_str(first);
	q->last_name = slice_str("");
	return by_key(s, key, &q->o);
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

static const char *code_of(struct s *s)
{
	static struct reading x;

	x.hash = s->hash;
	assert_int_equal(world_write(s->w, read_code, &x), 0);
	return x.code;
}

struct inviting {
	unixtime_t expires;
	int uses;
	char code[64];
	bool revoke;
};

static int invite(struct rpc_call *c, void *arg)
{
	struct inviting *x = arg;
	struct slice code;
	int r;

	if (x->revoke)
		return store_invite_delete(c->db, slice_str(x->code));
	r = invite_new(c, SLICE_LIT("for Bob"), x->expires, x->uses, &code);
	if (r == 0)
		snprintf(x->code, sizeof(x->code), "%.*s", (int)code.n, (const char *)code.p);
	return r;
}

static void test_open(void **state)
{
	struct s *s = *state;
	struct tl_auth_authorization *z;
	struct tl_obj *o;

	assert_true(send_code(s, 1, "+999 661 2345"));
	assert_int_equal(s->length, 5);
	assert_null(sign_up(s, 1, TEST_NUMBER, "Bob"));
	error_is(s, "400 PHONE_CODE_EMPTY"); /* not proven yet */
	assert_null(sign_in(s, 1, TEST_NUMBER, ""));
	error_is(s, "400 PHONE_CODE_EMPTY");
	assert_null(sign_in(s, 1, TEST_NUMBER, "11112"));
	error_is(s, "400 PHONE_CODE_INVALID");
	o = sign_in(s, 1, TEST_NUMBER, "11111");
	assert_true(o && TL_IS(auth_authorizationSignUpRequired, o));
	assert_null(sign_up(s, 1, TEST_NUMBER, " "));
	error_is(s, "400 FIRSTNAME_INVALID");
	z = TL_AS(auth_authorization, sign_up(s, 1, TEST_NUMBER, "Bob"));
	assert_non_null(z);
	assert_true(TL_AS(user, z->user)->self);
	assert_null(sign_up(s, 1, TEST_NUMBER, "Bob"));
	error_is(s, "400 PHONE_CODE_EXPIRED"); /* once */
}

static void test_tries(void **state)
{
	struct s *s = *state;

	assert_true(send_code(s, 1, TEST_NUMBER));
	for (int i = 0; i < 5; i++) {
		assert_null(sign_in(s, 1, TEST_NUMBER, "00000"));
		error_is(s, "400 PHONE_CODE_INVALID");
	}
	assert_null(sign_in(s, 1, TEST_NUMBER, "11111"));
	error_is(s, "400 PHONE_CODE_EXPIRED");
	assert_false(send_code(s, 1, "12"));
	error_is(s, "400 PHONE_NUMBER_INVALID");
}

static int make_old(struct rpc_call *c, void *arg)
{
	struct store_phone_code code;
	int r = store_phone_code_get(c->db, *(struct slice *)arg, &c->arena, &code);

	if (r < 0)
		return r;
	assert_int_equal(code.expires - c->now, 300);
	code.expires = c->now - 1;
	return store_phone_code_put(c->db, &code);
}

/* A code lives five minutes, and a number is asked about so often and no more. */
static void test_time(void **state)
{
	struct s *s = *state;
	struct slice first;
	int sent = 0;

	assert_true(send_code(s, 1, TEST_NUMBER));
	first = s->hash;
	assert_int_equal(world_write(s->w, make_old, &first), 0);
	assert_null(sign_in(s, 1, TEST_NUMBER, "11111"));
	error_is(s, "400 PHONE_CODE_EXPIRED");
	while (sent < 100 && send_code(s, 1, TEST_NUMBER))
		sent++;
	assert_in_range(sent, 30, 70);
	error_is(s, "420 FLOOD_WAIT_3");
	assert_true(send_code(s, 1, STRANGER)); /* another number */
}

static void test_closed(void **state)
{
	struct s *s = *state;

	world_app(s->w)->signup = APP_SIGNUP_CLOSED;
	assert_true(send_code(s, 1, TEST_NUMBER));
	assert_non_null(sign_in(s, 1, TEST_NUMBER, "11111"));
	assert_null(sign_up(s, 1, TEST_NUMBER, "Bob"));
	error_is(s, "403 SIGN_UP_CLOSED");
	/* Who has an account signs in as ever. */
	assert_true(send_code(s, 2, "15550001"));
	assert_non_null(sign_in(s, 2, "15550001", code_of(s)));
}

static void test_invite(void **state)
{
	struct inviting one = {.uses = 1}, over = {.expires = 1, .uses = 0}, gone = {.uses = 1};
	struct s *s = *state;
	struct tl_obj *o;
	char spaced[80];

	world_app(s->w)->signup = APP_SIGNUP_INVITE;
	assert_int_equal(world_write(s->w, invite, &one), 0);
	assert_int_equal(world_write(s->w, invite, &over), 0);
	assert_int_equal(world_write(s->w, invite, &gone), 0);
	assert_int_equal(strlen(one.code), INVITE_DIGITS);

	/* Without one: the code alone makes no account. */
	assert_true(send_code(s, 1, STRANGER));
	assert_int_equal(s->length, INVITE_DIGITS);
	assert_non_null(sign_in(s, 1, STRANGER, code_of(s)));
	assert_null(sign_up(s, 1, STRANGER, "Bob"));
	error_is(s, "403 SIGN_UP_CLOSED");

	assert_true(send_code(s, 1, STRANGER));
	assert_null(sign_in(s, 1, STRANGER, over.code));
	error_is(s, "400 PHONE_CODE_INVALID");
	snprintf(spaced, sizeof(spaced), "%.5s %s", one.code, one.code + 5);
	o = sign_in(s, 1, STRANGER, spaced);
	assert_true(o && TL_IS(auth_authorizationSignUpRequired, o));
	assert_non_null(sign_up(s, 1, STRANGER, "Bob"));

	/* It is used up. */
	assert_true(send_code(s, 1, "15557778"));
	assert_null(sign_in(s, 1, "15557778", one.code));
	error_is(s, "400 PHONE_CODE_INVALID");

	/* Revoked between the two steps. */
	assert_non_null(sign_in(s, 1, "15557778", gone.code));
	gone.revoke = true;
	assert_int_equal(world_write(s->w, invite, &gone), 0);
	assert_null(sign_up(s, 1, "15557778", "Eve"));
	error_is(s, "403 SIGN_UP_CLOSED");
}

/* It stands in for the code of a number without an account only; and nowhere if nobody may sign up. */
static void test_invite_is_no_key(void **state)
{
	struct inviting any = {.uses = 0};
	struct s *s = *state;

	world_app(s->w)->signup = APP_SIGNUP_INVITE;
	assert_int_equal(world_write(s->w, invite, &any), 0);
	assert_true(send_code(s, 1, "15550001"));
	assert_int_equal(s->length, 5);
	assert_null(sign_in(s, 1, "15550001", any.code));
	error_is(s, "400 PHONE_CODE_INVALID");
	world_app(s->w)->signup = APP_SIGNUP_CLOSED;
	assert_true(send_code(s, 1, STRANGER));
	assert_null(sign_in(s, 1, STRANGER, any.code));
	error_is(s, "400 PHONE_CODE_INVALID");
	world_app(s->w)->signup = APP_SIGNUP_OPEN;
	assert_true(send_code(s, 2, STRANGER));
	assert_int_equal(s->length, 5);
	assert_non_null(sign_in(s, 2, STRANGER, any.code));
	assert_non_null(sign_up(s, 2, STRANGER, "Bob"));
}

static int add_authorization(struct rpc_call *c, void *arg)
{
	struct store_authorization *z = arg;

	z->active = z->created = c->now - z->created;
	return store_authorization_put(c->db, z);
}

static void signed_in(struct s *s, int64_t key, unixtime_t ago)
{
	struct store_authorization z = {.user_id = s->a.id,
	                                .key_id = key,
	                                .hash = key,
	                                .created = ago,
	                                .device = SLICE_LIT("d"),
	                                .system = SLICE_LIT("s"),
	                                .app = SLICE_LIT("a"),
	                                .ip = SLICE_LIT("127.0.0.1"),
	                                .country = SLICE_LIT("")};

	assert_int_equal(world_write(s->w, add_authorization, &z), 0);
}

/* The text of the newest message pushed to the first device. */
static struct slice told(struct s *s)
{
	struct tl_vec pushes = world_pushes(s->w, s->a.key);
	struct tl_updateNewMessage *u = (void *)world_update(pushes, TL_updateNewMessage);
	struct tl_message *m = u ? TL_AS(message, u->message) : NULL;

	if (m && m->from_id && TL_AS(peerUser, m->from_id)->user_id != SERVICE_USER)
		return (struct slice){0};
	return m ? m->message : (struct slice){0};
}

static bool has_text(struct slice s, const char *text)
{
	return s.p && memmem(s.p, s.n, text, strlen(text));
}

static void test_app(void **state)
{
	struct tl_auth_resendCode *again;
	struct s *s = *state;
	char code[64];

	signed_in(s, s->a.key, 31 * 86400); /* too long ago */
	assert_true(send_code(s, 7, "15550001"));
	assert_int_equal(s->type, TL_auth_sentCodeTypeSms);
	assert_null(told(s).p);

	signed_in(s, s->a.key, 29 * 86400);
	assert_true(send_code(s, 7, "15550001"));
	assert_int_equal(s->type, TL_auth_sentCodeTypeApp);
	snprintf(code, sizeof(code), "%s", code_of(s));
	assert_true(has_text(told(s), code));

	again = Q(s, auth_resendCode);
	again->phone_number = slice_str("15550001");
	again->phone_code_hash = s->hash;
	assert_non_null(take_sent(s, by_key(s, 7, &again->o)));
	assert_int_equal(s->type, TL_auth_sentCodeTypeSms);
	assert_null(told(s).p);
	assert_null(by_key(s, 7, &again->o));
	error_is(s, "400 PHONE_CODE_EXPIRED"); /* the old hash */

	assert_non_null(sign_in(s, 7, "15550001", code_of(s)));
	assert_true(has_text(told(s), "127.0.0.1")); /* of the new device */
}

static int count_jobs(struct rpc_call *c, void *arg)
{
	int r = store_job_has(c->db, SLICE_LIT("send_code"), 0);

	*(bool *)arg = r == 1;
	return r < 0 ? r : 0;
}

static bool job_left(struct s *s)
{
	bool left = false;

	assert_int_equal(world_write(s->w, count_jobs, &left), 0);
	return left;
}

static void until_sent(struct s *s)
{
	for (int i = 0; i < 1000 && job_left(s); i++)
		usleep(10000);
	assert_false(job_left(s));
}

static void read_file(const char *path, char *buf, size_t n)
{
	FILE *f = fopen(path, "r");
	size_t got;

	assert_non_null(f);
	got = fread(buf, 1, n - 1, f);
	buf[got] = '\0';
	fclose(f);
}

static void test_command(void **state)
{
	char path[] = "/tmp/chapar-test-codes-XXXXXX", command[200], want[128], got[1024];
	struct s *s = *state;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	/* Fails at first, and is asked again: two lines. */
	snprintf(command, sizeof(command), "cat >> '%s'; [ $(wc -l < '%s') = 2 ]", path, path);
	world_set(s->w, "codes", "command", command);
	world_start_jobs(s->w);
	assert_true(send_code(s, 1, STRANGER));
	until_sent(s);
	read_file(path, got, sizeof(got));
	unlink(path);
	snprintf(want, sizeof(want), "\"code\":\"%s\"", code_of(s));
	assert_non_null(strstr(got, want));
	assert_non_null(strstr(strchr(got, '\n'), want));
	assert_non_null(strstr(got, "\"phone\":\"+" STRANGER "\""));
	assert_int_equal(got[strlen(got) - 1], '\n');

	/* Test numbers have a code that is known; strangers get none where they cannot make accounts. */
	assert_true(send_code(s, 1, TEST_NUMBER));
	assert_false(job_left(s));
	world_app(s->w)->signup = APP_SIGNUP_INVITE;
	assert_true(send_code(s, 1, "15557779"));
	assert_false(job_left(s));
}

/* A sender that hangs does not hold the server's end. */
static void test_command_hangs(void **state)
{
	struct s *s = *state;
	usec_t began;

	world_set(s->w, "codes", "command", "sleep 1000");
	world_start_jobs(s->w);
	assert_true(send_code(s, 1, STRANGER));
	usleep(200000);
	began = clock_usec();
	world_free(s->w);
	assert_true(clock_usec() - began < 3000000);
	s->w = world_new();
}

/* A server of one connection at a time: says `hello`, then an answer to each line, or to each request. */
struct fake {
	int fd, port;
	bool is_smtp;
	pthread_t thread;
	char got[8192]; /* all that came, once the thread has ended */
	size_t n;
	const char *status[2]; /* of the first and the second request */
};

static void say(int fd, const char *text)
{
	ssize_t n = write(fd, text, strlen(text));

	assert_true(n == (ssize_t)strlen(text));
}

static void smtp(struct fake *f, int fd)
{
	FILE *in = fdopen(fd, "r");
	char line[512];
	bool text = false;

	say(fd, "220 here\r\n");
	while (fgets(line, sizeof(line), in)) {
		f->n += (size_t)snprintf(f->got + f->n, sizeof(f->got) - f->n, "%s", line);
		if (text && strcmp(line, ".\r\n") != 0)
			continue;
		text = strncmp(line, "DATA", 4) == 0;
		say(fd, text                            ? "354 go on\r\n"
		        : strncmp(line, "QUIT", 4) == 0 ? "221 bye\r\n"
		                                        : "250 ok\r\n");
	}
	fclose(in);
}

static void http(struct fake *f, int fd, const char *status)
{
	char answer[128];
	ssize_t n;

	do {
		n = read(fd, f->got + f->n, sizeof(f->got) - 1 - f->n);
		f->n += n > 0 ? (size_t)n : 0;
		f->got[f->n] = '\0';
	} while (n > 0 && f->got[f->n - 1] != '}');
	snprintf(answer, sizeof(answer), "HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
	         status);
	say(fd, answer);
	close(fd);
}

static void *serve(void *arg)
{
	struct fake *f = arg;

	if (f->is_smtp)
		smtp(f, accept(f->fd, NULL, NULL));
	for (int i = 0; !f->is_smtp && i < 2 && f->status[i]; i++)
		http(f, accept(f->fd, NULL, NULL), f->status[i]);
	return NULL;
}

static void fake_start(struct fake *f)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(at);

	f->fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(f->fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(f->fd, 4), 0);
	assert_int_equal(getsockname(f->fd, (struct sockaddr *)&at, &n), 0);
	f->port = ntohs(at.sin_port);
	assert_int_equal(pthread_create(&f->thread, NULL, serve, f), 0);
}

static void fake_end(struct fake *f)
{
	pthread_join(f->thread, NULL);
	close(f->fd);
}

/* Both are set: both get it; the one that refused at first is asked again, the other is not. */
static void test_webhook_and_mail(void **state)
{
	struct fake web = {.status = {"503 Not now", "204 Taken"}}, mail = {.is_smtp = true};
	struct s *s = *state;
	char text[128];

	fake_start(&web);
	fake_start(&mail);
	snprintf(text, sizeof(text), "http://127.0.0.1:%d/codes", web.port);
	world_set(s->w, "codes", "webhook", text);
	snprintf(text, sizeof(text), "smtp://127.0.0.1:%d", mail.port);
	world_set(s->w, "codes", "smtp", text);
	assert_non_null(domain_settings_wrong(world_app(s->w)->settings));
	world_set(s->w, "codes", "mail_from", "codes@example.org");
	world_set(s->w, "codes", "mail_to", "%s@sms.example.org");
	assert_null(domain_settings_wrong(world_app(s->w)->settings));
	world_start_jobs(s->w);
	assert_true(send_code(s, 1, STRANGER));
	until_sent(s);
	fake_end(&web);
	fake_end(&mail);
	assert_non_null(strstr(web.got, "POST /codes"));
	assert_non_null(strstr(web.got, "Content-Type: application/json"));
	snprintf(text, sizeof(text), "\"code\":\"%s\"", code_of(s));
	assert_non_null(strstr(web.got, text));
	assert_non_null(strstr(strstr(web.got, text) + 1, text)); /* twice */
	assert_non_null(strstr(mail.got, "MAIL FROM:<codes@example.org>"));
	assert_non_null(strstr(mail.got, "RCPT TO:<" STRANGER "@sms.example.org>"));
	snprintf(text, sizeof(text), "Login code: %s\r\n.\r\n", code_of(s));
	assert_non_null(strstr(mail.got, text));
}

static bool send_change(struct s *s, const char *phone)
{
	struct tl_account_sendChangePhoneCode *q = Q(s, account_sendChangePhoneCode);

	q->phone_number = slice_str(phone);
	q->settings = &Q(s, codeSettings)->o;
	return take_sent(s, world_call(s->w, s->a, &q->o)) != NULL;
}

static struct tl_obj *change(struct s *s, struct person p, const char *phone, const char *code)
{
	struct tl_account_changePhone *q = Q(s, account_changePhone);

	q->phone_number = slice_str(phone);
	q->phone_code_hash = s->hash;
	q->phone_code = slice_str(code);
	return world_call(s->w, p, &q->o);
}

static void test_change_phone(void **state)
{
	struct s *s = *state;
	struct person b = world_person(s->w, "15550002", "Bob", "");
	struct tl_auth_resendCode *again;
	struct tl_user *u;
	char code[64];

	world_app(s->w)->signup = APP_SIGNUP_CLOSED; /* makes no difference here */
	assert_false(send_change(s, "12"));
	error_is(s, "400 PHONE_NUMBER_INVALID");
	assert_false(send_change(s, "15550002"));
	error_is(s, "400 PHONE_NUMBER_OCCUPIED");
	assert_true(send_change(s, STRANGER));
	assert_int_equal(s->type, TL_auth_sentCodeTypeSms);
	assert_int_equal(s->length, 5);
	assert_null(change(s, s->a, STRANGER, ""));
	error_is(s, "400 PHONE_CODE_EMPTY");
	assert_null(change(s, s->a, STRANGER, "x"));
	error_is(s, "400 PHONE_CODE_INVALID");
	snprintf(code, sizeof(code), "%s", code_of(s));
	/* It proves nothing else, to nobody else. */
	assert_null(sign_in(s, 1, STRANGER, code));
	error_is(s, "400 PHONE_CODE_EXPIRED");
	assert_null(change(s, b, STRANGER, code));
	error_is(s, "400 PHONE_CODE_EXPIRED");

	again = Q(s, auth_resendCode);
	again->phone_number = slice_str(STRANGER);
	again->phone_code_hash = s->hash;
	assert_non_null(take_sent(s, world_call(s->w, s->a, &again->o)));
	u = TL_AS(user, change(s, s->a, STRANGER, code_of(s)));
	assert_non_null(u);
	assert_true(slice_eq(u->phone, slice_str(STRANGER)));

	/* The old number is free, a code for signing in changes nothing. */
	assert_true(send_code(s, s->a.key, "15550001"));
	assert_null(change(s, s->a, "15550001", code_of(s)));
	error_is(s, "400 PHONE_CODE_EXPIRED");
}

static void test_settings(void **state)
{
	struct s *s = *state;

	world_set(s->w, "signup", "mode", "invite"); /* what is no mode, base/settings.c refuses */
	assert_null(domain_settings_wrong(world_app(s->w)->settings));
	world_set(s->w, "codes", "webhook", "ftp://127.0.0.1/");
	assert_non_null(domain_settings_wrong(world_app(s->w)->settings));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_open),          T(test_tries),
		T(test_time),          T(test_closed),
		T(test_invite),        T(test_invite_is_no_key),
		T(test_app),           T(test_command),
		T(test_command_hangs), T(test_webhook_and_mail),
		T(test_settings),      T(test_change_phone),
	};

	signal(SIGPIPE, SIG_IGN); /* as the server does */
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("sign", tests, NULL, NULL);
}
