/*
 * sqlite.c - the rows that domain/messages/deliver.c writes for a private send, by SQLite and nothing else: no savepoints, no
 * checks, no reads. As durable as the server (WAL, synchronous FULL), with the same rule for the log: checkpoints on a thread
 * of their own, and begun anew between two commits above 64 MB. People, their partners and the sizes of bodies are those that
 * the database holds already.
 */
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "benches/limits/limits.h"

enum {
	SIZES = 64,
	DAY = 86400,
	PAIRS_MAX = 2000000,
	BODIES_MAX = 1000,
	WAL_BIG = 64 << 20,
	WAL_LOOK_MS = 200
};

struct pair {
	sqlite3_int64 from, to;
	int from_at, to_at; /* places in pts */
};

struct sends {
	sqlite3 *db;
	sqlite3_stmt *upd, *msg, *bump, *first, *rid;
	struct pair *pairs;
	int n_pairs;
	int *pts, n_people;
	unsigned char *bodies[BODIES_MAX];
	int body_n[BODIES_MAX], n_bodies;
	double share[SIZES]; /* of commits with up to so many calls: a step of the histogram ends there */
	int low[SIZES];
	int pages; /* in the log after the last commit */
	char path[4096];
	_Atomic int stop;
};

static void die(sqlite3 *db, const char *what)
{
	fprintf(stderr, "bench-limits: %s: %s\n", what, db ? sqlite3_errmsg(db) : "");
	exit(1);
}

static void run(struct sends *s, sqlite3_stmt *st)
{
	if (sqlite3_step(st) != SQLITE_DONE)
		die(s->db, "a write");
	sqlite3_reset(st);
}

static sqlite3_stmt *prepare(struct sends *s, const char *text)
{
	sqlite3_stmt *st;

	if (sqlite3_prepare_v3(s->db, text, -1, SQLITE_PREPARE_PERSISTENT, &st, NULL) != SQLITE_OK)
		die(s->db, text);
	return st;
}

static sqlite3 *open_as_server(const char *path)
{
	sqlite3 *db;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK ||
	    sqlite3_exec(
		    db,
		    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;"
		    "PRAGMA cache_size=-16384; PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=134217728",
		    NULL, NULL, NULL) != SQLITE_OK)
		die(db, path);
	sqlite3_busy_timeout(db, 5000);
	return db;
}

static int committed(void *arg, sqlite3 *db, const char *name, int pages)
{
	((struct sends *)arg)->pages = pages;
	return SQLITE_OK;
}

static void *checkpoint(void *arg)
{
	struct sends *s = arg;
	sqlite3 *db = open_as_server(s->path);
	struct timespec pause = {.tv_nsec = WAL_LOOK_MS * 1000000};

	while (!atomic_load(&s->stop)) {
		nanosleep(&pause, NULL);
		sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	}
	sqlite3_close(db);
	return NULL;
}

static void keep_small(struct sends *s)
{
	if ((long long)s->pages * 4120 < WAL_BIG)
		return;
	sqlite3_busy_timeout(s->db, 20);
	if (sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_RESTART, NULL, NULL) == SQLITE_OK)
		s->pages = 0;
	sqlite3_busy_timeout(s->db, 5000);
}

/* --- what the database holds */

static int place_of(const sqlite3_int64 *ids, int n, sqlite3_int64 id)
{
	int lo = 0, hi = n - 1;

	while (lo <= hi) {
		int mid = (lo + hi) / 2;

		if (ids[mid] == id)
			return mid;
		if (ids[mid] < id)
			lo = mid + 1;
		else
			hi = mid - 1;
	}
	return -1;
}

static void read_people(struct sends *s)
{
	sqlite3_stmt *st = prepare(s, "SELECT owner, max(pts) FROM upd GROUP BY owner ORDER BY owner");
	sqlite3_int64 *ids = NULL;
	int cap = 0;

	while (sqlite3_step(st) == SQLITE_ROW) {
		if (s->n_people == cap) {
			cap = cap ? cap * 2 : 1024;
			ids = realloc(ids, (size_t)cap * sizeof(*ids));
			s->pts = realloc(s->pts, (size_t)cap * sizeof(*s->pts));
			if (!ids || !s->pts)
				die(NULL, "no memory");
		}
		ids[s->n_people] = sqlite3_column_int64(st, 0);
		s->pts[s->n_people++] = sqlite3_column_int(st, 1);
	}
	sqlite3_finalize(st);
	/* Partners: contacts, of those who have a box. */
	st = prepare(s, "SELECT owner, user_id FROM contact ORDER BY owner, user_id");
	s->pairs = calloc(PAIRS_MAX, sizeof(*s->pairs));
	while (sqlite3_step(st) == SQLITE_ROW && s->n_pairs < PAIRS_MAX) {
		struct pair p = {.from = sqlite3_column_int64(st, 0), .to = sqlite3_column_int64(st, 1)};

		p.from_at = place_of(ids, s->n_people, p.from);
		p.to_at = place_of(ids, s->n_people, p.to);
		if (p.from_at >= 0 && p.to_at >= 0)
			s->pairs[s->n_pairs++] = p;
	}
	sqlite3_finalize(st);
	free(ids);
}

