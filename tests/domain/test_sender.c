/* test_sender.c - how codes leave the server: by a command, a webhook, by mail. */
#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "domain/area.h"
#include "signing.h"
#include "store/job.h"

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
	assert_true(signing_send_code(s, 1, STRANGER));
	until_sent(s);
	read_file(path, got, sizeof(got));
	unlink(path);
	snprintf(want, sizeof(want), "\"code\":\"%s\"", signing_code_of(s));
	assert_non_null(strstr(got, want));
	assert_non_null(strstr(strchr(got, '\n'), want));
	assert_non_null(strstr(got, "\"phone\":\"+" STRANGER "\""));
	assert_int_equal(got[strlen(got) - 1], '\n');

	/* Test numbers have a code that is known; strangers get none where they cannot make accounts. */
	assert_true(signing_send_code(s, 1, TEST_NUMBER));
	assert_false(job_left(s));
	world_app(s->w)->signup = APP_SIGNUP_INVITE;
	assert_true(signing_send_code(s, 1, "15557779"));
	assert_false(job_left(s));
}

/* A sender that hangs does not hold the server's end. */
static void test_command_hangs(void **state)
{
	struct s *s = *state;
	usec_t began;

	world_set(s->w, "codes", "command", "sleep 1000");
	world_start_jobs(s->w);
	assert_true(signing_send_code(s, 1, STRANGER));
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
	assert_true(signing_send_code(s, 1, STRANGER));
	until_sent(s);
	fake_end(&web);
	fake_end(&mail);
	assert_non_null(strstr(web.got, "POST /codes"));
	assert_non_null(strstr(web.got, "Content-Type: application/json"));
	snprintf(text, sizeof(text), "\"code\":\"%s\"", signing_code_of(s));
	assert_non_null(strstr(web.got, text));
	assert_non_null(strstr(strstr(web.got, text) + 1, text)); /* twice */
	assert_non_null(strstr(mail.got, "MAIL FROM:<codes@example.org>"));
	assert_non_null(strstr(mail.got, "RCPT TO:<" STRANGER "@sms.example.org>"));
	snprintf(text, sizeof(text), "Login code: %s\r\n.\r\n", signing_code_of(s));
	assert_non_null(strstr(mail.got, text));
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
#define T(f) cmocka_unit_test_setup_teardown(f, signing_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		T(test_command),
		T(test_command_hangs),
		T(test_webhook_and_mail),
		T(test_settings),
	};

	signal(SIGPIPE, SIG_IGN); /* as the server does */
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
