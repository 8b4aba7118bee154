/*
 * wrong_server.c - servers that speak MTProto and are wrong in one way, for the doctor to find. Arguments: dc, layer or deaf;
 * and a file for its public key. Prints its port, runs until it is killed. Keys live in memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cdn/keys.h"
#include "crypto/rsa.h"
#include "io/conn.h"
#include "io/listener.h"
#include "mtproto/server.h"
#include "tl/tl.h"
#include "transport/transport.h"

static struct {
	const char *kind;
	struct io_loop *loop;
	struct mt_server *mt;
} w;

static void call(void *ctx, const struct mt_call *c)
{
	struct tl_config f = {.o.name = TL_config, .this_dc = 2};
	struct buf b = {0};

	if (strcmp(w.kind, "deaf") == 0)
		return;
	if (strcmp(w.kind, "dc") == 0)
		f.this_dc = 4;
	f.dc_txt_domain_name = f.me_url_prefix = SLICE_LIT("");
	if (strcmp(w.kind, "layer") == 0 && c->layer < 200)
		mt_rpc_error(&b, 400, "CONNECTION_LAYER_INVALID");
	else if (tl_encode_result(&b, TL_help_getConfig, &f.o, tl_layer_serve(c->layer)) < 0)
		abort();
	mt_server_reply(w.mt, c->session, c->msg_id, &b, MT_REPLY_RAW);
}

static void key_online(void *ctx, int64_t key, int64_t user, int32_t layer, bool online)
{
}

static size_t look(void *ctx, const uint8_t *p, size_t n)
{
	return n < 4 ? 4 : 0;
}

static void take(void *ctx, struct io_loop *l, int fd, const char *ip, struct slice first)
{
	mt_server_adopt(w.mt, io_conn_new(l, fd, ip, NULL));
}

int main(int argc, char **argv)
{
	struct mt_keystore ks;
	struct mt_server_ops ops = {.call = call, .key_online = key_online};
	struct io_accept_ops accept = {.look = look, .take = take};
	struct rsa_key *rsa = rsa_key_generate();
	const struct rsa_key *keys[] = {rsa, NULL};
	struct mt_server_config cfg = {
		.loops = &w.loop, .n_loops = 1, .keys = &ks, .ops = &ops, .rsa = keys, .test_mode = true};
	struct io_listener *li;
	struct buf pem = {0};
	FILE *f;

	if (argc != 3 || io_loop_new(0, &w.loop) < 0)
		return 2;
	w.kind = argv[1];
	cdn_keys_bind(cdn_keys_new(64), &ks);
	rsa_public_pem(rsa, &pem);
	f = fopen(argv[2], "w");
	if (!f || fwrite(pem.p, 1, pem.n, f) != pem.n || fclose(f) != 0)
		return 2;
	if (mt_server_new(&cfg, &w.mt) < 0 || io_listener_open(&w.loop, 1, "127.0.0.1:0", &accept, &li) < 0)
		return 2;
	io_loop_start(w.loop);
	printf("%d\n", io_listener_port(li));
	fflush(stdout);
	io_loop_join(w.loop);
	return 0;
}
