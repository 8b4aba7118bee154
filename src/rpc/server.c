/* server.c - the lanes' life: opened in one place, stopped in the order that loses nothing. */
#include "rpc/server.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "rpc/limit.h"
#include "rpc/rpc_private.h"
#include "sql/sql.h"

enum { BLOB_CACHE_KIB = 1024 }; /* they look up single rows */

static int open_small(struct rpc_server *s, struct rpc_reader *rd)
{
	int r;

	rd->server = s;
	r = sql_open(s->cfg.db_path, SQL_READER, &rd->db);
	if (r >= 0)
		sql_set_cache(rd->db, BLOB_CACHE_KIB);
	return r;
}

static int open_all(struct rpc_server *s)
{
	int r;

	r = sql_open(s->cfg.db_path, SQL_WRITER, &s->writer_db);
	for (unsigned i = 0; r >= 0 && i < s->cfg.n_read; i++) {
		s->readers[i].server = s;
		r = sql_open(s->cfg.db_path, SQL_READER, &s->readers[i].db);
	}
	for (unsigned i = 0; r >= 0 && i < s->cfg.n_blob; i++) {
		r = open_small(s, &s->blob_readers[i]);
		if (r >= 0)
			r = open_small(s, &s->prepare_readers[i]);
	}
	return r;
}

static void bound(struct rpc_server_config *cfg)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (cfg->n_read < 1)
		cfg->n_read = 1;
	if (cfg->n_read > RPC_READ_MAX)
		cfg->n_read = RPC_READ_MAX;
	if (cfg->n_blob < 1)
		cfg->n_blob = cores < 1 ? 2 : cores > 4 ? 8 : (unsigned)cores * 2;
	if (cfg->n_blob > RPC_BLOB_MAX)
		cfg->n_blob = RPC_BLOB_MAX;
}

/* Threads of one of the lanes for files, each its own reader. */
static struct lane *wide(const char *name, unsigned n, struct rpc_reader *first)
{
	void *args[RPC_BLOB_MAX];

	for (unsigned i = 0; i < n; i++)
		args[i] = &first[i];
	return lane_new_wide(name, &rpc_blob_ops, args, n, RPC_BLOB_QUEUE, 1);
}

int rpc_server_new(const struct rpc_server_config *cfg, struct rpc_server **ret_s)
{
	struct rpc_server *s = xcalloc(1, sizeof(*s));
	int r;

	s->cfg = *cfg;
	s->app = cfg->app;
	bound(&s->cfg);
	r = open_all(s);
	if (r >= 0)
		r = rpc_park_new(&s->park);
	if (r < 0) {
		rpc_server_free(s);
		return r;
	}
	atomic_store(&s->can_write, true);
	s->boxes = upd_boxes_new();
	s->limiter = rpc_limiter_new(cfg->app->test_numbers);
	s->app->rpc = s;
	for (unsigned i = 0; i < s->cfg.n_read; i++)
		s->read[i] = lane_new("read", &rpc_read_ops, &s->readers[i], RPC_READ_QUEUE, RPC_READ_BATCH);
	s->write = lane_new("write", &rpc_write_ops, s, RPC_WRITE_QUEUE, RPC_WRITE_BATCH);
	s->cpu = lane_new("cpu", &rpc_cpu_ops, s, RPC_CPU_QUEUE, 1);
	s->blob = wide("blob", s->cfg.n_blob, s->blob_readers);
	s->prepare = wide("prepare", s->cfg.n_blob, s->prepare_readers);
	for (unsigned i = 0; i < RPC_UPLOAD_THREADS; i++)
		s->upload[i] = lane_new("upload", &rpc_upload_ops, s, RPC_BLOB_QUEUE, RPC_UPLOAD_BATCH);
	*ret_s = s;
	return 0;
}

void rpc_server_stop(struct rpc_server *s)
{
	rpc_park_free(s->park);
	s->park = NULL;
	lane_stop(s->cpu); /* pushes to write and read, as does the next */
	lane_stop(s->blob);
	lane_stop(s->prepare);
	for (unsigned i = 0; i < RPC_UPLOAD_THREADS; i++)
		lane_stop(s->upload[i]);
	lane_stop(s->write);
	for (unsigned i = 0; i < s->cfg.n_read; i++)
		lane_stop(s->read[i]);
}

void rpc_server_free(struct rpc_server *s)
{
	if (!s)
		return;
	lane_free(s->cpu);
	lane_free(s->blob);
	lane_free(s->prepare);
	for (unsigned i = 0; i < RPC_UPLOAD_THREADS; i++)
		lane_free(s->upload[i]);
	lane_free(s->write);
	for (unsigned i = 0; i < s->cfg.n_read; i++)
		lane_free(s->read[i]);
	for (unsigned i = 0; i < s->cfg.n_read; i++) {
		rpc_told_fini(&s->readers[i]);
		sql_close(s->readers[i].db);
	}
	for (unsigned i = 0; i < s->cfg.n_blob; i++)
		sql_close(s->blob_readers[i].db);
	for (unsigned i = 0; i < s->cfg.n_blob; i++)
		sql_close(s->prepare_readers[i].db);
	sql_close(s->writer_db);
	upd_boxes_free(s->boxes);
	rpc_limiter_free(s->limiter);
	free(s);
}
