/*
 * view.h - what a viewer sees of users: the only maker of User objects. Contact names, phone and status by privacy,
 * access hashes: all for one viewer. Gathers who is mentioned while something is composed, then makes them at once.
 * Threads: read lanes (or the write lane, with its transaction).
 */
#ifndef DOMAIN_USERS_VIEW_H
#define DOMAIN_USERS_VIEW_H

#include "rpc/app.h"
#include "rpc/call.h"

#define SERVICE_USER 777000 /* service notifications; a real row, verified and support (api.md 3.1) */

struct store_user;

struct view_file {
	int kind; /* enum peer_kind */
	int64_t id;
};

struct view_rank {
	int64_t peer, user;
	struct slice rank; /* absent: none */
};

struct view {
	struct rpc_call *c;
	int64_t viewer;
	int64_t *peers; /* ascending, in the call's arena: channels, groups, users */
	uint32_t n_peers, cap_peers;
	struct view_file *files; /* whose access hashes stand in it; of a crowd's view alone */
	uint32_t n_files, cap_files;
	struct view_rank *
		ranks; /* of members whose messages stand in it: each is asked for once (messages/content.c) */
	uint32_t n_ranks, cap_ranks;
	bool crowd; /* for many strangers at once: no status, chats are min */
};

/* The viewer is c->user_id. */
void view_init(struct view *v, struct rpc_call *c);
/* This peer is mentioned in what is being composed: he will be in users[] (or chats[]). 0 is ignored. */
void view_peer(struct view *v, int64_t peer);
/* An access hash of this file or set stands in what is being composed. */
void view_file(struct view *v, int kind, int64_t id);
/* users[] and chats[] of everything mentioned so far. */
int view_users(struct view *v, struct tl_vec *ret_users);
int view_chats(struct view *v, struct tl_vec *ret_chats);
int view_mentioned(struct view *v, struct tl_vec *ret_users, struct tl_vec *ret_chats); /* both */

/* First and last name as one, for where he is named without being linked. */
struct slice user_shown_name(struct arena *a, const struct store_user *u);
/* One user: tl_user, or tl_userEmpty for an id that never was. */
int user_view(struct rpc_call *c, int64_t viewer, int64_t id, struct tl_obj **ret);
/*
 * UserStatus of `id` as `viewer` may see it; NULL: none is shown. *ret_exact (may be NULL): times are told, nothing is
 * coarsened.
 */
int user_status_view(struct rpc_call *c, int64_t viewer, int64_t id, struct tl_obj **ret, bool *ret_exact);

#endif
