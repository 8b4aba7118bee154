/* session.c - the life of (auth key, session_id): made by its first packet, fed by connections, forgotten when idle. */
#include <stdlib.h>

#include "base/counters.h"
#include "base/mem.h"
#include "mtproto/call_private.h"
#include "mtproto/key_private.h"
#include "mtproto/out_private.h"
#include "mtproto/session_private.h"

struct id_pair {
	int64_t key, session;
};

/* The hash key (key id, session id) must lie together: it is made of these two, in front of the handle. */
struct mt_session_box {
	struct id_pair id;
	struct mt_session s;
};

static struct id_pair *pair_of(struct mt_session *s)
{
	return &((struct mt_session_box *)((char *)s - offsetof(struct mt_session_box, s)))->id;
}

struct mt_session *mt_session_find(struct mt_loop *l, int64_t key_id, int64_t id)
{
	struct id_pair want = {key_id, id};
	struct mt_session *s;

	HASH_FIND(hh, l->sessions, &want, sizeof(want), s);
	return s;
}

struct mt_ref mt_session_ref(const struct mt_session *s)
{
	return (struct mt_ref){(uint16_t)s->l->index, (uint32_t)s->serial, (uint32_t)(s->serial >> 32)};
}

struct mt_session *mt_session_by_ref(struct mt_loop *l, struct mt_ref ref)
{
	uint64_t serial = (uint64_t)ref.gen << 32 | ref.slot;
	struct mt_session *s;

	HASH_FIND(by_serial, l->serials, &serial, sizeof(serial), s);
	return s;
}

/* What a dropped session has seen must not be done again for as long as it would pass the time check. */
static void remember_gone(struct mt_session *s)
{
	struct mt_key_entry *key = s->key;
	struct mt_gone *g;

	if (!s->n_seen)
		return;
	if (!key->gone_sessions)
		key->gone_sessions = xcalloc(MT_GONE_MAX, sizeof(*g));
	if (key->n_gone == MT_GONE_MAX)
		memmove(key->gone_sessions, key->gone_sessions + 1, --key->n_gone * sizeof(*g));
	g = &key->gone_sessions[key->n_gone++];
	*g = (struct mt_gone){s->session_id, s->seen[s->n_seen - 1], clock_usec() + MT_GONE_USEC};
}

static int64_t gone_floor(const struct mt_key_entry *key, int64_t session_id)
{
	usec_t now = key->n_gone ? clock_usec() : 0;
	int64_t floor = 0;

	for (unsigned i = 0; i < key->n_gone; i++)
		if (key->gone_sessions[i].session_id == session_id && key->gone_sessions[i].until > now)
			floor = key->gone_sessions[i].floor;
	return floor;
}

static void drop_idlest(struct mt_key_entry *key)
{
	struct mt_session *s, *idlest = NULL;

	for (s = key->sessions; s; s = s->next_of_key)
		if (!idlest || (!s->n_conns && idlest->n_conns) ||
		    (!s->n_conns == !idlest->n_conns && s->used < idlest->used))
			idlest = s;
	if (!idlest)
		return;
	remember_gone(idlest);
	mt_session_free(idlest);
}

struct mt_session *mt_session_get(struct mt_loop *l, struct mt_key_entry *perm, struct mt_key_entry *temp,
                                  int64_t id)
{
	struct mt_session *s = mt_session_find(l, perm->k.id, id);
	struct mt_session_box *box;

	if (s && s->temp == temp)
		return s;
	if (s) { /* the same session, now by another temporary key */
		if (s->temp)
			mt_key_unpin(l, s->temp);
		s->temp = temp;
		if (temp)
			mt_key_pin(temp);
		return s;
	}
	if (perm->n_sessions >= MT_SESSIONS_A_KEY)
		drop_idlest(perm);
	box = xcalloc(1, sizeof(*box));
	box->id = (struct id_pair){perm->k.id, id};
	s = &box->s;
	s->l = l;
	s->key = perm;
	s->temp = temp;
	mt_key_pin(perm);
	if (temp)
		mt_key_pin(temp);
	s->session_id = id;
	s->seen_floor = gone_floor(perm, id);
	s->serial = mt_new_serial(l);
	s->out_tail = &s->out;
	s->born = s->used = clock_usec();
	s->next_of_key = perm->sessions;
	perm->sessions = s;
	perm->n_sessions++;
	COUNT(l->s->cfg.counters, sessions);
	HASH_ADD_KEYPTR(hh, l->sessions, &box->id, sizeof(box->id), s);
	HASH_ADD(by_serial, l->serials, serial, sizeof(s->serial), s);
	return s;
}

/* A client that begins a session where it had another under the same key has left that one: Telethon, after a reconnect. */
static void leave_others(struct mt_session *s, struct mt_conn *c)
{
	for (unsigned i = c->n_sessions; i-- > 0;) {
		struct mt_session *other = c->sessions[i];

		if (other != s && other->key == s->key && other->temp == s->temp)
			mt_session_detach(other, c);
	}
}

void mt_session_attach(struct mt_session *s, struct mt_conn *c)
{
	unsigned i = 0;

	s->used = clock_usec();
	while (i < s->n_conns && s->conns[i] != c)
		i++;
	if (i < s->n_conns) { /* known: it spoke last now */
		memmove(s->conns + i, s->conns + i + 1, (s->n_conns - i - 1u) * sizeof(*s->conns));
		s->conns[s->n_conns - 1] = c;
		return;
	}
	leave_others(s, c);
	if (s->n_conns == MT_CONNS_A_SESSION)
		mt_session_detach(s, s->conns[0]);
	s->conns[s->n_conns++] = c;
	c->sessions = xrealloc(c->sessions, (c->n_sessions + 1u) * sizeof(*c->sessions));
	c->sessions[c->n_sessions++] = s;
	/* Updates there are taken for an error (mtproto.md 4.6). */
	if (c->media || mt_is_cdn(s->l->s, s->key->k.dc))
		s->no_updates = true;
	s->polls_until = c->post ? s->used + MT_POLL_GAP_USEC : 0;
	s->n_parked = 0;
	mt_bulk_resume(s);
	if (c->post) {
		mt_session_busy(s);
		mt_flush_later(s); /* what waited since its last request */
	} else if (s->n_conns == 1)
		mt_resend_all(s);
	mt_key_online(s->l, s->key);
}

