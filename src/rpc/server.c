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

static int open_all(struct rpc_server *s)
{
	int r;

	r = sql_open(s->cfg.db_path, SQL_WRITER, &s->writer_db);
	for (unsigned i = 0; r >= 0 && i < s->cfg.n_read; i++) {
		s->readers[i].server = s;
		r = sql_open(s->cfg.db_path, SQL_READER, &s->readers[i].db);
	}
	for (unsigned i = 0; r >= 0 && i < s->cfg.n_blob; i++) {
		s->blob_readers[i].server = s;
		r = sql_open(s->cfg.db_path, SQL_READER, &s->blob_readers[i].db);
		if (r >= 0)
			sql_set_cache(s->blob_readers[i].db, BLOB_CACHE_KIB);
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

int rpc_server_new(const struct rpc_server_config *cfg, struct rpc_server **ret_s)
{
	struct rpc_server *s = xcalloc(1, sizeof(*s));
	void *blob_args[RPC_BLOB_MAX];
	int r;

	s->cfg = *cfg;
	s->app = cfg->app;
	bound(&s->cfg);
	r = open_all(s);
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
	for (unsigned i = 0; i < s->cfg.n_blob; i++)
		blob_args[i] = &s->blob_readers[i];
	s->blob = lane_new_wide("blob", &rpc_blob_ops, blob_args, s->cfg.n_blob, RPC_BLOB_QUEUE, 1);
	*ret_s = s;
	return 0;
}

void rpc_server_stop(struct rpc_server *s)
{
	lane_stop(s->cpu); /* pushes to write and read, as does the next */
	lane_stop(s->blob);
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
	lane_free(s->write);
	for (unsigned i = 0; i < s->cfg.n_read; i++)
		lane_free(s->read[i]);
	for (unsigned i = 0; i < s->cfg.n_read; i++)
		sql_close(s->readers[i].db);
	for (unsigned i = 0; i < s->cfg.n_blob; i++)
		sql_close(s->blob_readers[i].db);
	sql_close(s->writer_db);
	upd_boxes_free(s->boxes);
	rpc_limiter_free(s->limiter);
	free(s);
}
