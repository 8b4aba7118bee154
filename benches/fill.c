/*
 * fill.c - bench-fill: fills the store of a server that does not run with a channel of many subscribers, small groups, and
 * accounts with auth keys that chapar-bench knows, faster than any client could make them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "benches/fill.h"
#include "domain/channels/rights.h"
#include "mtproto/keystore.h"
#include "store/auth_key.h"
#include "store/authorization.h"
#include "store/channel.h"
#include "store/user.h"

enum { A_COMMIT = 10000 };

static const char usage[] = "usage: bench-fill DATABASE SUBSCRIBERS ONLINE GROUPS SIZE MANY\n"
			    "Writes into DATABASE, chapar.db of a server that is not running: a channel of\n"
			    "so many subscribers, of whom the first ONLINE and one more have auth keys; so\n"
			    "many groups of SIZE of them; that one more is in the first MANY groups, too.\n"
			    "For benches only: everybody knows these keys.\n";

struct fill {
	struct sql_db *db;
	unsigned subscribers, online, groups, size, many;
	unsigned rows; /* of the batch */
	unixtime_t now;
};

static void check(int r, const char *what)
{
	if (r >= 0)
		return;
	fprintf(stderr, "bench-fill: %s: %s\n", what, err_name(r));
	exit(1);
}

static void row_written(struct fill *f)
{
	if (++f->rows % A_COMMIT)
		return;
	check(sql_commit(f->db), "commit");
	check(sql_begin(f->db), "begin");
}

static void add_user(struct fill *f, unsigned account)
{
	char name[24];
	int n = snprintf(name, sizeof(name), "Subscriber %u", account);
	struct store_user u = {.id = BENCH_FILL_USER + account,
	                       .first = slice_of(name, (size_t)n),
	                       .last = SLICE_LIT(""),
	                       .created = f->now,
	                       .seen = f->now};

	check(store_user_insert(f->db, &u), "an account");
	row_written(f);
}

static void add_key(struct fill *f, unsigned account)
{
	struct store_auth_key k = {.kind = MT_KEY_PERM, .dc = 2, .created = f->now};
	struct store_authorization z = {.user_id = BENCH_FILL_USER + account,
	                                .created = f->now,
	                                .active = f->now,
	                                .api_id = 1,
	                                .device = SLICE_LIT("bench"),
	                                .system = SLICE_LIT(""),
	                                .app = SLICE_LIT("chapar-bench"),
	                                .ip = SLICE_LIT("127.0.0.1"),
	                                .country = SLICE_LIT("")};

	bench_fill_key(account, k.body, &k.id);
	k.user_id = z.user_id;
	z.key_id = z.hash = k.id;
	check(store_auth_key_insert(f->db, &k), "a key");
	check(store_auth_key_set_user(f->db, k.id, k.user_id), "a key's user");
	check(store_authorization_put(f->db, &z), "an authorisation");
	row_written(f);
}

static struct store_channel new_channel(struct fill *f, unsigned creator, int flags, struct slice title)
{
	struct store_channel c = {.creator = BENCH_FILL_USER + creator,
	                          .title = title,
	                          .about = SLICE_LIT(""),
	                          .date = f->now,
	                          .flags = flags};

	check(store_channel_insert(f->db, &c), "a channel");
	return c;
}

static void add_member(struct fill *f, struct store_channel *c, unsigned account)
{
	struct store_channel_member m = {.channel = c->id,
	                                 .user = BENCH_FILL_USER + account,
	                                 .role = STORE_CHANNEL_MEMBER,
	                                 .date = f->now};

	if (m.user == c->creator) {
		m.role = STORE_CHANNEL_CREATOR;
		m.rights = ADMIN_ALL & ~ADMIN_ANONYMOUS;
	}
	check(store_channel_member_put(f->db, c, &m), "a member");
	row_written(f);
}

static void add_group(struct fill *f, unsigned group)
{
	struct store_channel c;
	char title[24];
	int n = snprintf(title, sizeof(title), "Group %u", group);

	c = new_channel(f, bench_fill_member(group, f->size, 0, f->online), STORE_CHANNEL_MEGAGROUP,
	                slice_of(title, (size_t)n));
	for (unsigned i = 0; i < f->size; i++)
		add_member(f, &c, bench_fill_member(group, f->size, i, f->online));
	if (group < f->many)
		add_member(f, &c, f->online);
}

static unsigned number(const char *text)
{
	return (unsigned)strtoul(text, NULL, 10);
}

int main(int argc, char **argv)
{
	struct store_channel c;
	struct fill f = {0};

	if (argc != 7) {
		fputs(usage, argc == 2 && strcmp(argv[1], "--help") == 0 ? stdout : stderr);
		return argc == 2 && strcmp(argv[1], "--help") == 0 ? 0 : 2;
	}
	f.subscribers = number(argv[2]);
	f.online = number(argv[3]);
	f.groups = number(argv[4]);
	f.size = number(argv[5]);
	f.many = number(argv[6]);
	f.now = time(NULL);
	if (!f.online || f.subscribers <= f.online || f.size > f.online) {
		fputs(usage, stderr);
		return 2;
	}
	check(sql_open(argv[1], SQL_WRITER, &f.db), argv[1]);
	check(sql_begin(f.db), "begin");
	for (unsigned i = 0; i < f.subscribers; i++)
		add_user(&f, i);
	for (unsigned i = 0; i <= f.online; i++)
		add_key(&f, i);
	c = new_channel(&f, 0, STORE_CHANNEL_BROADCAST, SLICE_LIT("The channel"));
	for (unsigned i = 0; i < f.subscribers; i++)
		add_member(&f, &c, i);
	for (unsigned i = 0; i < f.groups; i++)
		add_group(&f, i);
	check(sql_commit(f.db), "commit");
	sql_close(f.db);
	return 0;
}