static void drop_updates(struct mt_session *s)
{
	struct mt_out **p = &s->out, *o;

	while ((o = *p) != NULL) {
		if (o->keep) {
			p = &o->next;
			continue;
		}
		*p = o->next;
		mt_out_free(o);
	}
	s->out_tail = p;
}

void mt_session_detach(struct mt_session *s, struct mt_conn *c)
{
	for (unsigned i = 0; i < s->n_conns; i++)
		if (s->conns[i] == c) {
			memmove(s->conns + i, s->conns + i + 1, (s->n_conns - i - 1u) * sizeof(*s->conns));
			s->n_conns--;
			break;
		}
	for (unsigned i = 0; i < c->n_sessions; i++)
		if (c->sessions[i] == s) {
			c->sessions[i] = c->sessions[--c->n_sessions];
			break;
		}
	if (s->n_conns == 0) {
		s->used = clock_usec();
		if (c->post && s->polls_until)
			s->polls_until = s->used + MT_POLL_GAP_USEC;
		else
			drop_updates(s); /* the difference tells them better than a resend */
	}
	mt_key_online(s->l, s->key);
}

static void free_out(struct mt_session *s)
{
	struct mt_out *o, *next;

	for (o = s->out; o; o = next) {
		next = o->next;
		mt_out_free(o);
	}
	s->out = NULL;
	s->out_tail = &s->out;
	s->kept_bytes = 0;
	s->n_kept = 0;
}

void mt_session_busy(struct mt_session *s)
{
	struct mt_loop *l = s->l;

	if (s->prev_busy)
		return;
	s->next_busy = l->busy;
	s->prev_busy = &l->busy;
	if (s->next_busy)
		s->next_busy->prev_busy = &s->next_busy;
	l->busy = s;
}

static void unbusy(struct mt_session *s)
{
	if (!s->prev_busy)
		return;
	*s->prev_busy = s->next_busy;
	if (s->next_busy)
		s->next_busy->prev_busy = s->prev_busy;
	s->prev_busy = NULL;
}

void mt_session_reset(struct mt_session *s)
{
	free_out(s);
	mt_waiting_free(s);
	mt_bulk_free_all(s);
	s->created = false;
	s->n_acks = 0;
	s->wants_order = 0;
}

static void undirty(struct mt_session *s)
{
	struct mt_session **p = &s->l->dirty;

	while (s->dirty && *p && *p != s)
		p = &(*p)->next_dirty;
	if (s->dirty && *p)
		*p = s->next_dirty;
	s->dirty = false;
}

void mt_session_free(struct mt_session *s)
{
	struct mt_loop *l = s->l;
	struct mt_key_entry *key = s->key;
	struct mt_session **p = &key->sessions;

	while (s->n_conns)
		mt_session_detach(s, s->conns[0]);
	undirty(s);
	unbusy(s);
	while (*p != s)
		p = &(*p)->next_of_key;
	*p = s->next_of_key;
	key->n_sessions--;
	HASH_DEL(l->sessions, s);
	COUNT_ADD(l->s->cfg.counters, sessions, -1);
	HASH_DELETE(by_serial, l->serials, s);
	free_out(s);
	mt_waiting_free(s);
	mt_bulk_free_all(s);
	free(s->seen);
	free(s->acks);
	free(s->running);
	if (s->temp)
		mt_key_unpin(l, s->temp);
	mt_key_unpin(l, key);
	free(pair_of(s));
}

int64_t mt_session_next_id(struct mt_session *s, int kind)
{
	int64_t id = mt_id_at(clock_unix_usec());

	if (id <= s->last_id)
		id = (s->last_id & ~(int64_t)3) + 4;
	s->last_id = id | kind;
	return s->last_id;
}

static void look_at(struct mt_session *s, usec_t now)
{
	for (uint32_t i = 0; i < s->n_running; i++)
		if (!s->running[i].acked && now - s->running[i].since > MT_ACK_USEC) {
			s->running[i].acked = true;
			mt_send_ack(s, s->running[i].msg_id);
		}
	if (s->n_waiting)
		mt_waiting_sweep(s, now);
	while (s->out && s->out->keep && s->out->sent && now - s->out->at > MT_ANSWER_USEC)
		mt_acked(s, s->out->msg_id);
	if (!s->n_conns && s->polls_until && now > s->polls_until) {
		s->polls_until = 0;
		drop_updates(s);
		mt_key_online(s->l, s->key);
	}
	if (!s->n_running && !s->n_waiting && !s->out && !s->polls_until)
		unbusy(s);
}

/* Long calls are acknowledged, old answers forgotten; with `all`, sessions that nobody came back to are. */
void mt_session_sweep(struct mt_loop *l, usec_t now, bool all)
{
	struct mt_session *s, *next;

	for (s = l->busy; s; s = next) {
		next = s->next_busy;
		look_at(s, now);
	}
	if (!all)
		return;
	HASH_ITER (hh, l->sessions, s, next)
		if (!s->n_conns && now - s->used > MT_SESSION_IDLE_USEC && !s->n_running)
			mt_session_free(s);
}
