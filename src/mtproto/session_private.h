/* session_private.h - sessions: found, kept and dropped, and which messages they have seen. For the files of mtproto/ only. */
#ifndef MTPROTO_SESSION_PRIVATE_H
#define MTPROTO_SESSION_PRIVATE_H

#include "mtproto/private.h"

/* server.c */
/* The session of a key that takes its updates, or NULL. e may be NULL. */
struct mt_session *mt_taker_of(const struct mt_key_entry *e);
struct mt_loop *mt_home(struct mt_server *s, int64_t perm_key_id); /* where a key's sessions live */
uint64_t mt_new_serial(struct mt_loop *l);

/* session.c */
struct mt_session *mt_session_get(struct mt_loop *l, struct mt_key_entry *perm, struct mt_key_entry *temp,
                                  int64_t id);
struct mt_session *mt_session_find(struct mt_loop *l, int64_t key_id, int64_t id);
struct mt_session *mt_session_by_ref(struct mt_loop *l, struct mt_ref ref);
struct mt_ref mt_session_ref(const struct mt_session *s);
void mt_session_attach(struct mt_session *s, struct mt_conn *c);
void mt_session_busy(struct mt_session *s); /* the sweep looks at it from now on */
void mt_session_detach(struct mt_session *s, struct mt_conn *c);
void mt_session_free(struct mt_session *s);
void mt_session_reset(struct mt_session *s);                /* destroy_session: all but what was seen */
int64_t mt_session_next_id(struct mt_session *s, int kind); /* kind: 1 answer, 3 otherwise */
void mt_session_sweep(struct mt_loop *l, usec_t now, bool all);

/* Is somebody there to whom an update can be sent? */
static inline bool mt_session_is_live(const struct mt_session *s)
{
	return (s->n_conns || s->polls_until) && !s->no_updates;
}

/* msg_id.c */
enum mt_seen { MT_NEW, MT_DUPLICATE, MT_TOO_OLD };
enum mt_seen mt_seen_add(struct mt_session *s, int64_t msg_id);
bool mt_was_seen(const struct mt_session *s, int64_t msg_id);
/* Seconds above, their fraction below; the two lowest bits are 0. */
int64_t mt_id_at(int64_t unix_usec);
/* 0, or a bad_msg code (16, 17, 18) for the outermost msg_id. */
int mt_msg_id_check(int64_t msg_id);

#endif
