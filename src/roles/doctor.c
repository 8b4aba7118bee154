/*
 * doctor.c - asks a server as a client would, on each transport (HTTP and WebSocket through a door), and says in plain words what is wrong: who answers there at
 * all, whether it has the key that clients were given, its clock, its data centre, its layers.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "client/wait.h"
#include "roles/door.h"
#include "roles/role.h"
#include "tl/tl.h"

enum { WITHIN = 5000000, CLOCK_GOOD = 5, CLOCK_BAD = 25, NEWEST = 228, OLDEST = 133 };

static const char help[] =
	"usage: chapar doctor HOST:PORT [--key PEM]\n"
	"Connects to a server as clients do, on each transport, and says what is wrong.\n"
	"  --key PEM   the server's public key as clients have it (./chapar-data/server.pub.pem)\n"
	"Exit code: 0 all is well, 1 something is wrong, 2 wrong usage.\n";

struct visit {
	struct client_loop *loop;
	const char *address;
	struct client_address to;
	struct rsa_key *key;
	bool key_given;
	bool told_keys, told_clock;
	int bad;
};

static void tell_keys(struct visit *v, struct client *c)
{
	size_t n;
	const int64_t *have = client_offered(c, &n);

	if (v->told_keys)
		return;
	v->told_keys = true;
	printf("  It has the key%s", n == 1 ? "" : "s");
	for (size_t i = 0; i < n; i++)
		printf(" %016llx", (unsigned long long)(uint64_t)have[i]);
	if (v->key_given)
		printf(", clients are given %016llx: copy server.pub.pem of its data folder to them.\n",
		       (unsigned long long)(uint64_t)rsa_fingerprint(v->key));
	else
		printf("; name its public key with --key to look further.\n");
}

static void tell_failure(struct visit *v, struct client *c, int r, int32_t code)
{
	size_t n;

	v->bad++;
	client_offered(c, &n);
	if (n && strstr(client_error(c), "RSA key")) {
		printf("MTProto, but another RSA key\n");
		tell_keys(v, c);
	} else if (code == -429) {
		printf("the server says that there are too many handshakes (-429): try again in a minute\n");
	} else if (code) {
		printf("transport error %d\n", code);
	} else if (r == -ERR_DENIED) {
		printf("nobody listens there: is the server running, and is this its address?\n");
	} else if (r == -ERR_TIMEOUT) {
		printf("no answer within %d s: a firewall, or no MTProto server\n", WITHIN / 1000000);
	} else if (r == -ERR_CLOSED || r == -ERR_INVALID) {
		printf("not MTProto: %s\n", *client_error(c) ? client_error(c) : "it closes the connection");
	} else {
		printf("%s%s%s\n", err_name(r), *client_error(c) ? ": " : "", client_error(c));
	}
}

static void tell_clock(struct visit *v, struct client *c)
{
	long long ahead = (long long)client_key(c)->server_ahead;
	long long off = ahead < 0 ? -ahead : ahead;

	if (v->told_clock || off < CLOCK_GOOD)
		return;
	v->told_clock = true;
	printf("  Its clock is off by %lld s (%s ours).%s\n", off, ahead > 0 ? "ahead of" : "behind",
	       off >= CLOCK_BAD ? " Set one of them right: clients whose clock is far off are refused until "
	                          "they adjust."
	                        : "");
	v->bad += off >= CLOCK_BAD;
}

/* help.getConfig at one layer: 0 or what went wrong, told. */
static int config(struct visit *v, struct client *c, int layer)
{
	struct tl_help_getConfig q = {.o.name = TL_help_getConfig};
	struct client_result x;
	int r;

	client_set_layer(c, layer);
	r = client_call_wait(c, &q.o, WITHIN, &x);
	if (r == -ERR_RPC)
		printf("layer %d: the server answers %d %.*s\n", layer, x.a.code, (int)x.a.text.n,
		       (const char *)x.a.text.p);
	else if (r == -ERR_TIMEOUT)
		printf("it shakes hands, but does not answer a call within %d s (layer %d)\n",
		       WITHIN / 1000000, layer);
	else if (r < 0)
		printf("layer %d: %s\n", layer, err_name(r));
	else if (x.decoded < 0 || !TL_IS(config, x.o))
		printf("layer %d is not supported: its configuration cannot be read\n", layer);
	else if (TL_AS(config, x.o)->this_dc != 2)
		printf("it believes to be data centre %d; clients were told 2\n",
		       TL_AS(config, x.o)->this_dc);
	else {
		client_result_fini(&x);
		return 0;
	}
	client_result_fini(&x);
	v->bad++;
	return -1;
}

