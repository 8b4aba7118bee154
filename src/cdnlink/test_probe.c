/* test_probe.c - what a probe says of a node that answers, is silent, is slow, is damaged on its way, has another key, is gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/rd.h"
#include "cdnlink/probe.h"
#include "cdnlink/signs.h"
#include "client/handshake.h"
#include "mtproto/ids.h"
#include "transport/transport.h"

enum { DC = 203, OUR_KEY = 77 };

enum manner { FINE, SILENT, ONE_ONLY, TRICKLES, DAMAGED, WRONG_NONCE, OTHER_KEY, CLOSES };

struct fake {
	enum manner how;
	int listener;
	struct client_address at;
	pthread_t thread;
};

static void say(int fd, const struct buf *b, enum manner how)
{
	if (how == TRICKLES) /* as on a route of 1 KB/s */
		usleep((useconds_t)(b->n * 1000));
	if (send(fd, b->p, b->n, MSG_NOSIGNAL) < 0)
		return;
}

static void answer(int fd, struct transport *t, struct slice packet, enum manner how, unsigned nth)
{
	struct buf body = {0}, plain = {0}, out = {0};
	struct rd r = rd_of(packet.p, packet.n);

	rd_bytes(&r, 20 + 4); /* key, id, length; req_pq_multi */
	buf_u32(&body, (uint32_t)MT_resPQ);
	buf_put(&body, rd_bytes(&r, 16).p, 16);
	buf_put(&body, "a server's nonce", 16);
	buf_tl_bytes(&body, "\x17\xed\x48\x94\x1a\x08\xf9\x81", 8);
	buf_u32(&body, (uint32_t)MT_vector);
	buf_u32(&body, 1);
	buf_u64(&body, how == OTHER_KEY ? OUR_KEY + 1 : OUR_KEY);
	if (how == WRONG_NONCE && nth == 9)
		body.p[5] ^= 1;
	client_plain_packet(&plain, 1, buf_slice(&body));
	tr_put(t, &out, plain.p, plain.n);
	if (how == DAMAGED && nth == 3)
		out.p[0] ^= 0x40;
	if (how != SILENT && !(how == ONE_ONLY && nth > 0))
		say(fd, &out, how);
	buf_fini(&body);
	buf_fini(&plain);
	buf_fini(&out);
}

static void *serve(void *arg)
{
	struct fake *f = arg;
	int fd = accept(f->listener, NULL, NULL);
	struct transport t = {0};
	struct buf in = {0};
	struct tr_packet p;
	bool accepted = false;
	unsigned nth = 0;
	ssize_t n;

	while (f->how != CLOSES && (n = recv(fd, buf_reserve(&in, 4096), 4096, 0)) > 0) {
		in.n += (size_t)n;
		if (!accepted) {
			if (tr_accept(&t, NULL, &in) != 0)
				continue;
			accepted = true;
		} else {
			tr_decrypt(&t, in.p + in.n - n, (size_t)n);
		}
		while (tr_next(&t, &in, 0, &p) == 0) {
			answer(fd, &t, p.body, f->how, nth++);
			buf_consume(&in, p.used);
		}
	}
	tr_fini(&t);
	buf_fini(&in);
	close(fd);
	return NULL;
}

static void fake_start(struct fake *f, enum manner how)
{
	struct sockaddr_in *a = (struct sockaddr_in *)&f->at.a;
	socklen_t n = sizeof(*a);

	*f = (struct fake){.how = how};
	f->listener = socket(AF_INET, SOCK_STREAM, 0);
	a->sin_family = AF_INET;
	a->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(f->listener, (struct sockaddr *)a, n), 0);
	assert_int_equal(listen(f->listener, 4), 0);
	assert_int_equal(getsockname(f->listener, (struct sockaddr *)a, &n), 0);
	f->at.n = n;
	pthread_create(&f->thread, NULL, serve, f);
}

static void done(void *arg, enum probe_result r, unsigned msec)
{
	*(enum probe_result *)arg = r;
}

static bool is_done(void *arg)
{
	return *(enum probe_result *)arg != 0;
}

