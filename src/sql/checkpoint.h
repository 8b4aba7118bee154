/* checkpoint.h - a thread that moves the write-ahead log into the database, so that no writer has to. */
#ifndef SQL_CHECKPOINT_H
#define SQL_CHECKPOINT_H

struct sql_checkpointer;
struct sql_db;

/* Opens a connection of its own. Thread: any. */
int sql_checkpointer_start(const char *path, struct sql_checkpointer **ret);
void sql_checkpointer_stop(struct sql_checkpointer *c); /* NULL is allowed */
/*
 * The writer, between two batches: above 64 MB the log begins anew. That needs the writer, and waits for a sync; so the thread
 * is first asked to move nearly all of it, until 128 MB, where the writer does it whatever it costs. Where a reader is in the
 * way (a backup), it is tried again every 4 MB.
 */
void sql_checkpointer_keep_small(struct sql_checkpointer *c, struct sql_db *writer);

#endif