/* One look: 0 if it was well, -ERR_DENIED if nobody listens there. The door, if there is one, is shut. */
static int look(struct visit *v, const char *name, enum client_transport tr, const struct client_address *to,
                struct door *door)
{
	struct client_config cfg = {.loop = v->loop,
	                            .to = *to,
	                            .transport = tr,
	                            .header_dc = 2,
	                            .auth = {.rsa = v->key, .inner = CLIENT_INNER_DC, .dc = 2},
	                            .layer = NEWEST,
	                            .init = CLIENT_INIT_ALWAYS,
	                            .app = "chapar doctor"};
	struct client *c = client_new(&cfg);
	const char *first;
	int32_t code = 0;
	int r;

	printf("%-24s ", name);
	fflush(stdout);
	r = client_connect_wait(c, WITHIN, &code);
	if (r < 0 && door)
		door_shut(door);
	if (r < 0 && door && *door_error(door)) {
		printf("%s\n", door_error(door));
		v->bad++;
	} else if (r < 0) {
		tell_failure(v, c, r, code);
	} else if (config(v, c, OLDEST) == 0 && config(v, c, NEWEST) == 0) {
		if (client_violations(c, &first)) {
			printf("answers, but not by the protocol: %s\n", first);
			v->bad++;
		} else {
			printf("well\n");
		}
		tell_clock(v, c);
	}
	client_free(c);
	return r;
}

static void look_through(struct visit *v, const char *name, enum door_kind kind, enum client_transport tr)
{
	struct door *door;
	int r = door_open(kind, v->address, &door);

	if (r < 0) {
		printf("%-24s %s\n", name, err_name(r));
		v->bad++;
		return;
	}
	look(v, name, tr, door_address(door), door);
	door_free(door);
}

static void visit(struct visit *v)
{
	for (int tr = 1; tr < CLIENT_TRANSPORTS; tr++)
		if (look(v, client_transport_name(tr), (enum client_transport)tr, &v->to, NULL) ==
		    -ERR_DENIED)
			return; /* no other transport can fare better */
	look_through(v, "http", DOOR_HTTP, CLIENT_INTERMEDIATE);
	look_through(v, "websocket", DOOR_WEBSOCKET, CLIENT_OBFUSCATED_INTERMEDIATE);
}

static int run(const char *address, const char *key)
{
	struct visit v = {.address = address, .key_given = true};
	int r;

	r = client_address_of(address, &v.to);
	if (r < 0) {
		fprintf(stderr, "chapar doctor: %s %s\n", address,
		        r == -ERR_NOTFOUND ? "is no name that can be resolved"
		                           : "is not of the form HOST:PORT");
		return EXIT_USAGE;
	}
	r = rsa_key_load_public(key ? key : "chapar-data/server.pub.pem", &v.key);
	if (r < 0 && key) {
		fprintf(stderr, "chapar doctor: %s: %s\n", key,
		        r == -ERR_INVALID
		                ? "is no RSA PUBLIC KEY in PEM; take server.pub.pem of the data folder"
		                : "cannot be read");
		return EXIT_USAGE;
	}
	if (r < 0) { /* far enough to hear which keys the server has */
		v.key_given = false;
		v.key = rsa_key_generate();
	}
	v.loop = client_loop_new();
	visit(&v);
	client_loop_free(v.loop);
	rsa_key_free(v.key);
	printf(v.bad ? "Something is wrong there.\n" : "All is well.\n");
	return v.bad ? EXIT_FAILED : EXIT_OK;
}

int role_doctor(int argc, char **argv)
{
	static const struct option longs[] = {
		{"key", required_argument, NULL, 'k'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	const char *key = NULL;
	int o;

	optind = 1;
	while ((o = getopt_long(argc, argv, "h", longs, NULL)) != -1)
		switch (o) {
		case 'k':
			key = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			return EXIT_OK;
		default:
			fputs(help, stderr);
			return EXIT_USAGE;
		}
	if (optind != argc - 1) {
		fputs(help, stderr);
		return EXIT_USAGE;
	}
	return run(argv[optind], key);
}
