/* send.c - what leaves a client: ids and numbers of messages, wrappers, containers, packets, acknowledgements. */
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "client/private.h"
#include "mtproto/ids.h"

#define NAME "chapar client"

/* A fresh msg_id by our clock. */
static int64_t next_id(struct client *c)
{
	int64_t usec = clock_unix_usec() + c->ahead * 1000000;
	int64_t id = (usec / 1000000) << 32 | ((usec % 1000000) << 32) / 1000000;

	id &= ~(int64_t)3;
	if (id <= c->last_id)
		id = c->last_id + 4;
	c->last_id = id;
	return id;
}

uint32_t client_next_seq(struct client *c, bool content)
{
	return content ? c->content++ * 2 + 1 : c->content * 2;
}

void client_put_packet(struct client *c, int64_t msg_id, uint32_t seq_no, struct slice body)
{
	struct mt_packet m = {.salt = c->salt,
	                      .session_id = c->session_id,
	                      .msg_id = msg_id,
	                      .seq_no = seq_no,
	                      .body = body};
	const struct client_key *k = client_key_in_use(c);
	size_t n = mt_packet_size(body.n);
	uint8_t *p;

	if (!c->link)
		return;
	p = client_link_begin(c->link, n, false);
	mt_packet_seal(k->id, k->body, true, &m, p, n);
	if (c->keep_sent) {
		c->sent.n = 0;
		buf_put(&c->sent, p, n);
	}
	client_link_end(c->link);
}

static void put_ids(struct buf *b, uint32_t id, const int64_t *ids, uint32_t n)
{
	buf_u32(b, id);
	buf_u32(b, (uint32_t)MT_vector);
	buf_u32(b, n);
	for (uint32_t i = 0; i < n; i++)
		buf_u64(b, (uint64_t)ids[i]);
}

static struct client_out *gather(struct client *c, int64_t msg_id, uint32_t seq_no)
{
	if (c->n_out == c->cap_out) {
		c->cap_out = c->cap_out ? c->cap_out * 2 : 4;
		c->out = xrealloc(c->out, c->cap_out * sizeof(*c->out));
	}
	c->out[c->n_out] = (struct client_out){.msg_id = msg_id, .seq_no = seq_no};
	return &c->out[c->n_out++];
}

void client_out_clear(struct client *c)
{
	for (uint32_t i = 0; i < c->n_out; i++)
		buf_fini(&c->out[i].body);
	c->n_out = 0;
}

static void gather_acks(struct client *c)
{
	struct client_out *o;

	if (!c->n_acks)
		return;
	o = gather(c, next_id(c), client_next_seq(c, false));
	put_ids(&o->body, MT_msgs_ack, c->acks, c->n_acks);
	c->n_acks = 0;
	client_timer_clear(c->cfg.loop, &c->ack_timer);
}

/* What was gathered, in one packet: alone as itself, several in a container. */
static void send_gathered(struct client *c)
{
	struct buf b = {0};
	int64_t id;

	if (c->n_out == 1) {
		client_put_packet(c, c->out[0].msg_id, c->out[0].seq_no, buf_slice(&c->out[0].body));
		client_out_clear(c);
		return;
	}
	buf_u32(&b, MT_msg_container);
	buf_u32(&b, c->n_out);
	for (uint32_t i = 0; i < c->n_out; i++) {
		const struct client_out *o = &c->out[i];

		buf_u64(&b, (uint64_t)o->msg_id);
		buf_u32(&b, o->seq_no);
		buf_u32(&b, (uint32_t)o->body.n);
		buf_put(&b, o->body.p, o->body.n);
	}
	id = next_id(c);
	for (uint32_t i = 0; i < c->n_out; i++)
		if (c->out[i].of)
			c->out[i].of->outer_id = id;
	client_put_packet(c, id, client_next_seq(c, false), buf_slice(&b));
	buf_fini(&b);
	client_out_clear(c);
}

static void maybe_send(struct client *c)
{
	if ((c->held && c->n_out < CLIENT_CONTAINER_MAX - 1) || !c->n_out)
		return;
	gather_acks(c);
	send_gathered(c);
}

void client_release(struct client *c)
{
	c->held = false;
	maybe_send(c);
}

void client_ack(struct client *c)
{
	if (!c->n_acks || !c->link)
		return;
	gather_acks(c);
	maybe_send(c);
}

void client_owe_ack(struct client *c, int64_t msg_id)
{
	if (!c->acks)
		c->acks = xcalloc(CLIENT_ACKS_MAX, sizeof(*c->acks));
	c->acks[c->n_acks++] = msg_id;
	if (c->n_acks == CLIENT_ACKS_MAX)
		client_ack(c);
	else if (!c->ack_timer.at)
		client_timer_set(c->cfg.loop, &c->ack_timer, clock_usec() + CLIENT_ACK_USEC);
}

/* invokeWithLayer(layer, initConnection(..., query)): up to where the query follows. */
static void put_init(struct client *c, struct buf *b)
{
	const char *device = c->cfg.device ? c->cfg.device : NAME, *app = c->cfg.app ? c->cfg.app : "1.0";

	buf_u32(b, (uint32_t)MT_invokeWithLayer);
	buf_u32(b, (uint32_t)c->cfg.layer);
	buf_u32(b, (uint32_t)MT_initConnection);
	buf_u32(b, 0); /* flags: no proxy, no params */
	buf_u32(b, (uint32_t)(c->cfg.api_id ? c->cfg.api_id : 1));
	buf_tl_bytes(b, device, strlen(device));
	buf_tl_bytes(b, "Linux", 5);
	buf_tl_bytes(b, app, strlen(app));
	buf_tl_bytes(b, "en", 2);
	buf_tl_bytes(b, "", 0);
	buf_tl_bytes(b, "en", 2);
}