static void read_bodies(struct sends *s)
{
	sqlite3_stmt *st = prepare(s, "SELECT body FROM msg WHERE from_id <> 777000 LIMIT 1000");

	while (sqlite3_step(st) == SQLITE_ROW && s->n_bodies < BODIES_MAX) {
		int n = sqlite3_column_bytes(st, 0);

		s->bodies[s->n_bodies] = malloc((size_t)n + 1);
		if (!s->bodies[s->n_bodies])
			die(NULL, "no memory");
		memcpy(s->bodies[s->n_bodies], sqlite3_column_blob(st, 0), (size_t)n);
		s->body_n[s->n_bodies++] = n;
	}
	sqlite3_finalize(st);
}

static void read_commits(struct sends *s, const char *path)
{
	FILE *f = fopen(path, "r");
	char line[200];
	double n, all = 0;
	int le, low = 1;

	if (!f)
		die(NULL, "the file of commits cannot be read");
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "commits_up_to_%d %lf", &le, &n) == 2 && le >= 1 && le <= SIZES) {
			s->share[le - 1] = n;
			all += n;
		}
	fclose(f);
	if (all <= 0)
		die(NULL, "the file of commits tells none");
	/* Steps that the server did not use are still steps: 1, 2, 3, 4, 6, 8, 12 ... */
	for (int end = 1, half = 1; end <= SIZES; end += half) {
		s->low[end - 1] = low;
		low = end + 1;
		s->share[end - 1] /= all;
		if ((end & (end - 1)) == 0)
			half = end > 1 ? end / 2 : 1;
	}
}

static int size_of_commit(struct sends *s)
{
	double x = (double)(limit_random() >> 11) / (double)(1ull << 53);

	for (int i = 0; i < SIZES; i++) {
		if (s->share[i] > 0 && x < s->share[i])
			return s->low[i] + (int)(limit_random() % (uint64_t)(i + 2 - s->low[i]));
		x -= s->share[i];
	}
	return 1;
}

/* --- one send */

static void into_box(struct sends *s, sqlite3_int64 owner, sqlite3_int64 peer, int pts,
                     sqlite3_int64 random_id, sqlite3_int64 from, int origin, time_t now, int body)
{
	static const unsigned char key[8] = {1, 2, 3, 4, 5, 6, 7, 8};

	sqlite3_bind_int64(s->upd, 1, owner);
	sqlite3_bind_int64(s->upd, 2, pts);
	sqlite3_bind_int64(s->upd, 3, peer);
	sqlite3_bind_int64(s->upd, 4, now);
	sqlite3_bind_int64(s->upd, 5, random_id);
	if (random_id)
		sqlite3_bind_blob(s->upd, 6, key, 8, SQLITE_STATIC);
	else
		sqlite3_bind_null(s->upd, 6);
	run(s, s->upd);
	sqlite3_bind_int64(s->msg, 1, owner);
	sqlite3_bind_int64(s->msg, 2, peer);
	sqlite3_bind_int64(s->msg, 3, pts);
	sqlite3_bind_int64(s->msg, 4, now);
	sqlite3_bind_int64(s->msg, 5, from);
	sqlite3_bind_int64(s->msg, 6, owner == from);
	sqlite3_bind_int64(s->msg, 7, origin);
	sqlite3_bind_blob(s->msg, 8, s->bodies[body], s->body_n[body], SQLITE_STATIC);
	run(s, s->msg);
	sqlite3_bind_int64(s->bump, 1, owner);
	sqlite3_bind_int64(s->bump, 2, peer);
	sqlite3_bind_int64(s->bump, 3, pts);
	sqlite3_bind_int64(s->bump, 4, now);
	sqlite3_bind_int64(s->bump, 5, now / DAY);
	sqlite3_bind_int64(s->bump, 6, owner != from);
	run(s, s->bump);
	if (sqlite3_changes(s->db) == 1)
		return;
	sqlite3_bind_int64(s->first, 1, owner);
	sqlite3_bind_int64(s->first, 2, peer);
	sqlite3_bind_int64(s->first, 3, pts);
	sqlite3_bind_int64(s->first, 4, now);
	sqlite3_bind_int64(s->first, 5, now / DAY);
	sqlite3_bind_int64(s->first, 6, owner != from);
	run(s, s->first);
}

static void send_one(struct sends *s)
{
	const struct pair *p = &s->pairs[limit_random() % (uint64_t)s->n_pairs];
	sqlite3_int64 random_id = (sqlite3_int64)limit_random();
	int body = (int)(limit_random() % (uint64_t)s->n_bodies);
	int id = ++s->pts[p->from_at], theirs = ++s->pts[p->to_at];
	time_t now = time(NULL);

	into_box(s, p->from, p->to, id, random_id, p->from, id, now, body);
	into_box(s, p->to, p->from, theirs, 0, p->from, id, now, body);
	sqlite3_bind_int64(s->rid, 1, now / DAY);
	sqlite3_bind_int64(s->rid, 2, random_id);
	sqlite3_bind_int64(s->rid, 3, p->from);
	sqlite3_bind_int64(s->rid, 4, id);
	run(s, s->rid);
}

