/*
 * detect.c - one walk over the text; at each beginning of a word the finders are asked in turn. Words are ASCII where the
 * thing itself is (links, names, commands); hashtags may be of any script.
 */
#include "domain/messages/detect.h"

#include <string.h>

#include "base/utf8.h"

enum { HOST_MAX = 255, LOCAL_MAX = 64, HASHTAG_MAX = 256 /* characters */ };

struct walk {
	struct arena *a;
	struct slice t;
	uint32_t at;    /* bytes */
	uint32_t units; /* UTF-16 units before `at` */
	struct tl_obj **list;
	uint32_t n, max;
};

static bool is_letter(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(uint8_t c)
{
	return is_letter(c) || is_digit(c) || c == '_' || c >= 0x80;
}

static uint32_t units_of(const struct walk *w, uint32_t from, uint32_t n)
{
	return utf8_utf16_len(slice_of(w->t.p + from, n));
}

#define ADD(w, type, bytes)                                                                                  \
	do {                                                                                                 \
		struct tl_messageEntity##type *e_ = TL_NEW((w)->a, messageEntity##type);                     \
		e_->offset = (int32_t)(w)->units;                                                            \
		e_->length = (int32_t)units_of((w), (w)->at, bytes);                                         \
		(w)->list[(w)->n++] = &e_->o;                                                                \
	} while (0)

/* Bytes of letters, digits and underscores from `i` on. */
static uint32_t name_len(const struct walk *w, uint32_t i)
{
	uint32_t n = 0;

	while (i + n < w->t.n &&
	       (is_letter(w->t.p[i + n]) || is_digit(w->t.p[i + n]) || w->t.p[i + n] == '_'))
		n++;
	return n;
}

static uint32_t mention(struct walk *w)
{
	uint32_t n = w->t.p[w->at] == '@' ? name_len(w, w->at + 1) : 0;

	if (n < 3 || n > 32)
		return 0;
	ADD(w, Mention, n + 1);
	return n + 1;
}

static uint32_t command(struct walk *w)
{
	uint32_t n, m = 0;

	if (w->t.p[w->at] != '/')
		return 0;
	n = name_len(w, w->at + 1);
	if (!n || n > 64)
		return 0;
	if (w->at + 1 + n < w->t.n && w->t.p[w->at + 1 + n] == '@')
		m = name_len(w, w->at + 2 + n);
	if (m >= 3 && m <= 32)
		n += m + 1;
	if (w->at + 1 + n < w->t.n && (w->t.p[w->at + 1 + n] == '/' || w->t.p[w->at + 1 + n] >= 0x80))
		return 0; /* a path */
	ADD(w, BotCommand, n + 1);
	return n + 1;
}

static uint32_t hashtag(struct walk *w)
{
	uint32_t n = 0, len;
	bool letter = false;

	if (w->t.p[w->at] != '#')
		return 0;
	for (int i = 0; i < HASHTAG_MAX && w->at + 1 + n < w->t.n && is_word(w->t.p[w->at + 1 + n]); i++) {
		letter |= !is_digit(w->t.p[w->at + 1 + n]);
		utf8_at(w->t, w->at + 1 + n, &len);
		n += len;
	}
	if (!n || !letter)
		return 0;
	ADD(w, Hashtag, n + 1);
	return n + 1;
}

static uint32_t cashtag(struct walk *w)
{
	uint32_t n = 0;

	if (w->t.p[w->at] != '$')
		return 0;
	while (w->at + 1 + n < w->t.n && w->t.p[w->at + 1 + n] >= 'A' && w->t.p[w->at + 1 + n] <= 'Z')
		n++;
	if (n < 3 || n > 8 || (w->at + 1 + n < w->t.n && is_word(w->t.p[w->at + 1 + n])))
		return 0;
	ADD(w, Cashtag, n + 1);
	return n + 1;
}

static bool is_host(uint8_t c)
{
	return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c >= 0x80;
}

/* The last label must be letters, two at least: example.org, not 1.2 or file.x. */
static bool has_tld(const uint8_t *p, uint32_t n)
{
	uint32_t k = n;

	while (k && p[k - 1] != '.')
		k--;
	if (!k || n - k < 2 || k < 2)
		return false;
	for (uint32_t i = k; i < n; i++)
		if (!is_letter(p[i]) && p[i] < 0x80)
			return false;
	return true;
}

static bool is_known_tld(const uint8_t *p, uint32_t n)
{
	static const char *const some[] = {"com", "org", "net", "edu", "gov", "info", "io",  "me",
	                                   "ir",  "ru",  "de",  "fr",  "uk",  "cn",   "dev", "app",
	                                   "co",  "tv",  "eu",  "us",  "im",  "ai",   "xyz"};
	uint32_t k = n;

	while (k && p[k - 1] != '.')
		k--;
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++)
		if (strlen(some[i]) == n - k && strncasecmp((const char *)p + k, some[i], n - k) == 0)
			return true;
	return false;
}

