/* checkpoint.h - a thread that moves the write-ahead log into the database, so that no writer has to. */
#ifndef SQL_CHECKPOINT_H
#define SQL_CHECKPOINT_H

struct sql_checkpointer;
struct sql_db;

/* Opens a connection of its own. Thread: any. */
int sql_checkpointer_start(const char *path, struct sql_checkpointer **ret);
void sql_checkpointer_stop(struct sql_checkpointer *c); /* NULL is allowed */
/*
 * The writer, between two batches: above 64 MB the log begins anew. That needs the writer, and waits for a sync of what is not moved
 * yet; so from 48 MB on the thread makes one pass after the other, and the writer does its part right behind a pass, when hardly
 * anything is left (256 KB at first, more as the log grows). At 128 MB it does so whatever it costs. Where a reader is in the way (a
 * backup), it is tried again every 4 MB.
 */
void sql_checkpointer_keep_small(struct sql_checkpointer *c, struct sql_db *writer);

#endif