static void prepare_all(struct sends *s)
{
	s->upd = prepare(s, "INSERT INTO upd (owner, pts, count, kind, peer, id, date, random_id, payload)"
	                    " VALUES (?1, ?2, 1, 1, ?3, ?2, ?4, ?5, ?6)");
	s->msg = prepare(
		s,
		"INSERT INTO msg (owner, peer, id, date, from_id, flags, edit_date, origin_owner, origin_id,"
		" reply_to, grouped_id, ttl, body)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?5, ?7, 0, 0, 0, ?8)");
	s->bump = prepare(s,
	                  "UPDATE dlg SET top_id = ?3, top_date = ?4, unread = unread + ?6, count = count + 1"
	                  " WHERE owner = ?1 AND peer = ?2 AND top_day = ?5");
	s->first = prepare(
		s, "INSERT INTO dlg (owner, peer, top_id, top_date, top_day, read_in, read_out, unread,"
		   " unread_mark, count, pin_order, folder, flags, draft, draft_date)"
		   " VALUES (?1, ?2, ?3, ?4, ?5, 0, 0, ?6, 0, 1, 0, 0, 0, NULL, 0)"
		   " ON CONFLICT (owner, peer) DO UPDATE SET top_id = ?3, top_date = ?4, top_day = ?5,"
		   " unread = dlg.unread + ?6, count = dlg.count + 1");
	s->rid = prepare(s, "INSERT INTO rid (day, random_id, owner, id) VALUES (?1, ?2, ?3, ?4)");
}

static void finalize_all(struct sends *s)
{
	sqlite3_finalize(s->upd);
	sqlite3_finalize(s->msg);
	sqlite3_finalize(s->bump);
	sqlite3_finalize(s->first);
	sqlite3_finalize(s->rid);
	sqlite3_close(s->db);
	free(s->pairs);
	free(s->pts);
	for (int i = 0; i < s->n_bodies; i++)
		free(s->bodies[i]);
}

static int smaller(const void *x, const void *y)
{
	float a = *(const float *)x, b = *(const float *)y;

	return a < b ? -1 : a > b;
}

static void tell_times(float *ms, long n)
{
	qsort(ms, (size_t)n, sizeof(*ms), smaller);
	limit_tell("raw_commit_p50", (double)ms[(n - 1) / 2], "ms");
	limit_tell("raw_commit_p99", (double)ms[(n - 1) * 99 / 100], "ms");
	free(ms);
}

static void write_for(struct sends *s, int seconds)
{
	sqlite3_stmt *begin = prepare(s, "BEGIN IMMEDIATE"), *commit = prepare(s, "COMMIT");
	double began = limit_now(), cpu = limit_cpu(), took, at;
	long n = 0, commits = 0, cap = 0;
	float *ms = NULL;
	int most = 0;

	while (limit_now() < began + seconds) {
		int k = size_of_commit(s);

		at = limit_now();
		run(s, begin);
		for (int i = 0; i < k; i++)
			send_one(s);
		run(s, commit);
		n += k;
		if (commits == cap) {
			cap = cap ? cap * 2 : 65536;
			ms = realloc(ms, (size_t)cap * sizeof(*ms));
			if (!ms)
				die(NULL, "no memory");
		}
		ms[commits++] = (float)((limit_now() - at) * 1e3);
		if (s->pages > most)
			most = s->pages;
		keep_small(s);
	}
	took = limit_now() - began;
	limit_tell("raw_sends", (double)n / took, "/s");
	limit_tell("raw_cpu_a_send", (limit_cpu() - cpu) * 1e6 / (double)n, "us");
	limit_tell("raw_calls_a_commit", (double)n / (double)commits, "calls");
	tell_times(ms, commits);
	limit_tell("raw_wal_most", most * 4120.0 / 1048576, "MiB");
	sqlite3_finalize(begin);
	sqlite3_finalize(commit);
}

int limit_sqlite(const char *database, const char *commits, int seconds)
{
	static struct sends s;
	pthread_t thread;

	if (access(database, R_OK | W_OK) != 0 || strlen(database) >= sizeof(s.path))
		die(NULL, "there is no such database");
	strcpy(s.path, database);
	s.db = open_as_server(database);
	sqlite3_wal_hook(s.db, committed, &s);
	read_people(&s);
	read_bodies(&s);
	read_commits(&s, commits);
	if (!s.n_pairs || !s.n_bodies)
		die(NULL, "nobody wrote to anybody in this database: run chapar-bench messages first");
	prepare_all(&s);
	if (pthread_create(&thread, NULL, checkpoint, &s) != 0)
		die(NULL, "no thread");
	write_for(&s, seconds);
	atomic_store(&s.stop, 1);
	pthread_join(thread, NULL);
	finalize_all(&s);
	return 0;
}
