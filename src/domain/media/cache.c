/* cache.c - see cache.h. */
#include "domain/media/cache.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/mem.h"

enum { SHARDS = 64, WAYS = 16 };

struct entry {
	struct media_content content; /* file 0: free */
	usec_t since;
};

struct shard { /* by file, so that a drop looks at one */
	pthread_mutex_t lock;
	struct entry entries[WAYS];
	unsigned next; /* the one that goes first */
};

struct media_cache {
	struct shard shards[SHARDS];
};

static struct shard *shard_of(struct media_cache *m, int64_t file)
{
	return &m->shards[((uint64_t)file * 0x9e3779b97f4a7c15u >> 32) % SHARDS];
}

struct media_cache *media_cache_new(void)
{
	struct media_cache *m = xcalloc(1, sizeof(*m));

	for (int i = 0; i < SHARDS; i++)
		pthread_mutex_init(&m->shards[i].lock, NULL);
	return m;
}

void media_cache_free(struct media_cache *m)
{
	for (int i = 0; m && i < SHARDS; i++)
		pthread_mutex_destroy(&m->shards[i].lock);
	free(m);
}

bool media_cache_get(struct media_cache *m, int64_t file, char type, struct media_content *ret)
{
	struct shard *s = shard_of(m, file);

	WITH_LOCK(&s->lock);
	for (int i = 0; i < WAYS; i++) {
		struct entry *e = &s->entries[i];

		if (e->content.file != file || e->content.type != type)
			continue;
		if (clock_usec() - e->since > CACHE_SECONDS * 1000000LL) {
			e->content.file = 0;
			return false;
		}
		*ret = e->content;
		return true;
	}
	return false;
}

void media_cache_put(struct media_cache *m, const struct media_content *content)
{
	struct shard *s = shard_of(m, content->file);
	struct entry *at = NULL;

	WITH_LOCK(&s->lock);
	for (int i = 0; i < WAYS; i++)
		if (s->entries[i].content.file == content->file &&
		    s->entries[i].content.type == content->type)
			at = &s->entries[i];
	if (!at)
		at = &s->entries[s->next++ % WAYS];
	at->content = *content;
	at->since = clock_usec();
}

void media_cache_drop(struct media_cache *m, int64_t file)
{
	struct shard *s = shard_of(m, file);

	WITH_LOCK(&s->lock);
	for (int i = 0; i < WAYS; i++)
		if (s->entries[i].content.file == file)
			s->entries[i].content.file = 0;
}
