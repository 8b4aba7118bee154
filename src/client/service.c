/* service.c - MTProto's own messages, as a client acts on them: what must be sent again, and answers without rpc_result. */
#include <stdlib.h>

#include "base/err.h"
#include "client/private.h"
#include "mtproto/ids.h"

static bool names(const struct client_pending *p, int64_t msg_id)
{
	return p->msg_id == msg_id || p->outer_id == msg_id;
}

/* Under new ids, all that the notification's id stood for; a container's messages together again. */
static void send_again(struct client *c, int64_t bad_msg_id)
{
	struct client_pending *p, *tmp;
	bool held = c->held;

	c->held = true;
	HASH_ITER (hh, c->calls, p, tmp)
		if (p->msg_id && names(p, bad_msg_id) && p->resends < CLIENT_RESENDS_MAX) {
			p->resends++;
			client_transmit(c, p);
		}
	if (!held)
		client_release(c);
}

/* Those that the notification named and that cannot be mended. */
static void give_up(struct client *c, int64_t bad_msg_id, int32_t code)
{
	struct client_answer a = {.r = -ERR_INVALID, .code = code};
	struct client_pending *p, *tmp;
	int64_t last = c->next_handle;

	for (bool more = true; more && !c->freed;) {
		more = false;
		HASH_ITER (hh, c->calls, p, tmp) {
			if (p->handle <= last && p->msg_id && names(p, bad_msg_id)) {
				client_pending_end(c, p, &a);
				more = true;
				break;
			}
		}
	}
}

static void bad_msg(struct client *c, const struct client_message *m, bool salt)
{
	struct rd r = rd_of(m->body.p, m->body.n);
	int64_t bad, new_salt = 0;
	int32_t code;

	rd_u32(&r);
	bad = (int64_t)rd_u64(&r);
	rd_u32(&r);
	code = (int32_t)rd_u32(&r);
	if (salt)
		new_salt = (int64_t)rd_u64(&r);
	if (r.bad || (salt && (code != 48 || new_salt == 0))) {
		client_violate(c, "a malformed bad_msg_notification");
		return;
	}
	/* The codes that a server may use (mtproto.md 3.8): others make real clients give up. */
	if (!salt && code != 16 && code != 17 && code != 18 && code != 20 && code != 64)
		client_violate(c, "bad_msg_notification with code %d", (int)code);
	if (salt && !c->cfg.no_repair)
		c->salt = new_salt;
	if ((code == 16 || code == 17) && !c->cfg.no_repair) {
		client_set_clock_ahead(c, (m->msg_id >> 32) - clock_unix());
		c->last_outer = m->msg_id;
	}
	if ((salt || code == 16 || code == 17 || code == 20) && !c->cfg.no_repair)
		send_again(c, bad);
	else
		give_up(c, bad, code);
}

static void session_created(struct client *c, const struct client_message *m)
{
	struct rd r = rd_of(m->body.p, m->body.n);
	struct client_pending *p, *tmp;
	int64_t first, salt;

	rd_u32(&r);
	first = (int64_t)rd_u64(&r);
	rd_u64(&r);
	salt = (int64_t)rd_u64(&r);
	if (r.bad || salt == 0 || first == 0 || (m->msg_id & 3) != 3 || !(m->seq_no & 1)) {
		client_violate(c, "a malformed new_session_created");
		return;
	}
	if (!c->cfg.no_repair)
		c->salt = salt;
	/* The server lost what came before the session's first message. */
	HASH_ITER (hh, c->calls, p, tmp)
		if (p->msg_id && p->msg_id < first && p->resends < CLIENT_RESENDS_MAX) {
			p->resends++;
			client_transmit(c, p);
		}
}

static void bare_answer(struct client *c, const struct client_message *m, struct client_pending *p)
{
	struct client_answer a = {.body = m->body, .answer_id = m->msg_id};

	if ((m->msg_id & 3) != 1 || m->seq_no & 1)
		client_violate(c, "a bare answer with msg_id %% 4 = %d, seq_no %u", (int)(m->msg_id & 3),
		               m->seq_no);
	if (p)
		client_pending_end(c, p, &a);
}

/* destroy_session and destroy_auth_key are answered without the msg_id of the question. */
static struct client_pending *open_of(struct client *c, enum mt_id question)
{
	struct client_pending *p, *tmp;

	HASH_ITER (hh, c->calls, p, tmp)
		if (p->bare == (uint32_t)question && p->msg_id)
			return p;
	return NULL;
}

static struct client_pending *asked_by_first(struct client *c, struct slice body)
{
	struct rd r = rd_of(body.p, body.n);

	rd_u32(&r);
	return client_pending_by_id(c, (int64_t)rd_u64(&r));
}

bool client_service(struct client *c, const struct client_message *m, uint32_t id)
{
	switch ((enum mt_id)id) {
	case MT_new_session_created:
	case MT_bad_msg_notification:
	case MT_bad_server_salt:
	case MT_pong:
	case MT_future_salts:
	case MT_msgs_state_info:
	case MT_destroy_session_ok:
	case MT_destroy_session_none:
	case MT_destroy_auth_key_ok:
	case MT_destroy_auth_key_none:
	case MT_destroy_auth_key_fail:
	case MT_msgs_ack:
	case MT_msgs_all_info:
		break;
	default:
		return false;
	}
	if (c->cfg.ops && c->cfg.ops->service)
		c->cfg.ops->service(c->cfg.user, c, m);
	if (c->freed)
		return true;
	switch ((enum mt_id)id) {
	case MT_new_session_created:
		session_created(c, m);
		break;
	case MT_bad_msg_notification:
		bad_msg(c, m, false);
		break;
	case MT_bad_server_salt:
		bad_msg(c, m, true);
		break;
	case MT_pong:
	case MT_future_salts:
	case MT_msgs_state_info:
		bare_answer(c, m, asked_by_first(c, m->body));
		break;
	case MT_destroy_session_ok:
	case MT_destroy_session_none:
		bare_answer(c, m, open_of(c, MT_destroy_session));
		break;
	case MT_destroy_auth_key_ok:
	case MT_destroy_auth_key_none:
	case MT_destroy_auth_key_fail:
		bare_answer(c, m, open_of(c, MT_destroy_auth_key));
		break;
	case MT_msgs_all_info:
		client_violate(c, "msgs_all_info: no server sends that");
		break;
	default:
		break;
	}
	return true;
}