static enum probe_result probe(const struct client_address *at)
{
	static const int64_t keys[PROBE_KEYS] = {5, OUR_KEY};
	struct client_loop *loop = client_loop_new();
	enum probe_result r = 0;

	probe_start(loop, at, DC, keys, done, &r);
	client_loop_until(loop, is_done, &r, 10000000);
	client_loop_free(loop);
	return r;
}

static enum probe_result meet(enum manner how)
{
	enum probe_result r;
	struct fake f;

	fake_start(&f, how);
	r = probe(&f.at);
	pthread_join(f.thread, NULL);
	close(f.listener);
	return r;
}

static void test_manners(void **state)
{
	assert_int_equal(meet(FINE), PROBE_FINE);
	assert_int_equal(meet(SILENT), PROBE_SILENT);
	assert_int_equal(meet(ONE_ONLY), PROBE_SLOW);
	assert_int_equal(meet(TRICKLES), PROBE_SLOW);
	assert_int_equal(meet(DAMAGED), PROBE_DAMAGED);
	assert_int_equal(meet(WRONG_NONCE), PROBE_DAMAGED);
	assert_int_equal(meet(OTHER_KEY), PROBE_OTHER_KEY);
	assert_int_equal(meet(CLOSES), PROBE_UNREACHABLE);
}

static void test_nobody_there(void **state)
{
	struct fake f;

	fake_start(&f, FINE);
	assert_int_equal(probe(&f.at), PROBE_FINE);
	pthread_join(f.thread, NULL);
	close(f.listener);
	assert_int_equal(probe(&f.at), PROBE_UNREACHABLE);
}

static void test_from(void **state)
{
	struct sockaddr_in *from;
	struct fake f;

	fake_start(&f, FINE);
	from = (struct sockaddr_in *)&f.at.from;
	from->sin_family = AF_INET;
	from->sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1); /* 127.0.0.2 */
	f.at.from_n = sizeof(*from);
	assert_int_equal(probe(&f.at), PROBE_FINE);
	pthread_join(f.thread, NULL);
	close(f.listener);
	fake_start(&f, FINE);
	from->sin_family = AF_INET;
	from->sin_addr.s_addr = htonl(0xc6336401); /* TEST-NET-2: nobody's */
	f.at.from_n = sizeof(*from);
	assert_int_equal(probe(&f.at), PROBE_UNREACHABLE);
	shutdown(f.listener, SHUT_RDWR);
	pthread_join(f.thread, NULL);
	close(f.listener);
}

static void test_signs(void **state)
{
	struct signs s = {0};
	unsigned accounts, networks;

	assert_true(signs_network("192.0.2.1") == signs_network("192.0.2.200"));
	assert_true(signs_network("192.0.2.1") != signs_network("192.0.3.1"));
	assert_true(signs_network("2001:db8:1::1") == signs_network("2001:db8:1:ffff::2"));
	assert_true(signs_network("2001:db8:1::1") != signs_network("2001:db8:2::1"));
	assert_true(signs_network("") == 0);
	for (int i = 0; i < 100; i++) { /* one account, over and over */
		signs_add(&s, 7, 1, 1000000);
		signs_count(&s, 1000000, 60, &accounts, &networks);
		assert_int_equal(accounts, 1);
	}
	for (int i = 0; i < 100; i++) /* many accounts of one network */
		signs_add(&s, 100 + i, 1, 2000000 + i);
	signs_count(&s, 3000000, 60, &accounts, &networks);
	assert_int_equal(accounts, SIGNS_KEPT);
	assert_int_equal(networks, 1);
	signs_add(&s, 500, 2, 3000000);
	signs_count(&s, 3000000, 60, &accounts, &networks);
	assert_int_equal(networks, 2);
	signs_count(&s, 62500000, 60, &accounts, &networks);
	assert_int_equal(accounts, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_manners),
		cmocka_unit_test(test_nobody_there),
		cmocka_unit_test(test_from),
		cmocka_unit_test(test_signs),
	};

	signal(SIGPIPE, SIG_IGN);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
