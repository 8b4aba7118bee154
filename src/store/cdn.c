/* cdn.c - see cdn.h. */
#include "store/cdn.h"

#include <string.h>

#include "base/err.h"
#include "store/meta.h"

static void bind(struct sql_stmt *s, const struct store_cdn_node *n)
{
	SQL_BIND_INTS(s, n->dc, n->state);
	sql_bind_text(s, 3, n->name);
	sql_bind_text(s, 4, n->ip);
	sql_bind_int(s, 5, n->port);
	sql_bind_text(s, 6, n->link);
	sql_bind_bytes(s, 7, n->secret);
	sql_bind_bytes(s, 8, n->epoch);
	sql_bind_text(s, 9, n->countries);
	sql_bind_text(s, 10, n->licence);
	sql_bind_int(s, 11, n->licence_until);
	sql_bind_text(s, 12, n->pem[0]);
	sql_bind_text(s, 13, n->pem[1]);
	sql_bind_int(s, 14, n->lease);
	sql_bind_int(s, 15, (int64_t)n->min_size);
	sql_bind_int(s, 16, n->since[STORE_CDN_PLANNED]);
	sql_bind_int(s, 17, n->since[STORE_CDN_LICENSED]);
	sql_bind_int(s, 18, n->since[STORE_CDN_ACTIVE]);
	sql_bind_int(s, 19, n->since[STORE_CDN_SUSPECT]);
	sql_bind_int(s, 20, n->since[STORE_CDN_DRAINING]);
	sql_bind_int(s, 21, n->since[STORE_CDN_REVOKED]);
	sql_bind_int(s, 22, n->since[STORE_CDN_WIPED]);
	sql_bind_text(s, 23, n->homes);
}

static int has_address(struct sql_db *db, const struct store_cdn_node *n)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT dc FROM cdn_node WHERE ip = $1 AND port = $2");
	int64_t dc;

	sql_bind_text(s, 1, n->ip);
	sql_bind_int(s, 2, n->port);
	return sql_value(s, &dc);
}

int store_cdn_insert(struct sql_db *db, struct store_cdn_node *n)
{
	struct sql_stmt *s;
	int64_t dc;
	int r = has_address(db, n);

	if (r != 0)
		return r < 0 ? r : -ERR_EXISTS;
	if ((r = store_meta_next(db, "next_cdn", STORE_CDN_FIRST, &dc)) < 0)
		return r;
	if (dc > STORE_CDN_LAST)
		return -ERR_FULL;
	n->dc = (int32_t)dc;
	s = sql_prepare(
		db,
		"INSERT INTO cdn_node (dc, state, name, ip, port, link, secret, epoch, countries, licence,"
		" licence_until, pem, pem_before, lease, min_size, planned, licensed, active, suspect,"
		" draining, revoked, wiped, homes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,"
		" $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)");
	bind(s, n);
	return sql_run(s);
}

int store_cdn_put(struct sql_db *db, const struct store_cdn_node *n)
{
	struct sql_stmt *s = sql_prepare(
		db, "UPDATE cdn_node SET state = $2, name = $3, ip = $4, port = $5, link = $6, secret = $7,"
		    " epoch = $8, countries = $9, licence = $10, licence_until = $11, pem = $12,"
		    " pem_before = $13, lease = $14, min_size = $15, planned = $16, licensed = $17,"
		    " active = $18, suspect = $19, draining = $20, revoked = $21, wiped = $22, homes = $23"
		    " WHERE dc = $1");

	bind(s, n);
	return sql_run(s);
}

#define ROW                                                                                                  \
	"SELECT dc, state, name, ip, port, link, secret, epoch, countries, licence, licence_until, pem,"     \
	" pem_before, lease, min_size, planned, licensed, active, suspect, draining, revoked, wiped, homes"  \
	" FROM cdn_node"

static void read_row(struct sql_stmt *s, struct arena *a, struct store_cdn_node *ret)
{
	*ret = (struct store_cdn_node){.dc = (int32_t)sql_int(s, 0),
	                               .state = (enum store_cdn_state)sql_int(s, 1),
	                               .name = sql_copy(s, 2, a),
	                               .ip = sql_copy(s, 3, a),
	                               .port = (int)sql_int(s, 4),
	                               .link = sql_copy(s, 5, a),
	                               .secret = sql_copy(s, 6, a),
	                               .epoch = sql_copy(s, 7, a),
	                               .countries = sql_copy(s, 8, a),
	                               .licence = sql_copy(s, 9, a),
	                               .licence_until = sql_int(s, 10),
	                               .pem = {sql_copy(s, 11, a), sql_copy(s, 12, a)},
	                               .lease = (uint32_t)sql_int(s, 13),
	                               .min_size = (uint64_t)sql_int(s, 14)};
	for (int i = 0; i < STORE_CDN_STATES; i++)
		ret->since[i] = sql_int(s, 15 + i);
	ret->homes = sql_copy(s, 15 + STORE_CDN_STATES, a);
}

