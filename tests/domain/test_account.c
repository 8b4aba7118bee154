/* test_account.c - what an account keeps on the server, asks and says beside its chats: settings, folders, reports, read dates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "room.h"
#include "sql/sql.h"
#include "store/phone_code.h"
#include "store/setting.h"
#include "talk.h"

struct s {
	struct world *w;
	struct person a, b;
};

static int setup(void **state)
{
	struct s *s = calloc(1, sizeof(*s));

	s->w = world_new();
	s->a = world_person(s->w, "9996610001", "Ann", "");
	s->b = world_person(s->w, "9996620002", "Bob", "Brown");
	*state = s;
	return 0;
}

static struct tl_vec_int ints(struct s *s, int32_t a, int32_t b)
{
	int32_t *v = ARENA_ARRAY(world_arena(s->w), int32_t, 2);

	v[0] = a;
	v[1] = b;
	return (struct tl_vec_int){v, b ? 2 : 1};
}

static struct tl_userFull *full(struct s *s, struct person who, struct person whom)
{
	struct tl_users_getFullUser *q = Q(s, users_getFullUser);

	q->id = world_user(s->w, who, whom.id);
	return TL_AS(userFull, TL_AS(users_userFull, talk_call(s->w, who, &q->o))->full_user);
}

static void hide_reads(struct s *s, struct person p, bool hide)
{
	struct tl_account_setGlobalPrivacySettings *q = Q(s, account_setGlobalPrivacySettings);
	struct tl_account_setPrivacy *privacy = Q(s, account_setPrivacy);
	struct tl_globalPrivacySettings *g = Q(s, globalPrivacySettings);

	g->hide_read_marks = hide;
	q->settings = &g->o;
	talk_call(s->w, p, &q->o);
	privacy->key = &Q(s, inputPrivacyKeyStatusTimestamp)->o;
	privacy->rules = tl_vec_new(world_arena(s->w), 1);
	privacy->rules.v[0] = hide ? &Q(s, inputPrivacyValueDisallowAll)->o
	                           : &Q(s, inputPrivacyValueAllowAll)->o;
	talk_call(s->w, p, &privacy->o);
}

static int make_old(struct rpc_call *c, void *arg)
{
	struct sql_stmt *q = sql_prepare(c->db, "UPDATE msg SET date = $2 WHERE owner = $1");

	sql_bind_int(q, 1, *(int64_t *)arg);
	sql_bind_int(q, 2, c->now - 8 * 86400);
	return sql_run(q);
}

static void test_read_date(void **state)
{
	struct s *s = *state;
	int32_t first = talk_say(s->w, s->a, s->b, "one"), second = talk_say(s->w, s->a, s->b, "two"),
		foreign;
	struct tl_messages_getOutboxReadDate *q = Q(s, messages_getOutboxReadDate);
	struct tl_messages_readHistory *read = Q(s, messages_readHistory);
	struct tl_obj *o;

	q->peer = world_peer(s->w, s->a, s->b.id);
	q->msg_id = first;
	talk_refused(s->w, s->a, &q->o, "400 MESSAGE_NOT_READ_YET");
	read->peer = world_peer(s->w, s->b, s->a.id);
	read->max_id = talk_top(s->w, s->b, s->a) - 1;
	talk_call(s->w, s->b, &read->o);
	o = talk_call(s->w, s->a, &q->o);
	assert_true(labs(TL_AS(outboxReadDate, o)->date - (long)clock_unix()) <= 2);
	q->msg_id = second;
	talk_refused(s->w, s->a, &q->o, "400 MESSAGE_NOT_READ_YET");
	read->max_id = 0;
	talk_call(s->w, s->b, &read->o);
	talk_call(s->w, s->a, &q->o);
	talk_say(s->w, s->b, s->a, "three");
	foreign = talk_top(s->w, s->a, s->b);
	q->msg_id = foreign;
	talk_refused(s->w, s->a, &q->o, "400 MESSAGE_ID_INVALID");
	q->msg_id = 9999;
	talk_refused(s->w, s->a, &q->o, "400 MESSAGE_ID_INVALID");
	q->msg_id = first;
	/* Who hides his does not tell; and does not hear. */
	assert_false(full(s, s->a, s->b)->read_dates_private);
	hide_reads(s, s->b, true);
	talk_refused(s->w, s->a, &q->o, "403 USER_PRIVACY_RESTRICTED");
	assert_true(full(s, s->a, s->b)->read_dates_private);
	hide_reads(s, s->b, false);
	hide_reads(s, s->a, true);
	talk_refused(s->w, s->a, &q->o, "403 YOUR_PRIVACY_RESTRICTED");
	hide_reads(s, s->a, false);
	talk_call(s->w, s->a, &q->o);
	assert_int_equal(world_write(s->w, make_old, &s->a.id), 0);
	talk_refused(s->w, s->a, &q->o, "400 MESSAGE_TOO_OLD");
}

