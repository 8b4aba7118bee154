/*
 * sender.c - where a login code goes when no device of the account is alive: to each of the operator's senders by a job of
 * its own, so that one that fails does not make another send twice.
 */
#include "domain/auth/sender.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/settings.h"
#include "domain/auth/code.h"
#include "domain/auth/jobs.h"
#include "domain/auth/phone.h"
#include "store/phone_code.h"

static const struct way {
	const char *name;
	size_t setting; /* its text in struct settings; empty: not used */
	int (*send)(struct app *app, const struct code_out *o);
} ways[] = {
	{"command", offsetof(struct settings, codes_command), sender_command},
	{"webhook", offsetof(struct settings, codes_webhook), sender_webhook},
	{"smtp", offsetof(struct settings, codes_smtp), sender_mail},
};

#define N_WAYS (sizeof(ways) / sizeof(ways[0]))

static bool is_used(const struct settings *s, const struct way *w)
{
	return **(char *const *)((const char *)s + w->setting) != '\0';
}

const char *code_settings_wrong(const struct settings *s)
{
	if (s->codes_webhook[0] && strncmp(s->codes_webhook, "https://", 8) != 0 &&
	    strncmp(s->codes_webhook, "http://", 7) != 0)
		return "[codes] webhook is an address that begins with https://";
	if (s->codes_smtp[0] && strncmp(s->codes_smtp, "smtp://", 7) != 0 &&
	    strncmp(s->codes_smtp, "smtps://", 8) != 0)
		return "[codes] smtp is smtp://HOST:PORT or smtps://HOST:PORT";
	if (s->codes_smtp[0] && (!s->codes_mail_from[0] || !s->codes_mail_to[0]))
		return "[codes] smtp needs mail_from and mail_to";
	return NULL;
}

static void to_terminal(struct app *app, void *arg)
{
	printf("%s\n", (const char *)arg);
	fflush(stdout);
}

/* "way {json}": everything that the sender needs, since it works without the store. */
static int add_job(struct rpc_call *c, const struct way *w, const struct store_phone_code *code)
{
	json_t *o = json_pack(
		"{s:o, s:s%, s:I, s:o}", "phone",
		json_sprintf("+%.*s", (int)code->phone.n, (const char *)code->phone.p), "code",
		(const char *)code->code.p, (size_t)code->code.n, "expires", (json_int_t)code->expires,
		"text", json_sprintf("Login code: %.*s", (int)code->code.n, (const char *)code->code.p));
	char *text = json_dumps(o, JSON_COMPACT);
	struct slice payload = arena_printf(&c->arena, "%s %s", w->name, text);

	free(text);
	json_decref(o);
	return jobs_add(c, CODE_JOB, 0, 0, payload);
}

int code_send_out(struct rpc_call *c, const struct store_phone_code *code)
{
	bool any = false;
	int r = 0;

	if (phone_is_test(c->app, code->phone))
		return 0;
	for (size_t i = 0; r == 0 && i < N_WAYS; i++)
		if (is_used(c->app->settings, &ways[i])) {
			any = true;
			r = add_job(c, &ways[i], code);
		}
	if (r == 0 && !any && isatty(STDOUT_FILENO))
		/* The operator sits in front of it: the only place outside the store where a code is ever written. */
		rpc_after_commit(
			c, to_terminal,
			(void *)(uintptr_t)arena_printf(&c->arena, "chapar: login code for +%.*s: %.*s",
		                                        (int)code->phone.n, (const char *)code->phone.p,
		                                        (int)code->code.n, (const char *)code->code.p)
				.p);
	return r;
}

static int send_by(struct app *app, const struct way *w, json_t *o, const char *text)
{
	const char *phone, *code;
	json_int_t expires;

	if (json_unpack(o, "{s:s, s:s, s:I}", "phone", &phone, "code", &code, "expires", &expires) < 0)
		return -ERR_CORRUPT;
	if (clock_unix() >= expires || !is_used(app->settings, w))
		return 0; /* nobody waits for it any more */
	return w->send(app, &(struct code_out){.phone = phone + 1, .code = code, .json = text});
}

int code_job_send(struct app *app, const struct store_job *j)
{
	const char *space = memchr(j->payload.p, ' ', j->payload.n);
	size_t name_n = space ? (size_t)(space - (const char *)j->payload.p) : 0;
	json_t *o;
	char *text;
	int r;

	for (size_t i = 0; i < N_WAYS; i++) {
		if (!space || strlen(ways[i].name) != name_n ||
		    memcmp(ways[i].name, j->payload.p, name_n) != 0)
			continue;
		o = json_loadb(space + 1, j->payload.n - name_n - 1, 0, NULL);
		text = json_dumps(o, JSON_COMPACT);
		r = o ? send_by(app, &ways[i], o, text) : -ERR_CORRUPT;
		free(text);
		json_decref(o);
		return r;
	}
	return 0; /* a way that this version does not have */
}
