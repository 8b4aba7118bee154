/* bind.c - auth.bindTempAuthKey: a temporary key shows that the permanent one stands behind it (mtproto.md 2.4). */
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/rd.h"
#include "crypto/aes.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "mtproto/call_private.h"
#include "mtproto/key_private.h"
#include "mtproto/out_private.h"
#include "mtproto/session_private.h"

enum { MESSAGE = 104, CIPHER = 80, PLAIN = 72, INNER = 40, SLACK = 300, EXPIRES_MIN = 60 };

struct bind {
	struct mt_loop *l;
	struct mt_ref session;
	int64_t msg_id, session_id, temp_id, perm_id, nonce;
	int32_t expires_at;
	unixtime_t expires;
	uint8_t message[MESSAGE];
	struct mt_key perm;
};

static void fail(struct bind *b, const char *text)
{
	struct mt_session *s = mt_session_by_ref(b->l, b->session);

	if (s)
		mt_answer_error(s, b->msg_id, 400, text);
	wipe(b, sizeof(*b));
	free(b);
}

/* Is the inner message what the permanent key's owner must have written for this very call? */
static bool is_genuine(const struct bind *b)
{
	uint8_t plain[CIPHER], key[32], iv[32], h[20];
	struct rd r;
	bool ok;

	mt_kdf_v1(b->perm.key, b->message + 8, 0, key, iv);
	aes_ige_decrypt(key, iv, b->message + 24, plain, CIPHER);
	sha1(plain, PLAIN, h);
	ok = equal_consttime(h + 4, b->message + 8, 16);
	r = rd_of(plain + 16, PLAIN - 16);
	ok &= (int64_t)rd_u64(&r) == b->msg_id;
	ok &= rd_u32(&r) == 0; /* seq_no */
	ok &= rd_u32(&r) == INNER;
	ok &= rd_u32(&r) == (uint32_t)MT_bind_auth_key_inner;
	ok &= (int64_t)rd_u64(&r) == b->nonce;
	ok &= (int64_t)rd_u64(&r) == b->temp_id;
	ok &= (int64_t)rd_u64(&r) == b->perm_id;
	ok &= (int64_t)rd_u64(&r) == b->session_id;
	ok &= (int32_t)rd_u32(&r) == b->expires_at;
	wipe(plain, sizeof(plain));
	return ok;
}

/* Both have been heard: nothing that either has seen is done again. */
static void take_seen(struct mt_session *s, const struct mt_session *from)
{
	for (uint32_t i = 0; i < from->n_seen; i++)
		mt_seen_add(s, from->seen[i]);
	if (from->seen_floor > s->seen_floor)
		s->seen_floor = from->seen_floor;
}

/*
 * The permanent key lives on another loop, and from here on its temporary one does. The session begins anew over there:
 * nothing but this call was done under it here, and that may be done twice.
 */
static void move_key(struct bind *b, struct mt_loop *to)
{
	struct mt_session *s = mt_session_by_ref(b->l, b->session);
	struct buf ok = {0};

	if (s) {
		buf_u32(&ok, (uint32_t)MT_boolTrue);
		mt_answer(s, b->msg_id, &ok, 0);
	}
	mt_key_forget(b->l, b->temp_id); /* what was said is flushed by it */
	mt_route_set(b->l, b->temp_id, to);
}

/* The session was made under the temporary key's own name; from here on it is the permanent key's. */
static void move_session(struct bind *b, struct mt_key_entry *temp)
{
	struct mt_session *old = mt_session_by_ref(b->l, b->session), *s;
	struct mt_key_entry *perm = mt_key_find(b->l, b->perm_id);
	struct buf ok = {0};

	temp->k.perm_id = b->perm_id;
	temp->k.expires = b->expires;
	if (!perm)
		perm = mt_key_put(b->l, &b->perm);
	if (!old)
		return;
	buf_u32(&ok, (uint32_t)MT_boolTrue);
	mt_answer(old, b->msg_id, &ok, 0);
	if (old->key == perm)
		return; /* bound again */
	s = mt_session_get(b->l, perm, temp, b->session_id);
	/* The new session goes on where the old one is: what was seen, our ids, and its connections. */
	s->created |= old->created;
	s->last_id = old->last_id > s->last_id ? old->last_id : s->last_id;
	s->content = old->content > s->content ? old->content : s->content;
	take_seen(s, old);
	mt_flush(b->l->io, b->l); /* the answer leaves by the old one */
	while (old->n_conns) {
		struct mt_conn *c = old->conns[0];

		mt_session_detach(old, c);
		mt_session_attach(s, c);
	}
	mt_session_free(old);
}