static uint32_t link(struct walk *w)
{
	static const char *const schemes[] = {"https://", "http://", "ftp://", "tg://", "ton://"};
	const uint8_t *p = w->t.p + w->at;
	uint32_t left = w->t.n - w->at, scheme = 0, n, host;

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		uint32_t k = (uint32_t)strlen(schemes[i]);

		if (left > k && strncasecmp((const char *)p, schemes[i], k) == 0)
			scheme = k;
	}
	for (n = scheme; n < left && is_host(p[n]); n++)
		if (n - scheme ==
		    HOST_MAX) /* or a long row of words would be gone through from each of them */
			return 0;
	while (n > scheme && (p[n - 1] == '.' || p[n - 1] == '-'))
		n--;
	host = n - scheme;
	if (!host || (!scheme && (!has_tld(p, n) || !is_known_tld(p, n))) ||
	    (scheme && p[0] != 't' && !has_tld(p + scheme, host)))
		return 0;
	if (n < left && p[n] == '@')
		return 0; /* a mail address */
	if (n < left && p[n] == ':' && n + 1 < left && is_digit(p[n + 1]))
		for (n++; n < left && is_digit(p[n]); n++)
			;
	if (n < left && (p[n] == '/' || p[n] == '?' || p[n] == '#'))
		while (n < left && p[n] > ' ' && p[n] != '<' && p[n] != '>' && p[n] != '"')
			n++;
	while (n > scheme && strchr(".,;:!?)'", p[n - 1]))
		n--;
	ADD(w, Url, n);
	return n;
}

static uint32_t email(struct walk *w)
{
	const uint8_t *p = w->t.p + w->at;
	uint32_t left = w->t.n - w->at, n = 0, at;

	while (n < left && n <= LOCAL_MAX && (is_letter(p[n]) || is_digit(p[n]) || strchr("._%+-", p[n])) &&
	       p[n])
		n++;
	if (!n || n > LOCAL_MAX || n >= left || p[n] != '@')
		return 0;
	at = ++n;
	while (n < left && n - at <= HOST_MAX && is_host(p[n]) && p[n] < 0x80)
		n++;
	while (n > at && (p[n - 1] == '.' || p[n - 1] == '-'))
		n--;
	if (n == at || !has_tld(p + at, n - at))
		return 0;
	ADD(w, Email, n);
	return n;
}

static uint32_t phone(struct walk *w)
{
	const uint8_t *p = w->t.p + w->at;
	uint32_t left = w->t.n - w->at, n = 1, digits = 0;

	if (p[0] != '+')
		return 0;
	for (; n < left && (is_digit(p[n]) || strchr(" -()", p[n])) && p[n]; n++)
		digits += is_digit(p[n]);
	while (n > 1 && !is_digit(p[n - 1]))
		n--;
	if (digits < 7 || digits > 15)
		return 0;
	ADD(w, Phone, n);
	return n;
}

void text_detect(struct arena *a, struct slice text, struct tl_obj **list, uint32_t *n_list, uint32_t max)
{
	static uint32_t (*const finders[])(struct walk * w) = {mention, command, hashtag, cashtag,
	                                                       email,   link,    phone};
	struct walk w = {.a = a, .t = text, .list = list, .n = *n_list, .max = max};
	bool begin = true;

	while (w.at < text.n && w.n < max) {
		uint32_t took = 0, len;

		for (size_t i = 0; begin && !took && i < sizeof(finders) / sizeof(finders[0]); i++)
			took = finders[i](&w);
		if (!took) {
			utf8_at(text, w.at, &len);
			begin = !is_word(text.p[w.at]) && text.p[w.at] != '/' && text.p[w.at] != '@' &&
			        text.p[w.at] != '.';
			took = len;
		} else {
			begin = false;
		}
		w.units += units_of(&w, w.at, took);
		w.at += took;
	}
	*n_list = w.n;
}