static int last_report(struct rpc_call *c, void *arg)
{
	struct slice *keys, *values;
	size_t n;
	int r = store_setting_list(c->db, 0, "report.", 100, &c->arena, &keys, &values, &n);

	*(char *)arg = '\0';
	for (size_t i = 0; r == 0 && i < n; i++) {
		snprintf(arg, 200, "%.*s", (int)values[i].n, (const char *)values[i].p);
		r = store_setting_delete(c->db, 0, (const char *)keys[i].p);
	}
	return r;
}

static const char *reported(struct s *s)
{
	static char text[200];

	assert_int_equal(world_write(s->w, last_report, text), 0);
	return text;
}

static void test_report(void **state)
{
	struct s *s = *state;
	struct tl_messages_report *q = Q(s, messages_report);
	struct tl_account_reportPeer *person = Q(s, account_reportPeer);
	struct tl_reportResultChooseOption *options;
	struct tl_obj *o;
	int32_t id;
	char want[64];

	talk_say(s->w, s->b, s->a, "buy this");
	id = talk_top(s->w, s->a, s->b);
	q->peer = world_peer(s->w, s->a, s->b.id);
	q->message = q->option = SLICE_LIT("");
	q->id = ints(s, id, id + 1000);
	talk_refused(s->w, s->a, &q->o, "400 MESSAGE_ID_INVALID");
	q->id = ints(s, id, 0);
	options = TL_AS(reportResultChooseOption, talk_call(s->w, s->a, &q->o));
	assert_non_null(options);
	assert_true(options->options.n > 3);
	assert_string_equal(reported(s), "");
	q->option = SLICE_LIT("none of these");
	talk_refused(s->w, s->a, &q->o, "400 OPTION_INVALID");
	q->option = SLICE_LIT("other");
	o = talk_call(s->w, s->a, &q->o);
	assert_true(TL_IS(reportResultAddComment, o));
	q->message = SLICE_LIT("rude");
	o = talk_call(s->w, s->a, &q->o);
	assert_true(TL_IS(reportResultReported, o));
	snprintf(want, sizeof(want), "other,%d rude", id);
	assert_string_equal(reported(s), want);
	q->option = TL_AS(messageReportOption, options->options.v[0])->option;
	q->message = SLICE_LIT("");
	o = talk_call(s->w, s->a, &q->o);
	assert_true(TL_IS(reportResultReported, o));
	snprintf(want, sizeof(want), "spam,%d ", id);
	assert_string_equal(reported(s), want);
	person->peer = q->peer;
	person->reason = &Q(s, inputReportReasonFake)->o;
	person->message = SLICE_LIT("not me");
	talk_call(s->w, s->a, &person->o);
	assert_string_equal(reported(s), "inputReportReasonFake not me");
}

/* An admin of a supergroup tells of what a member wrote there; nobody else's message is taken for his. */
static void test_report_spam(void **state)
{
	struct s *s = *state;
	struct tl_channels_reportSpam *q = Q(s, channels_reportSpam);
	int64_t room = room_create(s->w, s->a, false);
	struct tl_obj *said;
	char want[64];
	int32_t id;

	room_invite(s->w, s->a, room, s->b);
	said = talk_update(talk_call(s->w, s->b, room_say_q(s->w, s->b, room, "buy this")),
	                   TL_updateNewChannelMessage);
	id = TL_AS(message, TL_AS(updateNewChannelMessage, said)->message)->id;
	q->channel = world_channel(s->w, s->a, room);
	q->participant = world_peer(s->w, s->a, s->b.id);
	q->id = ints(s, id, 0);
	talk_call(s->w, s->a, &q->o);
	snprintf(want, sizeof(want), "spam,%d ", id);
	assert_string_equal(reported(s), want);
	q->participant = world_peer(s->w, s->a, s->a.id);
	talk_refused(s->w, s->a, &q->o, "400 MESSAGE_ID_INVALID");
	assert_string_equal(reported(s), "");
}

