/* checkpoint.h - a thread that moves the write-ahead log into the database, so that no writer has to. */
#ifndef SQL_CHECKPOINT_H
#define SQL_CHECKPOINT_H

struct sql_checkpointer;

/* Opens a connection of its own. Thread: any. */
int sql_checkpointer_start(const char *path, struct sql_checkpointer **ret);
void sql_checkpointer_stop(struct sql_checkpointer *c); /* NULL is allowed */

#endif