static void bound(void *arg, int r)
{
	struct bind *b = arg;
	struct mt_key_entry *temp = mt_key_find(b->l, b->temp_id);
	struct mt_loop *home = mt_home(b->l->s, b->perm_id);

	if (r == -ERR_EXISTS) {
		fail(b, "TEMP_AUTH_KEY_ALREADY_BOUND");
		return;
	}
	if (r < 0 || !temp || mt_key_is_gone(b->l, b->perm_id)) {
		/* Not ENCRYPTED_MESSAGE_INVALID: that costs the client its permanent key. */
		struct mt_session *s = mt_session_by_ref(b->l, b->session);

		if (s)
			mt_answer_error(s, b->msg_id, 500, "INTERNAL");
	} else if (home != b->l) {
		move_key(b, home);
	} else {
		move_session(b, temp);
	}
	wipe(b, sizeof(*b));
	free(b);
}

static void have_perm(void *arg, int r, const struct mt_key *k, const struct mt_client_info *info)
{
	struct bind *b = arg;
	struct mt_keystore *ks = &b->l->s->keys;
	struct mt_key_entry *temp = mt_key_find(b->l, b->temp_id);
	unixtime_t now = clock_unix();

	if (r == 0)
		b->perm = *k;
	if (r == -ERR_NOTFOUND || (r == 0 && (k->kind != MT_KEY_PERM || !is_genuine(b)))) {
		fail(b, "ENCRYPTED_MESSAGE_INVALID");
		return;
	}
	if (r < 0) {
		bound(b, r);
		return;
	}
	if (!temp || temp->k.kind != MT_KEY_TEMP) {
		fail(b, "TEMP_AUTH_KEY_EMPTY");
		return;
	}
	/* expires_at is by the client's clock: minutes of slack, and never longer than the key itself. */
	if (b->expires_at <= now - SLACK || b->expires_at > temp->k.expires + SLACK) {
		fail(b, "EXPIRES_AT_INVALID");
		return;
	}
	if (b->expires_at > temp->k.expires)
		b->expires = temp->k.expires;
	else
		b->expires = b->expires_at > now + EXPIRES_MIN ? b->expires_at : now + EXPIRES_MIN;
	ks->bind(ks->ctx, b->l->io, b->temp_id, b->perm_id, b->expires, bound, b);
}

void mt_bind(struct mt_session *s, int64_t msg_id, struct slice body)
{
	struct mt_keystore *ks = &s->l->s->keys;
	struct rd r = rd_of(body.p + 4, body.n - 4);
	struct mt_key_entry *e = s->temp ? s->temp : s->key, *perm;
	struct bind *b = xcalloc(1, sizeof(*b));
	struct slice message;
	int64_t named = 0;

	b->l = s->l;
	b->session = mt_session_ref(s);
	b->msg_id = msg_id;
	b->session_id = s->session_id;
	b->temp_id = e->k.id;
	b->perm_id = (int64_t)rd_u64(&r);
	b->nonce = (int64_t)rd_u64(&r);
	b->expires_at = (int32_t)rd_u32(&r);
	message = rd_tl_bytes(&r);
	if (!r.bad && message.n == MESSAGE)
		memcpy(&named, message.p, 8);
	if (e->k.kind != MT_KEY_TEMP) {
		fail(b, "TEMP_AUTH_KEY_EMPTY");
		return;
	}
	if (r.bad || message.n != MESSAGE || named != b->perm_id) {
		fail(b, "ENCRYPTED_MESSAGE_INVALID");
		return;
	}
	memcpy(b->message, message.p, MESSAGE);
	perm = mt_key_find(s->l, b->perm_id);
	if (perm)
		have_perm(b, 0, &perm->k, NULL);
	else
		ks->load(ks->ctx, s->l->io, b->perm_id, have_perm, b);
}