static void test_kept(void **state)
{
	struct s *s = *state;
	struct tl_account_saveAutoDownloadSettings *down = Q(s, account_saveAutoDownloadSettings);
	struct tl_account_saveAutoSaveSettings *save = Q(s, account_saveAutoSaveSettings);
	struct tl_account_setContentSettings *content = Q(s, account_setContentSettings);
	struct tl_account_updateDeviceLocked *lock = Q(s, account_updateDeviceLocked);
	struct tl_autoDownloadSettings *d = Q(s, autoDownloadSettings);
	struct tl_autoSaveSettings *a = Q(s, autoSaveSettings);
	struct tl_account_autoDownloadSettings *all;
	struct tl_account_autoSaveSettings *kept;
	struct tl_autoSaveException *e;

	all = TL_AS(account_autoDownloadSettings,
	            talk_call(s->w, s->a, &Q(s, account_getAutoDownloadSettings)->o));
	assert_int_equal(TL_AS(autoDownloadSettings, all->low)->video_size_max, 0);
	d->disabled = true;
	d->photo_size_max = 7;
	down->settings = &d->o;
	down->high = true;
	talk_call(s->w, s->a, &down->o);
	all = TL_AS(account_autoDownloadSettings,
	            talk_call(s->w, s->a, &Q(s, account_getAutoDownloadSettings)->o));
	assert_true(TL_AS(autoDownloadSettings, all->high)->disabled);
	assert_false(TL_AS(autoDownloadSettings, all->medium)->disabled);
	all = TL_AS(account_autoDownloadSettings,
	            talk_call(s->w, s->b, &Q(s, account_getAutoDownloadSettings)->o));
	assert_false(TL_AS(autoDownloadSettings, all->high)->disabled);

	a->photos = true;
	save->settings = &a->o;
	talk_refused(s->w, s->a, &save->o, "400 PEER_ID_INVALID");
	save->users = true;
	talk_call(s->w, s->a, &save->o);
	save->users = false;
	save->peer = world_peer(s->w, s->a, s->b.id);
	talk_call(s->w, s->a, &save->o);
	kept = TL_AS(account_autoSaveSettings, talk_call(s->w, s->a, &Q(s, account_getAutoSaveSettings)->o));
	assert_true(TL_AS(autoSaveSettings, kept->users_settings)->photos);
	assert_false(TL_AS(autoSaveSettings, kept->chats_settings)->photos);
	assert_int_equal(kept->exceptions.n, 1);
	e = TL_AS(autoSaveException, kept->exceptions.v[0]);
	assert_true(TL_AS(peerUser, e->peer)->user_id == s->b.id &&
	            TL_AS(autoSaveSettings, e->settings)->photos);
	assert_non_null(world_find_user(kept->users, s->b.id));
	talk_call(s->w, s->a, &Q(s, account_deleteAutoSaveExceptions)->o);
	kept = TL_AS(account_autoSaveSettings, talk_call(s->w, s->a, &Q(s, account_getAutoSaveSettings)->o));
	assert_int_equal(kept->exceptions.n, 0);

	talk_call(s->w, s->a, &content->o);
	content->sensitive_enabled = true;
	talk_refused(s->w, s->a, &content->o, "403 SENSITIVE_CHANGE_FORBIDDEN");
	lock->period = 60;
	talk_call(s->w, s->a, &lock->o);
	lock->period = 0;
	talk_call(s->w, s->a, &lock->o);
	talk_call(s->w, s->a, &lock->o);
}

