/* audience.c - what the table of who hears of which channel takes: bytes that are allocated, before and after. */
#include <malloc.h>
#include <stdlib.h>

#include "base/mem.h"
#include "benches/limits/limits.h"
#include "updates/audience.h"
#include "updates/peer.h"

enum { CHANNELS = 100 };

static double in_use(void)
{
	struct mallinfo2 m = mallinfo2();

	return (double)(m.uordblks + m.hblkhd);
}

/* Each key in the same so many channels. */
static void keys(struct upd_audience *a, int n, int64_t first_channel, size_t channels)
{
	int64_t ids[CHANNELS];

	for (size_t i = 0; i < channels; i++)
		ids[i] = peer_channel(first_channel + (int64_t)i);
	for (int i = 0; i < n; i++) {
		struct upd_listener l = {.key = i + 1, .user = i + 1, .layer = 228};

		upd_audience_join(a, &l, ids, channels);
	}
}

int limit_audience(int n)
{
	struct upd_audience *a = upd_audience_new();
	double one, many, channels;
	int64_t id;

	keys(a, n, 1, 1);
	one = in_use();
	keys(a, n, 2, CHANNELS);
	many = in_use();
	limit_tell("memory_a_subscription", (many - one) / n / CHANNELS, "bytes");
	for (int i = 0; i < n; i++) {
		struct upd_listener l = {.key = i + 1, .user = i + 1, .layer = 228};

		id = peer_channel(1000 + i);
		upd_audience_join(a, &l, &id, 1);
	}
	channels = in_use() - many;
	limit_tell("memory_a_channel", channels / n, "bytes");
	upd_audience_free(a);
	return 0;
}
