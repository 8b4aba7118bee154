/* main.c - the command line of chapar-bench. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/err.h"
#include "base/mem.h"
#include "benches/bench.h"

static const struct {
	const char *name;
	int (*run)(struct bench *b);
	const char *text;
} benches[] = {
	{"handshakes", bench_handshakes, "authorisation keys made a second"},
	{"pings", bench_pings, "pings answered a second"},
	{"messages", bench_messages, "messages a second, until the answer and until the receiver's update"},
	{"upload", bench_upload, "a file that goes up in parts, into Saved Messages"},
	{"download", bench_download,
         "the file that lies there last, over and over or once by each connection"},
	{"channel", bench_channel, "posts in a channel and in small groups, until the last one has them"},
	{"cdn-downloads", bench_cdn_downloads,
         "files of a channel, through CDN nodes where the server sends there; every byte is compared"},
	{"cdn-misses", bench_cdn_misses, "a thousand who miss one chunk of a small CDN node at once"},
	{"idle", bench_idle, "memory of sessions that are signed in, took one update and wait"},
};

enum { BENCHES = sizeof(benches) / sizeof(benches[0]) };

static const char help[] =
	"usage: chapar-bench BENCH [options]\n"
	"Loads a server that speaks MTProto and tells what it did: one figure a line.\n"
	"  --to HOST:PORT       the server (127.0.0.1:4430)\n"
	"  --key PEM            its public key (chapar-data/server.pub.pem)\n"
	"  --metrics HOST:PORT  its --http: then its processor time, memory and commits are told, too\n"
	"  --transport NAME     obfuscated-padded; or abridged, intermediate, padded, full, "
	"obfuscated-abridged,\n"
	"                       obfuscated-intermediate\n"
	"  --layer N            of the API (228)\n"
	"  --seconds N          that count (10); --warm N before them (2)\n"
	"  --clients N          connections; messages and idle: accounts (handshakes, upload, download 16, "
	"pings 64, messages 1000, idle 15000)\n"
	"  --first N            number of the first account: 0 is 99966 0 0000 (0)\n"
	"  --friends N          messages: partners of each account, at most 64 (10)\n"
	"  --window N           questions open at a time, in all (pings 64, messages 256) or of each "
	"connection (upload, download 2)\n"
	"  --rate N             messages: so many a second at random moments, however slow the answers are\n"
	"  --settle N           idle: seconds until memory is read (60)\n"
	"  --size N             upload: MiB of the file (100); --part N KiB at a time, download too (128)\n"
	"  --once               download: each connection takes all of it once; alone it compares every "
	"byte\n"
	"  --stall N            download: all ask, and nobody listens for so many seconds\n"
	"  --groups N           channel: small groups beside it (0); --members N of each (10)\n"
	"  --layers N           channel: spoken by its subscribers in turn, up to 5 (1)\n"
	"  --posts N            channel: that are measured (30)\n"
	"  --files N            cdn-downloads: in the channel (100), of about --part KiB (300)\n"
	"  --downloads N        cdn-downloads: each of --clients people (50) takes each file at most once "
	"(all)\n"
	"  --trace FILE         cdn-downloads: a line \"milliseconds dc bytes\" each 100 ms and source\n"
	"  --pid N              channel: the server's process, whose processor times are told\n"
	"channel wants a store that bench-fill filled, with as many ONLINE as --clients (10000).\n"
	"messages, idle, upload and download sign in with test numbers: the server must run with "
	"--test-numbers.\n"
	"Exit code: 0 done, 1 something failed, 2 wrong usage.\n";

enum opt {
	TO = 256,
	KEY,
	METRICS,
	TRANSPORT,
	LAYER,
	SECONDS,
	WARM,
	CLIENTS,
	FIRST,
	FRIENDS,
	WINDOW,
	RATE,
	SETTLE,
	SIZE,
	PART,
	ONCE,
	STALL,
	GROUPS,
	MEMBERS,
	LAYERS,
	POSTS,
	FILES,
	DOWNLOADS,
	TRACE,
	PID
};

static const struct option longs[] = {
	{"to", required_argument, NULL, TO},
	{"key", required_argument, NULL, KEY},
	{"metrics", required_argument, NULL, METRICS},
	{"transport", required_argument, NULL, TRANSPORT},
	{"layer", required_argument, NULL, LAYER},
	{"seconds", required_argument, NULL, SECONDS},
	{"warm", required_argument, NULL, WARM},
	{"clients", required_argument, NULL, CLIENTS},
	{"first", required_argument, NULL, FIRST},
	{"friends", required_argument, NULL, FRIENDS},
	{"window", required_argument, NULL, WINDOW},
	{"rate", required_argument, NULL, RATE},
	{"settle", required_argument, NULL, SETTLE},
	{"size", required_argument, NULL, SIZE},
	{"part", required_argument, NULL, PART},
	{"once", no_argument, NULL, ONCE},
	{"stall", required_argument, NULL, STALL},
	{"groups", required_argument, NULL, GROUPS},
	{"members", required_argument, NULL, MEMBERS},
	{"layers", required_argument, NULL, LAYERS},
	{"posts", required_argument, NULL, POSTS},
	{"files", required_argument, NULL, FILES},
	{"downloads", required_argument, NULL, DOWNLOADS},
	{"trace", required_argument, NULL, TRACE},
	{"pid", required_argument, NULL, PID},
	{"help", no_argument, NULL, 'h'},
	{"list", no_argument, NULL, 'l'},
	{NULL, 0, NULL, 0},
};

static bool number(const char *name, const char *text, unsigned max, unsigned *ret)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	if (!*text || *end || v > max || *text == '-') {
		bench_say("--%s %s: a number up to %u is wanted", name, text, max);
		return false;
	}
	*ret = (unsigned)v;
	return true;
}

static bool set_channel(struct bench_options *o, int opt, const char *v)
{
	switch (opt) {
	case GROUPS:
		return number("groups", v, 100000, &o->groups);
	case MEMBERS:
		return number("members", v, 1000, &o->members);
	case LAYERS:
		return number("layers", v, 5, &o->layers);
	case POSTS:
		return number("posts", v, 10000, &o->posts);
	case FILES:
		return number("files", v, 10000, &o->files);
	case DOWNLOADS:
		return number("downloads", v, 10000000, &o->downloads);
	case TRACE:
		o->trace = v;
		return true;
	case PID:
		return number("pid", v, 1u << 30, &o->pid);
	default:
		return false;
	}
}

static bool set(struct bench_options *o, int opt, const char *v)
{
	unsigned layer;

	switch (opt) {
	case TO:
		o->to = v;
		return true;
	case KEY:
		o->key = v;
		return true;
	case METRICS:
		o->metrics = v;
		return true;
	case TRANSPORT:
		o->transport = client_transport_named(v);
		if (!o->transport)
			bench_say("there is no transport \"%s\"", v);
		return o->transport != 0;
	case LAYER:
		if (!number("layer", v, TL_LAYER_MAX, &layer))
			return false;
		o->layer = (int)layer;
		return true;
	case SECONDS:
		return number("seconds", v, 86400, &o->seconds);
	case WARM:
		return number("warm", v, 86400, &o->warm);
	case CLIENTS:
		return number("clients", v, 200000, &o->clients);
	case FIRST:
		return number("first", v, 99999, &o->first);
	case FRIENDS:
		return number("friends", v, 64, &o->friends);
	case WINDOW:
		return number("window", v, 100000, &o->window);
	case RATE:
		return number("rate", v, 1000000, &o->rate);
	case SETTLE:
		return number("settle", v, 86400, &o->settle);
	case SIZE:
		return number("size", v, 4000, &o->size);
	case PART:
		return number("part", v, 1024, &o->part);
	case ONCE:
		o->once = true;
		return true;
	case STALL:
		return number("stall", v, 3600, &o->stall);
	default:
		return set_channel(o, opt, v);
	}
}

static void raise_files(void)
{
	struct rlimit rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) != 0)
		return;
	rl.rlim_cur = rl.rlim_max;
	setrlimit(RLIMIT_NOFILE, &rl);
}

/* BENCH_OK, or what is wrong, said. */
static int find_server(struct bench *b)
{
	int r = client_address_of(b->o.to, &b->to);

	if (r < 0) {
		bench_say("%s %s", b->o.to,
		          r == -ERR_NOTFOUND ? "is no name that can be resolved"
		                             : "is not of the form HOST:PORT");
		return BENCH_USAGE;
	}
	r = rsa_key_load_public(b->o.key, &b->rsa);
	if (r < 0)
		bench_say("%s: %s", b->o.key,
		          r == -ERR_INVALID
		                  ? "is no RSA PUBLIC KEY in PEM; take server.pub.pem of the data folder"
		                  : "cannot be read; --key names the server's public key");
	return r < 0 ? BENCH_USAGE : BENCH_OK;
}