static void put_query(struct client *c, struct client_pending *p, struct buf *b)
{
	p->wrapped = !p->bare && !p->is_bind &&
	             (c->cfg.init == CLIENT_INIT_ALWAYS || (c->cfg.init == CLIENT_INIT_ONCE && !c->inited));
	if (p->is_bind) {
		client_bind_query(c, p->msg_id, b);
		return;
	}
	if (p->wrapped)
		put_init(c, b);
	if (!p->bare && c->cfg.without_updates)
		buf_u32(b, (uint32_t)MT_invokeWithoutUpdates);
	buf_put(b, p->query.p, p->query.n);
}

void client_transmit(struct client *c, struct client_pending *p)
{
	struct client_out *o;

	if (p->msg_id)
		HASH_DELETE(by_id, c->ids, p);
	p->msg_id = p->outer_id = next_id(c);
	HASH_ADD(by_id, c->ids, msg_id, sizeof(p->msg_id), p);
	o = gather(c, p->msg_id, client_next_seq(c, true));
	o->of = p;
	put_query(c, p, &o->body);
	maybe_send(c);
}

void client_transmit_waiting(struct client *c)
{
	struct client_pending *p, *tmp;

	HASH_ITER (hh, c->calls, p, tmp)
		if (!p->msg_id)
			client_transmit(c, p);
}

struct client_pending *client_pending_by_id(struct client *c, int64_t msg_id)
{
	struct client_pending *p;

	HASH_FIND(by_id, c->ids, &msg_id, sizeof(msg_id), p);
	return p;
}

void client_pending_free(struct client *c, struct client_pending *p)
{
	for (uint32_t i = 0; i < c->n_out; i++)
		if (c->out[i].of == p)
			c->out[i].of = NULL;
	HASH_DEL(c->calls, p);
	if (p->msg_id)
		HASH_DELETE(by_id, c->ids, p);
	buf_fini(&p->query);
	free(p);
}

void client_pending_end(struct client *c, struct client_pending *p, const struct client_answer *a)
{
	struct client_answer mine = *a;
	client_answer_fn *fn = p->fn;
	void *arg = p->arg;

	mine.msg_id = p->msg_id;
	mine.method = p->method;
	mine.layer = p->layer;
	client_pending_free(c, p);
	if (fn && !c->freed)
		fn(arg, c, &mine);
}

void client_end_all(struct client *c, int r)
{
	struct client_answer a = {.r = r};
	struct client_pending *p, *tmp;
	int64_t last = c->next_handle;

	/* What the callbacks call anew is not ended; what they cancel may be the next one: so by handle, from the first again. */
	for (bool more = true; more && !c->freed;) {
		more = false;
		HASH_ITER (hh, c->calls, p, tmp) {
			if (p->handle <= last) {
				client_pending_end(c, p, &a);
				more = true;
				break;
			}
		}
	}
}

struct client_pending *client_pending_new(struct client *c, uint16_t method, client_answer_fn *fn, void *arg)
{
	struct client_pending *p = xcalloc(1, sizeof(*p));

	p->handle = ++c->next_handle;
	p->method = method;
	p->fn = fn;
	p->arg = arg;
	p->layer = c->cfg.layer;
	HASH_ADD(hh, c->calls, handle, sizeof(p->handle), p);
	return p;
}

static int64_t call(struct client *c, uint16_t method, uint32_t bare, struct buf *query, client_answer_fn *fn,
                    void *arg)
{
	struct client_pending *p = client_pending_new(c, method, fn, arg);
	int64_t handle = p->handle;

	p->bare = bare;
	p->query = *query;
	if (c->stage == STAGE_READY)
		client_transmit(c, p);
	return handle;
}

int64_t client_call(struct client *c, const struct tl_obj *method, client_answer_fn *fn, void *arg)
{
	struct buf b = {0};
	int r = tl_encode_call(&b, method, tl_layer_serve(c->cfg.layer));

	if (r < 0) {
		buf_fini(&b);
		return r;
	}
	return call(c, method->name, 0, &b, fn, arg);
}

int64_t client_call_bytes(struct client *c, struct slice query, client_answer_fn *fn, void *arg)
{
	struct buf b = {0};

	buf_put(&b, query.p, query.n);
	return call(c, 0, 0, &b, fn, arg);
}

int64_t client_ask(struct client *c, struct slice question, client_answer_fn *fn, void *arg)
{
	struct rd r = rd_of(question.p, question.n);
	uint32_t id = rd_u32(&r);
	struct buf b = {0};

	switch ((enum mt_id)id) {
	case MT_ping:
	case MT_ping_delay_disconnect:
	case MT_get_future_salts:
	case MT_msgs_state_req:
	case MT_destroy_session:
	case MT_destroy_auth_key:
		buf_put(&b, question.p, question.n);
		return call(c, 0, id, &b, fn, arg);
	default:
		return -ERR_UNSUPPORTED;
	}
}

int64_t client_ping(struct client *c, client_answer_fn *fn, void *arg)
{
	struct buf b = {0};

	buf_u32(&b, MT_ping);
	buf_u64(&b, (uint64_t)c->next_handle);
	return call(c, 0, MT_ping, &b, fn, arg);
}

void client_cancel(struct client *c, int64_t handle)
{
	struct client_pending *p;

	HASH_FIND(hh, c->calls, &handle, sizeof(handle), p);
	if (p)
		client_pending_free(c, p);
}

void client_keep_sent(struct client *c, bool on)
{
	c->keep_sent = on;
	buf_fini(&c->sent);
}

struct slice client_last_sent(const struct client *c)
{
	return buf_slice(&c->sent);
}
