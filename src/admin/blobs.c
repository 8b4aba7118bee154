/* blobs.c - admin blobs check|repair|gc|stat. */
#include <stdio.h>

#include "admin/command.h"
#include "base/err.h"
#include "base/log.h"
#include "blob/upload.h"
#include "domain/media/contents.h"
#include "store/blob.h"

enum { FAULTS_SHOWN = 100 };

static const char *const words[] = {"fine", "missing", "damaged", "miscounted", "unknown", "lost"};

static void put(struct admin_call *a, const char *name, int64_t v)
{
	json_object_set_new(a->out, name, json_integer(v));
}

static void on_fault(void *arg, enum contents_fault f, const struct blob_id *id, int64_t files)
{
	struct admin_call *a = arg;
	json_t *rows = json_object_get(a->out, "rows");
	char hex[2 * BLOB_ID_SIZE + 1];

	if (json_array_size(rows) == FAULTS_SHOWN)
		return;
	for (int i = 0; i < BLOB_ID_SIZE; i++)
		sprintf(hex + 2 * i, "%02x", id->b[i]);
	if (!rows) {
		rows = json_array();
		json_object_set_new(a->out, "rows", rows);
	}
	json_array_append_new(rows, json_pack("{s:s,s:s,s:I}", "content", hex, "fault", words[f], "files",
	                                      (json_int_t)files));
}

static bool on_progress(void *arg, int64_t done, int64_t all)
{
	struct admin_call *a = arg;

	return a->progress(a->progress_arg, done, all);
}

static int check(struct admin_call *a, bool repair)
{
	struct contents_look look = {.app = a->app,
	                             .quick = json_is_true(json_object_get(a->in, "quick")),
	                             .repair = repair,
	                             .arg = a,
	                             .fault = on_fault,
	                             .progress = on_progress};
	struct contents_checked c;
	int64_t faults = 0;
	int r = contents_check(&look, &c);

	if (r < 0)
		return r;
	put(a, "contents", c.contents);
	put(a, "bytes", c.bytes);
	for (int f = CONTENTS_MISSING; f <= CONTENTS_LOST; f++) {
		put(a, words[f], c.faults[f]);
		faults += f == CONTENTS_LOST ? 0 : c.faults[f];
	}
	put(a, "unneeded", c.unneeded);
	put(a, "strays", c.strays);
	put(a, "stray_bytes", c.stray_bytes);
	if (repair)
		put(a, "mended", c.mended);
	else
		json_object_set_new(a->out, "clean", json_boolean(faults == 0));
	if (faults)
		log_event(LOG_WARNING, "contents",
		          "missing=%lld damaged=%lld miscounted=%lld unknown=%lld repaired=%s",
		          (long long)c.faults[CONTENTS_MISSING], (long long)c.faults[CONTENTS_DAMAGED],
		          (long long)c.faults[CONTENTS_MISCOUNTED], (long long)c.faults[CONTENTS_UNKNOWN],
		          repair ? "yes" : "no");
	return 0;
}

static int run_check(struct admin_call *a)
{
	return check(a, false);
}

static int run_repair(struct admin_call *a)
{
	return check(a, true);
}

static int run_gc(struct admin_call *a)
{
	struct contents_swept s = {0};
	int r = contents_sweep(a->app, clock_unix() + 1, 0, &s);

	for (int i = 0; r >= 0 && i < BLOB_FOLDERS; i++) {
		r = contents_sweep_strays(a->app, i, &s);
		if (r >= 0 && i % 16 == 15 && !a->progress(a->progress_arg, i + 1, BLOB_FOLDERS))
			r = -ERR_CLOSED;
	}
	put(a, "dropped", s.dropped);
	put(a, "bytes", s.bytes);
	put(a, "strays", s.strays);
	put(a, "stray_bytes", s.stray_bytes);
	return r;
}

struct on_disk {
	int64_t files, bytes;
};

static int add(void *arg, const struct blob_id *id, uint64_t disk_bytes)
{
	struct on_disk *d = arg;

	d->files++;
	d->bytes += (int64_t)disk_bytes;
	return 0;
}

static int read_stats(struct rpc_call *c, struct admin_call *a)
{
	struct store_blob_stats s;
	int r = store_blob_stats(c->db, &s);

	if (r < 0)
		return r;
	put(a, "contents", s.contents);
	put(a, "bytes", s.bytes);
	put(a, "references", s.files);
	put(a, "bytes_without_sharing", s.file_bytes);
	put(a, "unneeded", s.unneeded);
	put(a, "unneeded_bytes", s.unneeded_bytes);
	put(a, "lost", s.lost);
	return 0;
}

static int run_stat(struct admin_call *a)
{
	struct on_disk d = {0};
	struct upload_stat u;
	uint64_t room;
	int r = admin_read(a, read_stats);

	if (r < 0 || (r = blob_each(a->app->blobs, add, &d)) < 0 ||
	    (r = blob_disk_free(a->app->blobs, &room)) < 0)
		return r;
	upload_stats(a->app->blobs, &u);
	put(a, "files_on_disk", d.files);
	put(a, "disk_bytes", d.bytes);
	put(a, "disk_free_bytes", (int64_t)room);
	put(a, "uploads", (int64_t)u.uploads);
	put(a, "upload_bytes", (int64_t)u.bytes);
	json_object_set_new(a->out, "sealed", json_boolean(blob_is_sealed(a->app->blobs)));
	return 0;
}

const struct admin_command admin_blob_commands[] = {{"blobs check", run_check},
                                                    {"blobs repair", run_repair},
                                                    {"blobs gc", run_gc},
                                                    {"blobs stat", run_stat},
                                                    {0}};