static int run(const char *name, struct bench *b)
{
	unsigned i = 0;
	int code;

	while (i < BENCHES && strcmp(benches[i].name, name) != 0)
		i++;
	if (i == BENCHES) {
		bench_say("there is no bench \"%s\"; `chapar-bench --list` names them", name);
		return BENCH_USAGE;
	}
	code = find_server(b);
	if (code != BENCH_OK)
		return code;
	raise_files();
	b->loop = client_loop_new();
	code = benches[i].run(b);
	client_loop_free(b->loop);
	rsa_key_free(b->rsa);
	return code;
}

int main(int argc, char **argv)
{
	struct bench b = {.o = {.to = "127.0.0.1:4430",
	                        .key = "chapar-data/server.pub.pem",
	                        .transport = CLIENT_OBFUSCATED_PADDED,
	                        .layer = TL_LAYER_MAX,
	                        .seconds = 10,
	                        .warm = 2,
	                        .friends = 10,
	                        .settle = 60}};
	int o;

	mem_keep_freed(); /* or pages that come and go are a sixth of an upload's cost to whoever sends it */
	while ((o = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		switch (o) {
		case 'h':
			fputs(help, stdout);
			return BENCH_OK;
		case 'l':
			for (unsigned i = 0; i < BENCHES; i++)
				printf("%-12s %s\n", benches[i].name, benches[i].text);
			return BENCH_OK;
		case '?':
			bench_say("`chapar-bench --help` lists the options");
			return BENCH_USAGE;
		default:
			if (!set(&b.o, o, optarg))
				return BENCH_USAGE;
		}
	}
	if (optind != argc - 1) {
		bench_say(optind == argc ? "which bench? `chapar-bench --help` tells"
		                         : "one bench at a time; `chapar-bench --help` tells");
		return BENCH_USAGE;
	}
	return run(argv[optind], &b);
}
