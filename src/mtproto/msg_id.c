/* msg_id.c - which message ids are taken: their time, and that each is taken once (mtproto.md 3.4, 4.2). */
#include <stdlib.h>

#include "base/mem.h"
#include "mtproto/session_private.h"

enum { PAST = 300, AHEAD = 30, KEEP = 330 };

int64_t mt_id_at(int64_t unix_usec)
{
	int64_t id = (unix_usec / 1000000) << 32 | ((unix_usec % 1000000) << 32) / 1000000;

	return id & ~(int64_t)3;
}

int mt_msg_id_check(int64_t msg_id)
{
	int64_t now = clock_unix(), at = (int64_t)((uint64_t)msg_id >> 32);

	if (msg_id & 3)
		return 18;
	if (at < now - PAST)
		return 16;
	if (at > now + AHEAD)
		return 17;
	return 0;
}

static uint32_t place(const struct mt_session *s, int64_t msg_id)
{
	uint32_t lo = 0, hi = s->n_seen;

	if (hi && s->seen[hi - 1] < msg_id)
		return hi;
	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (s->seen[mid] < msg_id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool mt_was_seen(const struct mt_session *s, int64_t msg_id)
{
	uint32_t i = place(s, msg_id);

	return (i < s->n_seen && s->seen[i] == msg_id) || msg_id <= s->seen_floor;
}

/* Ids too old to pass the time check need not be remembered; a full window forgets its older half. */
static void prune(struct mt_session *s)
{
	int64_t old = (clock_unix() - KEEP) << 32;
	uint32_t n = 0;

	while (n < s->n_seen && s->seen[n] < old)
		n++;
	if (s->n_seen - n >= MT_SEEN_MAX)
		n = s->n_seen / 2;
	if (!n)
		return;
	s->seen_floor = s->seen[n - 1];
	s->n_seen -= n;
	memmove(s->seen, s->seen + n, s->n_seen * sizeof(*s->seen));
}

enum mt_seen mt_seen_add(struct mt_session *s, int64_t msg_id)
{
	uint32_t i;

	if (s->n_seen == s->cap_seen) {
		prune(s);
		if (s->n_seen >= s->cap_seen / 2 && s->cap_seen < MT_SEEN_MAX) {
			s->cap_seen = s->cap_seen ? s->cap_seen * 2 : 8;
			s->seen = xrealloc(s->seen, s->cap_seen * sizeof(*s->seen));
		}
	}
	i = place(s, msg_id);
	if (i < s->n_seen && s->seen[i] == msg_id)
		return MT_DUPLICATE;
	if (msg_id <= s->seen_floor)
		return MT_TOO_OLD;
	memmove(s->seen + i + 1, s->seen + i, (s->n_seen - i) * sizeof(*s->seen));
	s->seen[i] = msg_id;
	s->n_seen++;
	return MT_NEW;
}