static void test_screenshot(void **state)
{
	struct s *s = *state;
	struct tl_messages_sendScreenshotNotification *q = Q(s, messages_sendScreenshotNotification);
	struct tl_updateNewMessage *u;
	struct tl_messageService *m;
	struct tl_obj *o, *again;

	q->peer = world_peer(s->w, s->a, s->b.id);
	q->reply_to = &Q(s, inputReplyToMessage)->o;
	talk_refused(s->w, s->a, &q->o, "400 RANDOM_ID_EMPTY");
	q->random_id = 5;
	world_pushes(s->w, s->b.key);
	o = talk_call(s->w, s->a, &q->o);
	u = (void *)world_update(world_pushes(s->w, s->b.key), TL_updateNewMessage);
	assert_non_null(u);
	m = TL_AS(messageService, u->message);
	assert_true(m && TL_IS(messageActionScreenshotTaken, m->action) && !m->out);
	again = talk_call(s->w, s->a, &q->o);
	assert_int_equal(TL_AS(updateNewMessage, talk_update(again, TL_updateNewMessage))->pts,
	                 TL_AS(updateNewMessage, talk_update(o, TL_updateNewMessage))->pts);
	assert_int_equal(world_pushes(s->w, s->b.key).n, 0);
	q->peer = &Q(s, inputPeerSelf)->o;
	q->random_id = 6;
	talk_refused(s->w, s->a, &q->o, "400 PEER_ID_INVALID");
}

static struct tl_obj *folder(struct s *s, int id, const char *title)
{
	struct tl_messages_updateDialogFilter *q = Q(s, messages_updateDialogFilter);
	struct tl_textWithEntities *t = Q(s, textWithEntities);
	struct tl_dialogFilter *f = Q(s, dialogFilter);

	t->text = slice_str(title);
	f->title = &t->o;
	f->id = id;
	f->contacts = true;
	q->id = id;
	q->filter = &f->o;
	return &q->o;
}

static struct tl_vec folders(struct s *s)
{
	struct tl_obj *o = talk_call(s->w, s->a, &Q(s, messages_getDialogFilters)->o);

	return TL_AS(messages_dialogFilters, o)->filters;
}

static void test_folders(void **state)
{
	struct s *s = *state;
	struct tl_messages_updateDialogFilter *q;
	struct tl_messages_updateDialogFiltersOrder *order = Q(s, messages_updateDialogFiltersOrder);
	struct tl_updateDialogFilter *u;
	int64_t second = s->a.key + 1;
	struct tl_dialogFilter *f;
	struct tl_vec v;

	world_connect(s->w, s->a, second, TL_LAYER_MAX);
	talk_refused(s->w, s->a, folder(s, 1, "x"), "400 FILTER_ID_INVALID");
	talk_refused(s->w, s->a, folder(s, 256, "x"), "400 FILTER_ID_INVALID");
	talk_refused(s->w, s->a, folder(s, 2, ""), "400 FILTER_TITLE_EMPTY");
	talk_refused(s->w, s->a, folder(s, 2, "thirteen char"), "400 FILTER_TITLE_EMPTY");
	q = (void *)folder(s, 2, "Work");
	f = TL_AS(dialogFilter, q->filter);
	f->contacts = false;
	talk_refused(s->w, s->a, &q->o, "400 FILTER_INCLUDE_EMPTY");
	f->include_peers = tl_vec_new(world_arena(s->w), 1);
	f->include_peers.v[0] = &Q(s, inputPeerUser)->o;
	talk_refused(s->w, s->a, &q->o, "400 PEER_ID_INVALID");
	f->include_peers.v[0] = world_peer(s->w, s->a, s->b.id);
	talk_call(s->w, s->a, &q->o);
	u = (void *)world_update(world_pushes(s->w, second), TL_updateDialogFilter);
	assert_true(u && u->id == 2);
	f = TL_AS(dialogFilter, u->filter);
	assert_int_equal(f->include_peers.n, 1);
	/* With the access hash that this account needs to name him. */
	assert_int_equal(TL_AS(inputPeerUser, f->include_peers.v[0])->access_hash,
	                 TL_AS(inputPeerUser, world_peer(s->w, s->a, s->b.id))->access_hash);
	for (int id = 3; id < 22; id++)
		talk_call(s->w, s->a, folder(s, id, "more"));
	talk_refused(s->w, s->a, folder(s, 22, "more"), "400 FILTERS_TOO_MUCH");
	talk_call(s->w, s->a, folder(s, 21, "changed")); /* one that is there may change */
	v = folders(s);
	assert_int_equal(v.n, 21); /* and "all chats" */
	order->order = ints(s, 21, 2);
	talk_call(s->w, s->a, &order->o);
	assert_non_null(world_update(world_pushes(s->w, second), TL_updateDialogFilterOrder));
	v = folders(s);
	assert_int_equal(TL_AS(dialogFilter, v.v[1])->id, 21);
	assert_int_equal(TL_AS(dialogFilter, v.v[2])->id, 2);
	q = Q(s, messages_updateDialogFilter);
	q->id = 21;
	talk_call(s->w, s->a, &q->o);
	u = (void *)world_update(world_pushes(s->w, second), TL_updateDialogFilter);
	assert_true(u && u->id == 21 && !u->filter);
	assert_int_equal(folders(s).n, 20);
}

