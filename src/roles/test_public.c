/* test_public.c - the public address: who can reach it, and a name whose address changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "roles/public.h"

static _Atomic int
	answers; /* the name server of this test: another address each time; it fails at the third */

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **ret)
{
	struct {
		struct addrinfo ai;
		struct sockaddr_in a;
	} *x = calloc(1, sizeof(*x));
	int n = ++answers;

	if (n == 3 || strcmp(node, "nowhere") == 0) {
		free(x);
		return EAI_AGAIN;
	}
	x->a.sin_family = AF_INET;
	x->a.sin_addr.s_addr = htonl(0xc0000200u + (uint32_t)n); /* 192.0.2.n */
	x->ai.ai_addr = (struct sockaddr *)&x->a;
	x->ai.ai_addrlen = sizeof(x->a);
	*ret = &x->ai;
	return 0;
}

void freeaddrinfo(struct addrinfo *ai)
{
	free(ai);
}

static void forms(void **state)
{
	static const char *const wrong[] = {"",           "name",     "name:",   ":4430",       "name:0",
	                                    "name:65536", "name:44x", "name:-1", "nowhere:4430"};
	char ip[46];
	int port;

	answers = 10;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(public_resolve(wrong[i], ip, sizeof(ip), &port), -ERR_INVALID);
	answers = 10;
	assert_int_equal(public_resolve("name:4430", ip, sizeof(ip), &port), 0);
	assert_string_equal(ip, "192.0.2.11");
	assert_int_equal(port, 4430);
}

static void reach(void **state)
{
	static const struct {
		const char *ip;
		bool here;
		const char *says;
	} cases[] = {{"127.0.0.1", true, "only this machine can"},
	             {"::1", true, "only this machine can"},
	             {"203.0.113.7", true, "what forwards to it"},
	             {"127.0.0.1", false, "name its address"},
	             {"0.0.0.0", false, "an address that is none"},
	             {"::", false, "an address that is none"},
	             {"192.168.7.7", false, "this network"},
	             {"172.31.0.1", false, "this network"},
	             {"172.32.0.1", false, "everybody"},
	             {"fd12::1", false, "this network"},
	             {"fe80::1", false, "this network"},
	             {"2001:db8::1", false, "everybody"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_non_null(strstr(public_reach(cases[i].ip, cases[i].here), cases[i].says));
}

static struct {
	_Atomic int n;
	char ip[4][46];
} told;

static void found(void *arg, const char *ip, int port)
{
	assert_int_equal(port, 443);
	if (told.n < 4)
		strcpy(told.ip[told.n], ip);
	told.n++;
}

static void a_name_is_asked_again(void **state)
{
	struct public_watch *w;

	assert_null(public_watch_start("192.0.2.9:443", 1, found, NULL));
	assert_null(public_watch_start("[2001:db8::9]:443", 1, found, NULL));
	assert_null(public_watch_start("", 1, found, NULL));
	answers = 0;
	w = public_watch_start("name:443", 1, found, NULL);
	assert_non_null(w);
	for (int i = 0; i < 1000 && told.n < 3; i++)
		usleep(10000);
	public_watch_stop(w);
	assert_true(told.n >= 3);
	assert_string_equal(told.ip[0], "192.0.2.1");
	assert_string_equal(told.ip[1], "192.0.2.2");
	assert_string_equal(told.ip[2], "192.0.2.4"); /* the third time nobody answered */
	public_watch_stop(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(forms), cmocka_unit_test(reach),
	                                   cmocka_unit_test(a_name_is_asked_again)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
