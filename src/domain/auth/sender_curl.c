/* sender_curl.c - login codes by HTTP POST and by mail. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "base/log.h"
#include "base/settings.h"
#include "crypto/rng.h"
#include "domain/auth/jobs.h"
#include "domain/auth/sender.h"

enum { CONNECT_SECONDS = 10, MAIL_MAX = 2048, ADDRESS_MAX = 320 };

static int look(void *app, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	return jobs_stopping(app); /* not 0: leave */
}

static size_t nowhere(char *p, size_t size, size_t n, void *arg)
{
	return size * n;
}

/* What both ways have in common. The library makes itself ready at the first use, whichever thread that is. */
static CURL *begin(struct app *app, const char *url)
{
	CURL *h = curl_easy_init();

	if (!h)
		return NULL;
	curl_easy_setopt(h, CURLOPT_URL, url);
	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h, CURLOPT_TIMEOUT, (long)CODE_JOB_SECONDS);
	curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
	curl_easy_setopt(h, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(h, CURLOPT_XFERINFOFUNCTION, look);
	curl_easy_setopt(h, CURLOPT_XFERINFODATA, app);
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, nowhere);
	return h;
}

/* Does it, says why not, frees `h`. The library's own text names neither number nor code. */
static int perform(CURL *h, const char *way)
{
	long status = 0;
	CURLcode e;

	e = curl_easy_perform(h);
	curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(h);
	if (e == CURLE_OK && (status < 200 || status >= 300))
		log_event(LOG_WARNING, "code-not-sent", "by=%s status=%ld", way, status);
	else if (e != CURLE_OK)
		log_event(LOG_WARNING, "code-not-sent", "by=%s status=%ld error=\"%s\"", way, status,
		          curl_easy_strerror(e));
	return e == CURLE_OK                   ? status >= 200 && status < 300 ? 0 : -ERR_IO
	       : e == CURLE_OPERATION_TIMEDOUT ? -ERR_TIMEOUT
	                                       : -ERR_IO;
}

int sender_webhook(struct app *app, const struct code_out *o)
{
	CURL *h = begin(app, app->settings->codes_webhook);
	struct curl_slist *head = curl_slist_append(NULL, "Content-Type: application/json");
	int r;

	if (!h || !head) {
		curl_slist_free_all(head);
		curl_easy_cleanup(h);
		return -ERR_IO;
	}
	curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(h, CURLOPT_HTTPHEADER, head);
	curl_easy_setopt(h, CURLOPT_POSTFIELDS, o->json);
	r = perform(h, "webhook");
	curl_slist_free_all(head);
	return r;
}

struct mail {
	char text[MAIL_MAX];
	size_t n, at;
};

static size_t give(char *p, size_t size, size_t n, void *arg)
{
	struct mail *m = arg;
	size_t part = m->n - m->at < size * n ? m->n - m->at : size * n;

	memcpy(p, m->text + m->at, part);
	m->at += part;
	return part;
}

/* The address of the setting with the number, all digits, in the place of %s. */
static int address(const char *setting, const char *phone, char ret[ADDRESS_MAX])
{
	const char *at = strstr(setting, "%s");
	int n = at ? snprintf(ret, ADDRESS_MAX, "%.*s%s%s", (int)(at - setting), setting, phone, at + 2)
	           : snprintf(ret, ADDRESS_MAX, "%s", setting);

	return n < ADDRESS_MAX ? 0 : -ERR_TOO_BIG;
}

static int write_mail(struct mail *m, const char *from, const char *to, const char *code)
{
	const char *host = strchr(from, '@');
	time_t now = (time_t)clock_unix();
	char date[64];
	struct tm tm;
	int n;

	gmtime_r(&now, &tm);
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S +0000", &tm);
	n = snprintf(m->text, sizeof(m->text),
	             "Date: %s\r\nFrom: <%s>\r\nTo: <%s>\r\nMessage-ID: <%016llx%s>\r\n"
	             "Subject: Login code\r\nAuto-Submitted: auto-generated\r\n"
	             "Content-Type: text/plain; charset=utf-8\r\n\r\n"
	             "Login code: %s\r\n",
	             date, from, to, (unsigned long long)rng_u64(), host ? host : "@localhost", code);
	m->n = (size_t)n;
	return n < (int)sizeof(m->text) ? 0 : -ERR_TOO_BIG;
}

int sender_mail(struct app *app, const struct code_out *o)
{
	const struct settings *s = app->settings;
	struct curl_slist *to = NULL;
	struct mail m = {.at = 0};
	char whom[ADDRESS_MAX];
	CURL *h;
	int r;

	if ((r = address(s->codes_mail_to, o->phone, whom)) < 0 ||
	    (r = write_mail(&m, s->codes_mail_from, whom, o->code)) < 0)
		return r;
	h = begin(app, s->codes_smtp);
	to = curl_slist_append(NULL, whom);
	if (!h || !to) {
		curl_slist_free_all(to);
		curl_easy_cleanup(h);
		return -ERR_IO;
	}
	curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(h, CURLOPT_USE_SSL, (long)CURLUSESSL_TRY);
	curl_easy_setopt(h, CURLOPT_MAIL_FROM, s->codes_mail_from);
	curl_easy_setopt(h, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(h, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(h, CURLOPT_READFUNCTION, give);
	curl_easy_setopt(h, CURLOPT_READDATA, &m);
	r = perform(h, "smtp");
	curl_slist_free_all(to);
	return r;
}
