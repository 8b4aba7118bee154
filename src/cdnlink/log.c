/*
 * log.c - the log of what befell nodes: each row's hash covers the row and the hash before it, so that whoever changes, drops or puts in
 * a row in the middle has to write all later ones anew, and whoever noted the last hash sees that.
 *
 *   hash = SHA-256(hash before │ seq 8 │ date 8 │ dc 4 │ length 4, event │ length 4, details), little-endian; before the first: zeros
 */
#include "base/buf.h"
#include "base/err.h"
#include "cdnlink/private.h"
#include "crypto/hash.h"
#include "rpc/call.h"

enum { A_PAGE = 500 };

static void hash_of(const uint8_t before[32], const struct store_cdn_log *row, uint8_t out[32])
{
	struct buf b = {0};

	buf_put(&b, before, 32);
	buf_u64(&b, (uint64_t)row->seq);
	buf_u64(&b, (uint64_t)row->date);
	buf_u32(&b, (uint32_t)row->dc);
	buf_u32(&b, row->event.n);
	buf_put(&b, row->event.p, row->event.n);
	buf_u32(&b, row->details.n);
	buf_put(&b, row->details.p, row->details.n);
	sha256(b.p, b.n, out);
	buf_fini(&b);
}

int cdnlink_log(struct rpc_call *c, int32_t dc, const char *event, struct slice details)
{
	static const uint8_t zeros[32];
	struct store_cdn_log last = {0}, row;
	uint8_t hash[32];
	int r = store_cdn_log_last(c->db, &c->arena, &last);

	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	if (r == 0 && last.hash.n != 32)
		return -ERR_CORRUPT;
	row = (struct store_cdn_log){
		.seq = last.seq + 1, .date = c->now, .dc = dc, .event = slice_str(event), .details = details};
	hash_of(r == 0 ? last.hash.p : zeros, &row, hash);
	row.hash = slice_of(hash, sizeof(hash));
	return store_cdn_log_append(c->db, &row);
}

int cdnlink_log_verify(struct rpc_call *c, struct cdnlink_verified *ret)
{
	struct cdnlink_verified v = {0};
	struct store_cdn_log *rows;
	uint8_t hash[32];
	size_t n;
	int r;

	do {
		if ((r = store_cdn_log_list(c->db, v.rows, A_PAGE, &c->arena, &rows, &n)) < 0)
			return r;
		for (size_t i = 0; i < n; i++) {
			hash_of(v.last, &rows[i], hash);
			if (rows[i].seq != v.rows + 1 || rows[i].hash.n != 32 ||
			    memcmp(rows[i].hash.p, hash, 32) != 0) {
				v.wrong = rows[i].seq;
				*ret = v;
				return 0;
			}
			memcpy(v.last, hash, sizeof(hash));
			v.rows++;
		}
	} while (n == A_PAGE);
	*ret = v;
	return 0;
}