static void test_codes(void **state)
{
	struct s *s = *state;
	struct tl_account_invalidateSignInCodes *q = Q(s, account_invalidateSignInCodes);
	struct slice *codes = ARENA_ARRAY(world_arena(s->w), struct slice, 1);
	struct tl_auth_sendCode *send = Q(s, auth_sendCode);
	struct tl_auth_signIn *in = Q(s, auth_signIn);
	struct tl_obj *o;

	q->codes = (struct tl_vec_str){codes, 1};
	send->phone_number = in->phone_number = SLICE_LIT("9996610001");
	send->api_hash = SLICE_LIT("x");
	send->settings = &Q(s, codeSettings)->o;
	o = world_call_as(s->w, (struct person){0}, 77, TL_LAYER_MAX, &send->o);
	in->phone_code_hash = TL_AS(auth_sentCode, o)->phone_code_hash;
	in->phone_code = SLICE_LIT("11111");
	codes[0] = SLICE_LIT("11111");
	talk_call(s->w, s->b, &q->o); /* of another account */
	codes[0] = SLICE_LIT("11112");
	talk_call(s->w, s->a, &q->o);
	codes[0] = SLICE_LIT("11111");
	talk_call(s->w, s->a, &q->o);
	assert_null(world_call_as(s->w, (struct person){0}, 77, TL_LAYER_MAX, &in->o));
	assert_string_equal(world_error(s->w), "400 PHONE_CODE_EXPIRED");
}

/* What private chats have none of is said so, in the shape that was asked for. */
static void test_none(void **state)
{
	struct s *s = *state;
	struct tl_messages_getMessagesViews *views = Q(s, messages_getMessagesViews);
	struct tl_messages_getUnreadMentions *mentions = Q(s, messages_getUnreadMentions);
	struct tl_messages_readMentions *read = Q(s, messages_readMentions);
	struct tl_messages_getCommonChats *common = Q(s, messages_getCommonChats);
	struct tl_messages_getWebPagePreview *preview = Q(s, messages_getWebPagePreview);
	struct tl_users_getRequirementsToContact *may = Q(s, users_getRequirementsToContact);
	struct tl_obj *o;
	int32_t count;

	views->peer = mentions->peer = read->peer = world_peer(s->w, s->a, s->b.id);
	views->id = ints(s, 1, 2);
	o = talk_call(s->w, s->a, &views->o);
	assert_int_equal(TL_AS(messages_messageViews, o)->views.n, 2);
	assert_int_equal(talk_messages(talk_call(s->w, s->a, &mentions->o), &count).n, 0);
	o = talk_call(s->w, s->a, &read->o);
	assert_int_equal(TL_AS(messages_affectedHistory, o)->pts, talk_pts(s->w, s->a));
	assert_int_equal(TL_AS(messages_affectedHistory, o)->pts_count, 0);
	common->user_id = world_user(s->w, s->a, s->b.id);
	assert_int_equal(TL_AS(messages_chats, talk_call(s->w, s->a, &common->o))->chats.n, 0);
	preview->message = SLICE_LIT("https://example.org");
	o = talk_call(s->w, s->a, &preview->o);
	assert_true(TL_IS(messageMediaEmpty, TL_AS(messages_webPagePreview, o)->media));
	may->id = tl_vec_new(world_arena(s->w), 1);
	may->id.v[0] = common->user_id;
	o = talk_call(s->w, s->a, &may->o);
	assert_true(TL_IS(requirementToContactEmpty, TL_AS(vector, o)->objs.v[0]));
	may->id.v[0] = &Q(s, inputUser)->o;
	talk_refused(s->w, s->a, &may->o, "400 USER_ID_INVALID");
}

