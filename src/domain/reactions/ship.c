/*
 * ship.c - reactions come with the program: a folder with NAME.icon.webp and NAME.PART.tgs of each, and `index`, whose lines are
 * NAME<tab>EMOJI<tab>TITLE (tools/reactions/make.py). A job makes documents of them, which belong to nobody.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/log.h"
#include "base/utf8.h"
#include "domain/media/media.h"
#include "domain/reactions/reactions.h"
#include "rpc/server.h"
#include "store/reaction.h"

enum { FILE_MAX = BLOB_WINDOW, INDEX_MAX = 16384 };

static const char *const parts[STORE_REACTION_FILES] = {
	"icon.webp", "appear.tgs", "select.tgs", "activate.tgs", "effect.tgs", "around.tgs", "center.tgs"};

struct shipped {
	const char *folder;
	uint8_t *file; /* room for one */
	struct store_reaction *v;
	struct media_shipped (*parts)[STORE_REACTION_FILES];
	size_t n;
};

/* Less than `max` bytes, into `bytes`. */
static int read_file(const char *folder, const char *name, uint8_t *bytes, uint32_t max, struct slice *ret)
{
	char path[PATH_MAX];
	uint32_t n = 0;
	ssize_t k;
	CLEANUP_FD int fd = -1;

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
		return -ERR_TOO_BIG;
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return errno == ENOENT ? -ERR_NOTFOUND : -ERR_IO;
	while (n < max && (k = read(fd, bytes + n, max - n)) != 0) {
		if (k < 0)
			return -ERR_IO;
		n += (uint32_t)k;
	}
	*ret = slice_of(bytes, n);
	return n < max ? 0 : -ERR_TOO_BIG;
}

/* Up to `end`; *rest goes on behind it. False: there is none. */
static bool cut(struct slice *rest, uint8_t end, struct slice *ret)
{
	const uint8_t *at = rest->n ? memchr(rest->p, end, rest->n) : NULL;

	if (!at)
		return false;
	*ret = slice_of(rest->p, (uint32_t)(at - rest->p));
	*rest = slice_of(at + 1, rest->n - ret->n - 1);
	return true;
}

static int take(struct app *app, struct slice line, struct arena *a, struct shipped *s)
{
	struct store_reaction *x = &s->v[s->n];
	struct slice name, bytes, path;
	int r;

	if (!cut(&line, '\t', &name) || !cut(&line, '\t', &x->emoji) || !name.n ||
	    memchr(name.p, '/', name.n) || !utf8_valid(line))
		return -ERR_INVALID;
	x->title = line;
	for (int i = 0; i < STORE_REACTION_FILES; i++) {
		path = arena_printf(a, "%.*s.%s", (int)name.n, (const char *)name.p, parts[i]);
		if ((r = read_file(s->folder, (const char *)path.p, s->file, FILE_MAX, &bytes)) < 0)
			return r;
		r = media_ship(app, bytes, i == 0 ? "image/webp" : "application/x-tgsticker",
		               &s->parts[s->n][i]);
		if (r < 0)
			return r;
	}
	s->n++;
	return 0;
}

static bool same(const struct store_reaction *a, const struct store_reaction *b)
{
	return slice_eq(a->emoji, b->emoji) && slice_eq(a->title, b->title) &&
	       memcmp(a->file, b->file, sizeof(a->file)) == 0;
}

static int commit(struct rpc_call *c, void *arg)
{
	struct shipped *s = arg;
	struct store_reaction *old;
	size_t n_old;
	bool changed;
	int r = store_reaction_list(c->db, &c->arena, &old, &n_old);

	for (size_t i = 0; r >= 0 && i < s->n; i++)
		for (int k = 0; r >= 0 && k < STORE_REACTION_FILES; k++)
			r = media_commit_shipped(c, &s->parts[i][k], s->v[i].emoji, &s->v[i].file[k]);
	if (r < 0)
		return r;
	changed = n_old != s->n;
	for (size_t i = 0; !changed && i < s->n; i++)
		changed = !same(&old[i], &s->v[i]);
	return changed ? store_reaction_replace(c->db, s->v, s->n, c->now) : 0;
}

int reactions_job(struct app *app, const struct store_job *j)
{
	struct shipped s = {0};
	struct slice index, line;
	struct arena a;
	int r;

	arena_init(&a, 0);
	s.folder = (const char *)arena_printf(&a, "%.*s", (int)j->payload.n, (const char *)j->payload.p).p;
	s.file = arena_alloc(&a, FILE_MAX);
	s.v = ARENA_ARRAY(&a, struct store_reaction, STORE_REACTIONS_MAX);
	s.parts = arena_alloc(&a, STORE_REACTIONS_MAX * sizeof(*s.parts));
	r = read_file(s.folder, "index", arena_alloc(&a, INDEX_MAX), INDEX_MAX, &index);
	while (r >= 0 && s.n < STORE_REACTIONS_MAX && !jobs_stopping(app) && cut(&index, '\n', &line))
		r = take(app, line, &a, &s);
	if (r >= 0 && !jobs_stopping(app))
		r = rpc_write_wait(app->rpc, commit, &s);
	if (r < 0)
		log_event(LOG_WARNING, "reactions", "error=\"%s\" folder=\"%s\"", err_name(r), s.folder);
	arena_fini(&a);
	return r < 0 ? r : 0;
}

static int add_job(struct rpc_call *c, void *folder)
{
	return jobs_add(c, REACTIONS_JOB, 0, 0, slice_str(folder));
}

int reactions_ship(struct app *app, const char *folder)
{
	return rpc_write_wait(app->rpc, add_job, (void *)folder);
}
