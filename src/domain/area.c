/* area.c - see area.h. */
#include "domain/area.h"

#include "base/err.h"
#include "domain/auth/jobs.h"
#include "domain/channels/jobs.h"
#include "domain/chats/jobs.h"
#include "domain/media/media.h"
#include "domain/messages/clear.h"
#include "domain/messages/expire.h"
#include "domain/messages/heard.h"
#include "domain/messages/later.h"
#include "domain/messages/ttl.h"
#include "domain/messages/views.h"
#include "domain/media/jobs.h"
#include "domain/polls/poll.h"
#include "domain/reactions/react.h"
#include "domain/reactions/reactions.h"
#include "domain/search/index.h"
#include "domain/secret/secret.h"
#include "domain/sync/compose.h"
#include "domain/sync/jobs.h"
#include "domain/topics/jobs.h"
#include "domain/users/view.h"
#include "store/channel.h"
#include "store/user.h"
#include "updates/peer.h"

static int service_account(struct sql_db *db)
{
	struct store_user service = {.id = SERVICE_USER,
	                             .first = SLICE_LIT("Chapar"),
	                             .phone = SLICE_LIT("42777"),
	                             .flags = STORE_USER_SUPPORT | STORE_USER_VERIFIED};
	struct store_user had;
	struct arena a;
	int r;

	arena_init(&a, 0);
	r = store_user_load(db, SERVICE_USER, &a, &had);
	arena_fini(&a);
	if (r != -ERR_NOTFOUND)
		return r;
	r = store_phone_claim(db, service.phone, service.id); /* nobody signs up with it */
	return r < 0 ? r : store_user_insert(db, &service);
}

/* Boxes that were not indexed to their end when the server stopped. */
static int look_for_unindexed(struct sql_db *db)
{
	int64_t id;
	int r = store_job_drop(db, slice_str(SEARCH_JOB), 0);

	return r < 0 ? r : store_job_add(db, clock_unix(), slice_str(SEARCH_JOB), 0, (struct slice){0}, &id);
}

int domain_first_rows(struct sql_db *db)
{
	int r = service_account(db);

	return r < 0 ? r : look_for_unindexed(db);
}

int domain_compose(struct rpc_call *c, const struct upd_event *ev, size_t n, struct tl_obj **ret_updates)
{
	return sync_compose(c, ev, n, ret_updates);
}

int domain_compose_crowd(struct rpc_call *c, const struct upd_event *ev, size_t n, struct rpc_crowd *ret)
{
	return sync_compose_crowd(c, ev, n, ret);
}

int domain_channels_of(struct rpc_call *c, int64_t user, int64_t **ret, size_t *ret_n)
{
	int r = store_channels_of(c->db, user, &c->arena, ret, ret_n);

	for (size_t i = 0; r >= 0 && i < *ret_n; i++)
		(*ret)[i] = peer_channel((*ret)[i]);
	return r;
}

const char *domain_settings_wrong(const struct settings *s)
{
	const char *wrong = code_settings_wrong(s);

	return wrong ? wrong : media_settings_wrong(s);
}

const struct jobs_kind domain_jobs[] = {
	{.name = SEARCH_JOB, .slice = search_job_slice},
	{.name = CODE_JOB, .outside = code_job_send, .outside_seconds = CODE_JOB_SECONDS, .tries_max = 5},
	{.name = "prune", .slice = prune_job, .every_s = 3600},
	{.name = "used", .slice = used_job, .every_s = 600},
	{.name = "lifetime", .slice = lifetime_job, .every_s = 86400},
	{.name = EXPIRE_JOB, .slice = expire_job},
	{.name = "heard", .slice = heard_job, .every_s = 3600},
	{.name = "readers", .slice = channel_readers_job, .every_s = 3600},
	{.name = LATER_JOB, .slice = later_job},
	{.name = VIEWS_JOB, .slice = views_job, .every_s = VIEWS_JOB_EVERY},
	{.name = CLEAR_JOB, .slice = clear_job},
	{.name = TTL_JOB, .slice = ttl_job},
	{.name = FORUM_JOB, .slice = forum_job},
	{.name = TOPIC_MARKS_JOB, .slice = topic_marks_job},
	{.name = "files", .slice = media_forget_job, .every_s = 600},
	{.name = "contents",
         .outside = contents_job,
         .outside_seconds = CONTENTS_JOB_SECONDS,
         .every_s = 600},
	{.name = "strays",
         .outside = strays_job,
         .outside_seconds = CONTENTS_JOB_SECONDS,
         .slice = strays_job_next,
         .every_s = 86400},
	{.name = REACTIONS_JOB,
         .outside = reactions_job,
         .outside_seconds = REACTIONS_JOB_SECONDS,
         .tries_max = 3},
	{.name = UPLOADS_OF_JOB, .outside = uploads_of_job, .outside_seconds = CONTENTS_JOB_SECONDS},
	{.name = CHAT_DELIVER_JOB, .slice = chat_deliver_job},
	{.name = CHAT_CLOSE_JOB, .slice = chat_close_job},
	{.name = CHAT_CLEAR_JOB, .slice = chat_clear_job},
	{.name = CHAT_MIGRATE_JOB, .slice = chat_migrate_job},
	{.name = POLL_CLOSE_JOB, .slice = poll_close_job},
	{.name = "polls", .slice = polls_job, .every_s = 600},
	{.name = "reacted", .slice = reacted_job, .every_s = 600},
	{.name = "secret", .slice = secret_job, .every_s = 3600},
	{.name = CHANNEL_UNBAN_JOB, .slice = channel_unban_job},
	{.name = CHANNEL_CLOSE_JOB, .slice = channel_close_job},
	{.name = "channel-log", .slice = channel_log_job, .every_s = 3600},
	{.name = "log", .slice = log_job, .every_s = 86400},
	{0},
};