/* Who wants strangers out of sight has their chats in the archive, muted, until he takes them out. */
static void test_strangers(void **state)
{
	struct s *s = *state;
	struct tl_account_setGlobalPrivacySettings *q = Q(s, account_setGlobalPrivacySettings);
	struct tl_folders_editPeerFolders *out = Q(s, folders_editPeerFolders);
	struct tl_inputFolderPeer *p = Q(s, inputFolderPeer);
	struct tl_globalPrivacySettings *g = Q(s, globalPrivacySettings);
	struct person known = world_person(s->w, "9996630003", "Cid", "");
	struct tl_contacts_addContact *add = Q(s, contacts_addContact);
	struct tl_dialog *d;
	struct tl_vec pushes;

	g->has_archive_and_mute_new_noncontact_peers = g->archive_and_mute_new_noncontact_peers = true;
	q->settings = &g->o;
	talk_call(s->w, s->a, &q->o);
	add->id = world_user(s->w, s->a, known.id);
	add->first_name = SLICE_LIT("Cid");
	add->last_name = add->phone = SLICE_LIT("");
	talk_call(s->w, s->a, &add->o);
	talk_say(s->w, known, s->a, "hi");
	assert_int_equal(talk_dialog(s->w, s->a, known)->folder_id, 0);
	world_pushes(s->w, s->a.key);
	talk_say(s->w, s->b, s->a, "hi");
	pushes = world_pushes(s->w, s->a.key);
	assert_non_null(world_update(pushes, TL_updateNewMessage));
	assert_non_null(world_update(pushes, TL_updateFolderPeers));
	assert_non_null(world_update(pushes, TL_updateNotifySettings));
	d = talk_dialog(s->w, s->a, s->b);
	assert_int_equal(d->folder_id, 1);
	assert_true(TL_AS(peerNotifySettings, d->notify_settings)->mute_until > clock_unix());
	assert_true(TL_AS(peerSettings, full(s, s->a, s->b)->settings)->autoarchived);
	p->peer = world_peer(s->w, s->a, s->b.id);
	out->folder_peers = tl_vec_new(world_arena(s->w), 1);
	out->folder_peers.v[0] = &p->o;
	talk_call(s->w, s->a, &out->o);
	talk_say(s->w, s->b, s->a, "again");
	assert_int_equal(talk_dialog(s->w, s->a, s->b)->folder_id, 0);
	assert_false(TL_AS(peerSettings, full(s, s->a, s->b)->settings)->autoarchived);
	/* Whom one writes to first is no stranger. */
	talk_say(s->w, s->a, world_person(s->w, "9996640004", "Dan", ""), "hello");
	assert_int_equal(talk_dialog(s->w, s->a, known)->folder_id, 0);
}

static void test_country(void **state)
{
	struct s *s = *state;
	struct person p = world_person(s->w, "989121234567", "Dara", "");
	struct tl_obj *o, *q = &Q(s, help_getNearestDc)->o;

	o = world_call_as(s->w, (struct person){0}, 5, TL_LAYER_MAX, q);
	assert_int_equal(TL_AS(nearestDc, o)->country.n, 0); /* nobody knows */
	world_set(s->w, "server", "country", "DE");
	o = world_call_as(s->w, (struct person){0}, 5, TL_LAYER_MAX, q);
	assert_true(slice_eq(TL_AS(nearestDc, o)->country, SLICE_LIT("DE")));
	o = talk_call(s->w, p, q);
	assert_true(slice_eq(TL_AS(nearestDc, o)->country, SLICE_LIT("IR")));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, world_teardown)
	const struct CMUnitTest tests[] = {
		T(test_read_date), T(test_report), T(test_report_spam), T(test_kept),      T(test_screenshot),
		T(test_folders),   T(test_codes),  T(test_none),        T(test_strangers), T(test_country)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