int store_cdn_get(struct sql_db *db, int32_t dc, struct arena *a, struct store_cdn_node *ret)
{
	struct sql_stmt *s = sql_prepare(db, ROW " WHERE dc = $1");
	int r;

	sql_bind_int(s, 1, dc);
	r = sql_step(s);
	if (r == 1)
		read_row(s, a, ret);
	sql_done(s);
	return sql_found(r);
}

int store_cdn_list(struct sql_db *db, struct arena *a, struct store_cdn_node **ret, size_t *ret_n)
{
	struct store_cdn_node *v = ARENA_ARRAY(a, struct store_cdn_node,
	                                       STORE_CDN_LAST - STORE_CDN_FIRST + 1);
	struct sql_stmt *s = sql_prepare(db, ROW " ORDER BY dc");
	size_t n = 0;
	int r;

	while (n <= STORE_CDN_LAST - STORE_CDN_FIRST && (r = sql_step(s)) == 1)
		read_row(s, a, &v[n++]);
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r < 0 ? r : 0;
}

int store_cdn_keep_lease(struct sql_db *db, const struct store_cdn_lease *l)
{
	struct sql_stmt *s = sql_prepare(db, "UPDATE cdn_node SET lease_key = $2 WHERE dc = $1");

	sql_bind_int(s, 1, l->dc);
	sql_bind_bytes(s, 2, slice_of(l->key, sizeof(l->key)));
	return sql_run(s);
}

int store_cdn_take_leases(struct sql_db *db, struct arena *a, struct store_cdn_lease **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT dc, lease_key FROM cdn_node WHERE lease_key IS NOT NULL ORDER BY dc");
	struct store_cdn_lease *v = ARENA_ARRAY(a, struct store_cdn_lease,
	                                        STORE_CDN_LAST - STORE_CDN_FIRST + 1);
	size_t n = 0;
	int r;

	while (n <= STORE_CDN_LAST - STORE_CDN_FIRST && (r = sql_step(s)) == 1) {
		struct slice key = sql_bytes(s, 1);

		v[n].dc = (int32_t)sql_int(s, 0);
		if (key.n == sizeof(v[n].key))
			memcpy(v[n++].key, key.p, key.n);
	}
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r < 0 ? r
	             : sql_run(sql_prepare(
			       db, "UPDATE cdn_node SET lease_key = NULL WHERE lease_key IS NOT NULL"));
}

static void read_log(struct sql_stmt *s, struct arena *a, struct store_cdn_log *ret)
{
	*ret = (struct store_cdn_log){.seq = sql_int(s, 0),
	                              .date = sql_int(s, 1),
	                              .dc = (int32_t)sql_int(s, 2),
	                              .event = sql_copy(s, 3, a),
	                              .details = sql_copy(s, 4, a),
	                              .hash = sql_copy(s, 5, a)};
}

int store_cdn_log_last(struct sql_db *db, struct arena *a, struct store_cdn_log *ret)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT seq, date, dc, event, details, hash FROM cdn_log ORDER BY seq DESC LIMIT 1");
	int r = sql_step(s);

	if (r == 1)
		read_log(s, a, ret);
	sql_done(s);
	return sql_found(r);
}

int store_cdn_log_append(struct sql_db *db, const struct store_cdn_log *row)
{
	struct sql_stmt *s = sql_prepare(db, "INSERT INTO cdn_log (seq, date, dc, event, details, hash)"
	                                     " VALUES ($1, $2, $3, $4, $5, $6)");

	SQL_BIND_INTS(s, row->seq, row->date, row->dc);
	sql_bind_text(s, 4, row->event);
	sql_bind_text(s, 5, row->details);
	sql_bind_bytes(s, 6, row->hash);
	return sql_run(s);
}

int store_cdn_log_list(struct sql_db *db, int64_t after, uint32_t limit, struct arena *a,
                       struct store_cdn_log **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT seq, date, dc, event, details, hash FROM cdn_log"
	                                     " WHERE seq > $1 ORDER BY seq LIMIT $2");
	struct store_cdn_log *v = ARENA_ARRAY(a, struct store_cdn_log, limit + 1);
	size_t n = 0;
	int r;

	SQL_BIND_INTS(s, after, limit);
	while ((r = sql_step(s)) == 1 && n < limit)
		read_log(s, a, &v[n++]);
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r < 0 ? r : 0;
}
