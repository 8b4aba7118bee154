/*
 * schema.c - the tables, as migration steps. The owner leads every primary key; nothing joins, constrains or locks across
 * owners (docs/architecture.md, "Owners"). One SQL text for SQLite and PostgreSQL: BIGINT and BYTEA only, no booleans.
 * A step that has been released is never changed; a new one is added.
 */
#include "store/schema.h"

#include "sql/migrate.h"

static const char *const steps[] = {
	/* 1: keys and people */
	"CREATE TABLE meta (k TEXT PRIMARY KEY, v BYTEA) WITHOUT ROWID;"

	"CREATE TABLE auth_key (id BIGINT PRIMARY KEY, body BYTEA, kind BIGINT, dc BIGINT, first_salt "
	"BIGINT, created BIGINT,"
	" expires BIGINT, perm_id BIGINT, layer BIGINT, user_id BIGINT, info BYTEA);"
	"CREATE INDEX auth_key_perm ON auth_key (perm_id) WHERE perm_id <> 0;"

	"CREATE TABLE authorization_ (user_id BIGINT, key_id BIGINT, hash BIGINT, created BIGINT, active "
	"BIGINT, api_id BIGINT,"
	" flags BIGINT, device TEXT, system TEXT, app TEXT, ip TEXT, country TEXT, PRIMARY KEY (user_id, "
	"key_id)) WITHOUT ROWID;"

	"CREATE TABLE usr (id BIGINT PRIMARY KEY, phone TEXT, first TEXT, last TEXT, username TEXT, about "
	"TEXT, flags BIGINT,"
	" created BIGINT, seen BIGINT, ttl_days BIGINT);"
	"CREATE TABLE dir_phone (phone TEXT PRIMARY KEY, user_id BIGINT) WITHOUT ROWID;"
	"CREATE TABLE dir_username (name TEXT PRIMARY KEY, peer BIGINT) WITHOUT ROWID;"

	"CREATE TABLE contact (owner BIGINT, user_id BIGINT, first TEXT, last TEXT, phone TEXT, date BIGINT,"
	" PRIMARY KEY (owner, user_id)) WITHOUT ROWID;"
	"CREATE TABLE known_by (owner BIGINT, by_id BIGINT, date BIGINT, PRIMARY KEY (owner, by_id)) WITHOUT "
	"ROWID;"
	"CREATE TABLE phone_wanted (phone TEXT, owner BIGINT, first TEXT, last TEXT, PRIMARY KEY (phone, "
	"owner)) WITHOUT ROWID;"
	"CREATE INDEX phone_wanted_owner ON phone_wanted (owner);"
	"CREATE TABLE blocked (owner BIGINT, peer BIGINT, date BIGINT, PRIMARY KEY (owner, peer)) WITHOUT "
	"ROWID;"
	"CREATE TABLE setting (owner BIGINT, k TEXT, v BYTEA, PRIMARY KEY (owner, k)) WITHOUT ROWID;"

	/* Signing in. */
	"CREATE TABLE phone_code (hash TEXT PRIMARY KEY, phone TEXT, code TEXT, created BIGINT, expires "
	"BIGINT, tries BIGINT,"
	" sent BIGINT, used BIGINT, key_id BIGINT) WITHOUT ROWID;"
	"CREATE INDEX phone_code_phone ON phone_code (phone, created);"
	"CREATE TABLE login_token (token BYTEA PRIMARY KEY, kind BIGINT, key_id BIGINT, user_id BIGINT, "
	"created BIGINT,"
	" expires BIGINT, api_id BIGINT, device TEXT, system TEXT, app TEXT, ip TEXT) WITHOUT ROWID;"
	"CREATE INDEX login_token_key ON login_token (key_id);"
	"CREATE TABLE invite (code TEXT PRIMARY KEY, created BIGINT, expires BIGINT, uses BIGINT, used "
	"BIGINT, note TEXT)"
	" WITHOUT ROWID;"
	"CREATE TABLE job (id INTEGER PRIMARY KEY, due BIGINT, kind TEXT, owner BIGINT, payload BYTEA, tries "
	"BIGINT);"
	"CREATE INDEX job_due ON job (due);"

	/* Boxes. A message's id is the pts at its birth; its log row is kept and is the way from (owner, id) to its peer. */
	"CREATE TABLE msg (owner BIGINT, peer BIGINT, id BIGINT, date BIGINT, from_id BIGINT, flags BIGINT, "
	"edit_date BIGINT,"
	" origin_owner BIGINT, origin_id BIGINT, reply_to BIGINT, grouped_id BIGINT, ttl BIGINT, body BYTEA,"
	" PRIMARY KEY (owner, peer, id)) WITHOUT ROWID;"
	"CREATE INDEX msg_origin ON msg (owner, origin_owner, origin_id) WHERE origin_owner <> owner;"
	"CREATE INDEX msg_pinned ON msg (owner, peer, id) WHERE flags & 16 <> 0;"
	"CREATE TABLE upd (owner BIGINT, pts BIGINT, count BIGINT, kind BIGINT, peer BIGINT, id BIGINT, date "
	"BIGINT,"
	" random_id BIGINT, payload BYTEA, PRIMARY KEY (owner, pts)) WITHOUT ROWID;"
	"CREATE TABLE dlg (owner BIGINT, peer BIGINT, top_id BIGINT, top_date BIGINT, top_day BIGINT, "
	"read_in BIGINT,"
	" read_out BIGINT, unread BIGINT, unread_mark BIGINT, count BIGINT, pin_order BIGINT, folder BIGINT, "
	"flags BIGINT,"
	" draft BYTEA, draft_date BIGINT, PRIMARY KEY (owner, peer)) WITHOUT ROWID;"
	/* By day, so that a busy dialog moves in the index once a day and a send touches one page less. */
	"CREATE INDEX dlg_day ON dlg (owner, folder, top_day) WHERE top_id <> 0;"
	"CREATE INDEX dlg_pin ON dlg (owner, folder, pin_order) WHERE pin_order <> 0;"
	/* By day first: what is dropped lies together, and the sends of a moment share a page. */
	"CREATE TABLE rid (day BIGINT, random_id BIGINT, owner BIGINT, id BIGINT, PRIMARY KEY (day, "
	"random_id, owner))"
	" WITHOUT ROWID;"
	"CREATE TABLE state (owner BIGINT, kind BIGINT, k BIGINT, time BIGINT, payload BYTEA, PRIMARY KEY "
	"(owner, kind, k))"
	" WITHOUT ROWID;"
	"CREATE INDEX state_time ON state (owner, time);"
	"CREATE TABLE filter (owner BIGINT, id BIGINT, ord BIGINT, body BYTEA, PRIMARY KEY (owner, id)) "
	"WITHOUT ROWID;",

	/*
	 * 2: SQLite writes an index anew when a statement sets a column of it, its condition included, even to the same
	 * value. So neither names top_id; top_day is 0 while there is no message, and store_dialog_bump leaves it alone
	 * within a day.
	 */
	"UPDATE dlg SET top_day = 0 WHERE top_id = 0;"
	"DROP INDEX dlg_day;"
	"CREATE INDEX dlg_day ON dlg (owner, folder, top_day) WHERE top_day <> 0;"
	"CREATE TABLE logout_token (token BYTEA PRIMARY KEY, user_id BIGINT, expires BIGINT) WITHOUT ROWID;"
	"CREATE INDEX job_owner ON job (owner, kind);"
	"CREATE INDEX auth_key_expires ON auth_key (expires) WHERE expires <> 0;",

	/*
	 * 3: one row a box and send; and without "unique" the planner, which takes a box for ten rows, would rather read all
	 * of it.
	 */
	"DROP INDEX msg_origin;"
	"CREATE UNIQUE INDEX msg_origin ON msg (owner, origin_owner, origin_id) WHERE origin_owner <> owner;"
	/* And it would rather read a whole history than those few of it that a partial index names: so they have a table. */
	"CREATE TABLE pin (owner BIGINT, peer BIGINT, id BIGINT, PRIMARY KEY (owner, peer, id)) WITHOUT "
	"ROWID;"
	"INSERT INTO pin (owner, peer, id) SELECT owner, peer, id FROM msg WHERE flags & 16 <> 0;"
	"DROP INDEX msg_pinned;",

	/* 4: words of messages, see search.h. */
	"CREATE VIRTUAL TABLE search USING fts5 (words, content = '', detail = 'none', columnsize = 0, "
	"tokenize = \"ascii "
	"tokenchars '_'\");"
	"CREATE TABLE search_box (owner BIGINT PRIMARY KEY, pts BIGINT) WITHOUT ROWID;"
	"CREATE TABLE search_stale (owner BIGINT, id BIGINT, PRIMARY KEY (owner, id)) WITHOUT ROWID;",

	/* 5: files and the messages that carry them. `idle`: since when nobody refers to a file, 0 while somebody does. */
	"CREATE TABLE file (id BIGINT PRIMARY KEY, kind BIGINT, owner BIGINT, date BIGINT, epoch BIGINT, "
	"refs BIGINT, "
	"idle BIGINT, body BYTEA) WITHOUT ROWID;"
	"CREATE INDEX file_idle ON file (idle) WHERE idle <> 0;"
	"CREATE TABLE file_part (file BIGINT, type BIGINT, blob BYTEA, size BIGINT, PRIMARY KEY (file, "
	"type)) WITHOUT "
	"ROWID;"
	"CREATE INDEX file_part_blob ON file_part (blob) WHERE type = 0;"
	"CREATE TABLE media (owner BIGINT, peer BIGINT, kind BIGINT, id BIGINT, file BIGINT, date BIGINT,"
	" PRIMARY KEY (owner, peer, kind, id)) WITHOUT ROWID;"
	"CREATE INDEX media_box ON media (owner, kind, id);",

	/* 6: keys of other DCs end with the one that they were authorised by. */
	"CREATE TABLE imported_key (key_id BIGINT PRIMARY KEY, by_key BIGINT) WITHOUT ROWID;"
	"CREATE INDEX imported_key_by ON imported_key (by_key);",

	/* 7: basic groups and channels (docs/design/channels.md). */
	"CREATE TABLE chat (id BIGINT PRIMARY KEY, creator BIGINT, title TEXT, about TEXT, date BIGINT, "
	"flags "
	"BIGINT, version BIGINT, members BIGINT, banned BIGINT, photo BIGINT, migrated_to BIGINT, ttl "
	"BIGINT, "
	"reactions BYTEA) WITHOUT ROWID;"
	"CREATE TABLE chat_member (chat BIGINT, user_id BIGINT, inviter BIGINT, date BIGINT, role BIGINT, "
	"PRIMARY KEY (chat, user_id)) WITHOUT ROWID;"
	"CREATE TABLE chat_of (user_id BIGINT, chat BIGINT, PRIMARY KEY (user_id, chat)) WITHOUT ROWID;"
	"CREATE TABLE chan (id BIGINT PRIMARY KEY, creator BIGINT, title TEXT, about TEXT, username TEXT, "
	"date "
	"BIGINT, flags BIGINT, banned BIGINT, photo BIGINT, linked BIGINT, migrated_chat BIGINT, "
	"migrated_max "
	"BIGINT, slowmode BIGINT, ttl BIGINT, members BIGINT, admins BIGINT, kicked BIGINT, restricted "
	"BIGINT, "
	"requests BIGINT, reactions BYTEA, extra BYTEA) WITHOUT ROWID;"
	"CREATE TABLE chan_member (channel BIGINT, user_id BIGINT, role BIGINT, by_id BIGINT, date BIGINT, "
	"rights BIGINT, banned BIGINT, until BIGINT, first_id BIGINT, invite BIGINT, last_sent BIGINT, rank "
	"TEXT, "
	"PRIMARY KEY (channel, user_id)) WITHOUT ROWID;"
	"CREATE INDEX chan_member_role ON chan_member (channel, role, date);"
	"CREATE INDEX chan_member_banned ON chan_member (channel) WHERE banned <> 0;"
	"CREATE TABLE chan_of (user_id BIGINT, channel BIGINT, PRIMARY KEY (user_id, channel)) WITHOUT ROWID;"
	"CREATE TABLE chan_gap (channel BIGINT, block BIGINT, count BIGINT, PRIMARY KEY (channel, block)) "
	"WITHOUT ROWID;",

	/*
	 * 8: contents of files (blob.h). `since`: nobody needs it since then, 0 while somebody does; `lost`: when its bytes were
	 * missed.
	 */
	"CREATE TABLE blob (hash BYTEA PRIMARY KEY, size BIGINT, refs BIGINT, since BIGINT, lost BIGINT) "
	"WITHOUT ROWID;"
	"CREATE INDEX blob_since ON blob (since) WHERE since <> 0;"
	"CREATE TABLE blob_window (hash BYTEA, part BIGINT, body BYTEA, PRIMARY KEY (hash, part)) WITHOUT "
	"ROWID;"
	"DROP INDEX file_part_blob;"
	"CREATE INDEX file_part_blob ON file_part (blob, type);",

	/* 9: Saved Messages by whom they came from. */
	"CREATE TABLE saved (owner BIGINT, id BIGINT, peer BIGINT, PRIMARY KEY (owner, id)) WITHOUT ROWID;"
	"CREATE INDEX saved_peer ON saved (owner, peer, id);"
	"INSERT INTO saved (owner, id, peer) SELECT owner, id, owner FROM msg WHERE peer = owner;",

	/* 10: segments of the index are merged when we say so (store_search_merge), not in the middle of a commit. */
	"INSERT INTO search (search, rank) VALUES ('automerge', 0);"
	"INSERT INTO search (search, rank) VALUES ('crisismerge', 200);",

	/* 11: keys on which nobody is signed in, by whether they ever named a layer: strangers make them for nothing. */
	"CREATE INDEX auth_key_idle ON auth_key (created) WHERE user_id = 0 AND kind = 1 AND layer = 0;"
	"CREATE INDEX auth_key_nobody ON auth_key (created) WHERE user_id = 0 AND kind = 1 AND layer <> 0;",

	/* 12: photos of accounts (profile_photo.h). */
	"CREATE TABLE user_photo (owner BIGINT, place BIGINT, file BIGINT, thumb BYTEA, PRIMARY KEY (owner, "
	"place)) WITHOUT ROWID;"
	"CREATE UNIQUE INDEX user_photo_file ON user_photo (owner, file);",

	/* 13: messages that go by themselves. */
	"CREATE TABLE peer_ttl (owner BIGINT, peer BIGINT, period BIGINT, PRIMARY KEY (owner, peer)) WITHOUT "
	"ROWID;",

	/* 14: sets of stickers, and what accounts have of them (sticker_set.h, sticker_own.h). */
	"CREATE TABLE sticker_set (id BIGINT PRIMARY KEY, owner BIGINT, maker BIGINT, kind BIGINT, flags "
	"BIGINT, "
	"title TEXT, name TEXT, date BIGINT, version BIGINT, thumb BIGINT, thumb_doc BIGINT, count BIGINT, "
	"formats BIGINT) WITHOUT ROWID;"
	"CREATE INDEX sticker_set_owner ON sticker_set (owner, id);"
	"CREATE INDEX sticker_set_kind ON sticker_set (kind, date);"
	"CREATE TABLE dir_sticker (name TEXT PRIMARY KEY, set_id BIGINT) WITHOUT ROWID;"
	"CREATE TABLE sticker_item (set_id BIGINT, place BIGINT, file BIGINT, format BIGINT, emoji TEXT, "
	"keywords "
	"TEXT, PRIMARY KEY (set_id, place)) WITHOUT ROWID;"
	"CREATE UNIQUE INDEX sticker_item_file ON sticker_item (file);"
	"CREATE TABLE sticker_emoji (emoji TEXT, kind BIGINT, file BIGINT, PRIMARY KEY (emoji, kind, file)) "
	"WITHOUT ROWID;"
	"CREATE INDEX sticker_emoji_file ON sticker_emoji (file);"
	"CREATE TABLE sticker_own (owner BIGINT, set_id BIGINT, kind BIGINT, archived BIGINT, place BIGINT, "
	"date "
	"BIGINT, PRIMARY KEY (owner, set_id)) WITHOUT ROWID;"
	"CREATE INDEX sticker_own_place ON sticker_own (owner, kind, place);"
	"CREATE INDEX sticker_own_set ON sticker_own (set_id, owner);"
	"CREATE TABLE sticker_list (owner BIGINT, list BIGINT, file BIGINT, place BIGINT, date BIGINT, "
	"PRIMARY KEY "
	"(owner, list, file)) WITHOUT ROWID;",

	/* 15: who is a bot in a channel; its admin log; invite links of groups and channels and who came by them. */
	"ALTER TABLE chan_member ADD COLUMN bot BIGINT NOT NULL DEFAULT 0;"
	"CREATE INDEX chan_member_bot ON chan_member (channel) WHERE bot <> 0;"
	"CREATE TABLE chan_log (channel BIGINT, id BIGINT, date BIGINT, user_id BIGINT, kind BIGINT, body "
	"BYTEA, "
	"before BYTEA, after BYTEA, PRIMARY KEY (channel, id)) WITHOUT ROWID;"
	"CREATE INDEX chan_log_date ON chan_log (date);"
	"CREATE TABLE dir_link (hash TEXT PRIMARY KEY, peer BIGINT) WITHOUT ROWID;"
	"CREATE TABLE link (peer BIGINT, hash TEXT, admin BIGINT, flags BIGINT, date BIGINT, start BIGINT, "
	"expires BIGINT, most BIGINT, used BIGINT, waiting BIGINT, title TEXT, PRIMARY KEY (peer, hash)) "
	"WITHOUT "
	"ROWID;"
	"CREATE INDEX link_admin ON link (peer, admin, date);"
	"CREATE TABLE link_user (peer BIGINT, hash TEXT, user_id BIGINT, date BIGINT, approved_by BIGINT, "
	"PRIMARY "
	"KEY (peer, hash, user_id)) WITHOUT ROWID;"
	"CREATE INDEX link_user_date ON link_user (peer, hash, date);"
	"CREATE TABLE join_request (peer BIGINT, user_id BIGINT, hash TEXT, date BIGINT, PRIMARY KEY (peer, "
	"user_id)) WITHOUT ROWID;"
	"CREATE INDEX join_request_date ON join_request (peer, date);",

	/* 16: messages of basic groups: bodies once (content.h), and what has not reached every member (chat_out.h). */
	"CREATE TABLE content (owner BIGINT, id BIGINT, version BIGINT, refs BIGINT, body BYTEA, PRIMARY KEY "
	"(owner, id, version)) WITHOUT ROWID;"
	"ALTER TABLE chat ADD COLUMN seq BIGINT NOT NULL DEFAULT 0;"
	"ALTER TABLE chat_member ADD COLUMN got BIGINT NOT NULL DEFAULT 0;"
	"CREATE TABLE chat_out (chat BIGINT, seq BIGINT, kind BIGINT, owner BIGINT, id BIGINT, date BIGINT, "
	"payload BYTEA, PRIMARY KEY (chat, seq)) WITHOUT ROWID;",

	/* 17: the emoji by which messages can be answered (reaction.h). */
	"CREATE TABLE reaction (place BIGINT PRIMARY KEY, emoji TEXT, title TEXT, icon BIGINT, "
	"appear BIGINT, pick BIGINT, activate BIGINT, effect BIGINT, around BIGINT, center BIGINT) "
	"WITHOUT ROWID;",

	/* 18: messages of channels: how far they were read (channel.h), whom they mean (unseen.h), how often seen (msg_count.h). */
	"CREATE TABLE chan_read (channel BIGINT PRIMARY KEY, top BIGINT, by_id BIGINT, second BIGINT) "
	"WITHOUT ROWID;"
	"CREATE TABLE mention (owner BIGINT, channel BIGINT, id BIGINT, PRIMARY KEY (owner, channel, id)) "
	"WITHOUT ROWID;"
	"CREATE INDEX mention_message ON mention (channel, id);"
	"CREATE TABLE unseen (owner BIGINT, channel BIGINT, kind BIGINT, id BIGINT, PRIMARY KEY (owner, "
	"channel, kind, id)) WITHOUT ROWID;"
	"CREATE TABLE msg_count (channel BIGINT, id BIGINT, views BIGINT, forwards BIGINT, PRIMARY KEY "
	"(channel, id)) WITHOUT ROWID;",

	/* 19: nobody ever got such a token. */
	"DROP TABLE logout_token;",

	/* 20: reactions to messages (msg_reaction.h) and polls (poll.h). */
	"CREATE TABLE msg_reaction (owner BIGINT, id BIGINT, user_id BIGINT, place BIGINT, "
	"what TEXT, date BIGINT, big BIGINT, PRIMARY KEY (owner, id, user_id, place)) WITHOUT "
	"ROWID;"
	"CREATE INDEX msg_reaction_date ON msg_reaction (owner, id, date, user_id, place);"
	"CREATE INDEX msg_reaction_what ON msg_reaction (owner, id, what, date, user_id, "
	"place);"
	"CREATE TABLE msg_reaction_count (owner BIGINT, id BIGINT, what TEXT, count BIGINT, "
	"since BIGINT, PRIMARY KEY (owner, id, what)) WITHOUT ROWID;"
	"CREATE TABLE msg_reaction_seen (owner BIGINT, id BIGINT, since BIGINT, PRIMARY KEY "
	"(owner, id)) WITHOUT ROWID;"
	"CREATE TABLE msg_reaction_gone (owner BIGINT, id BIGINT, PRIMARY KEY (owner, id)) "
	"WITHOUT ROWID;"
	"CREATE TABLE poll (id BIGINT PRIMARY KEY, creator BIGINT, closed BIGINT, close_date "
	"BIGINT, voters BIGINT, refs BIGINT, idle BIGINT, body BYTEA) WITHOUT ROWID;"
	"CREATE INDEX poll_idle ON poll (idle) WHERE idle <> 0;"
	"CREATE TABLE poll_count (poll BIGINT, opt BIGINT, count BIGINT, PRIMARY KEY (poll, "
	"opt)) WITHOUT ROWID;"
	"CREATE TABLE poll_vote (poll BIGINT, user_id BIGINT, opt BIGINT, date BIGINT, "
	"PRIMARY KEY (poll, user_id, opt)) WITHOUT ROWID;"
	"CREATE INDEX poll_vote_date ON poll_vote (poll, date, user_id, opt);"
	"CREATE INDEX poll_vote_option ON poll_vote (poll, opt, date, user_id);",

	/* 21: threads of supergroups, marks in them, and topics of forums (thread.h, topic.h). */
	"CREATE TABLE thread_msg (channel BIGINT, top BIGINT, id BIGINT, author BIGINT, from_id BIGINT, "
	"PRIMARY KEY (channel, top, id)) WITHOUT ROWID;"
	"CREATE TABLE thread (channel BIGINT, top BIGINT, count BIGINT, max_id BIGINT, pts BIGINT, read_top "
	"BIGINT, "
	"read_second BIGINT, read_by BIGINT, PRIMARY KEY (channel, top)) WITHOUT ROWID;"
	"CREATE INDEX thread_max ON thread (channel, max_id);"
	"CREATE TABLE thread_mark (owner BIGINT, channel BIGINT, top BIGINT, read_in BIGINT, draft BYTEA, "
	"draft_date BIGINT, PRIMARY KEY (owner, channel, top)) WITHOUT ROWID;"
	"CREATE TABLE topic (channel BIGINT, id BIGINT, creator BIGINT, from_id BIGINT, date BIGINT, title "
	"TEXT, "
	"color BIGINT, icon BIGINT, flags BIGINT, pin BIGINT, PRIMARY KEY (channel, id)) WITHOUT ROWID;",
	/* 21: bots (bot.h): what they are, what they say of themselves by language, their commands by scope and language. */
	"CREATE TABLE bot (id BIGINT PRIMARY KEY, owner BIGINT, secret BYTEA, flags BIGINT, version BIGINT, "
	"created BIGINT, placeholder TEXT, menu BYTEA) WITHOUT ROWID;"
	"CREATE INDEX bot_owner ON bot (owner);"
	"CREATE TABLE bot_text (bot BIGINT, lang TEXT, name TEXT, about TEXT, description TEXT, PRIMARY KEY "
	"(bot, lang)) WITHOUT ROWID;"
	"CREATE TABLE bot_commands (bot BIGINT, scope BIGINT, peer BIGINT, user_id BIGINT, lang TEXT, body "
	"BYTEA, PRIMARY KEY (bot, scope, peer, user_id, lang)) WITHOUT ROWID;"
	"CREATE TABLE bot_menu (bot BIGINT, user_id BIGINT, body BYTEA, PRIMARY KEY (bot, user_id)) "
	"WITHOUT ROWID;",

	/* 22: the first message that carried a poll, which is told when its time is over. */
	"ALTER TABLE poll ADD COLUMN home_owner BIGINT NOT NULL DEFAULT 0;"
	"ALTER TABLE poll ADD COLUMN home_peer BIGINT NOT NULL DEFAULT 0;"
	"ALTER TABLE poll ADD COLUMN home_id BIGINT NOT NULL DEFAULT 0;",

	/* 24: marks in threads by channel, so that they go with it. */
	"CREATE INDEX thread_mark_of ON thread_mark (channel, top);",

	/* 25: secret chats, what of them was not received yet, and their files (secret_chat.h, qts.h, secret_sent.h). */
	"CREATE TABLE secret_chat (owner BIGINT, id BIGINT, peer BIGINT, admin BIGINT, state BIGINT, date "
	"BIGINT, key BIGINT, g BYTEA, fingerprint BIGINT, read_until BIGINT, read_at BIGINT, ended BIGINT, "
	"deleted BIGINT, PRIMARY KEY (owner, id)) WITHOUT ROWID;"
	"CREATE INDEX secret_chat_key ON secret_chat (owner, key) WHERE ended = 0;"
	"CREATE INDEX secret_chat_ended ON secret_chat (ended) WHERE ended <> 0;"
	"CREATE TABLE secret_box (key BIGINT PRIMARY KEY, qts BIGINT) WITHOUT ROWID;"
	"CREATE TABLE secret_queue (key BIGINT, qts BIGINT, chat BIGINT, random_id BIGINT, date BIGINT, "
	"service "
	"BIGINT, file BIGINT, body BYTEA, PRIMARY KEY (key, qts)) WITHOUT ROWID;"
	"CREATE TABLE secret_sent (day BIGINT, random_id BIGINT, owner BIGINT, date BIGINT, file BIGINT, "
	"PRIMARY KEY (day, random_id, owner)) WITHOUT ROWID;"
	"CREATE TABLE secret_file (owner BIGINT, chat BIGINT, file BIGINT, until BIGINT, PRIMARY KEY (owner, "
	"chat, file)) WITHOUT ROWID;"
	"CREATE INDEX secret_file_until ON secret_file (until);",

	/* 26: messages that wait for their time (later.h). */
	"CREATE TABLE later (owner BIGINT, peer BIGINT, id BIGINT, date BIGINT, author BIGINT, from_id "
	"BIGINT, flags BIGINT, edit_date BIGINT, reply_to BIGINT, grouped_id BIGINT, random_id BIGINT, "
	"source BIGINT, source_id BIGINT, body BYTEA, PRIMARY KEY (owner, peer, id)) WITHOUT ROWID;"
	"CREATE INDEX later_online ON later (peer, owner) WHERE date = 2147483646;"
	"CREATE TABLE later_top (owner BIGINT, peer BIGINT, top BIGINT, PRIMARY KEY (owner, peer)) WITHOUT "
	"ROWID;",

	/* 27: contents that were taken down (refused.h). */
	"CREATE TABLE refused (hash BYTEA PRIMARY KEY, since BIGINT) WITHOUT ROWID;",

	/* 28: CDN nodes and the log of their lives (cdn.h). */
	"CREATE TABLE cdn_node (dc BIGINT PRIMARY KEY, state BIGINT, name TEXT, ip TEXT, port BIGINT, link "
	"TEXT, "
	"secret BYTEA, epoch BYTEA, countries TEXT, licence TEXT, licence_until BIGINT, pem TEXT, pem_before "
	"TEXT, "
	"lease BIGINT, min_size BIGINT, planned BIGINT, licensed BIGINT, active BIGINT, suspect BIGINT, "
	"draining "
	"BIGINT, revoked BIGINT, wiped BIGINT) WITHOUT ROWID;"
	"CREATE UNIQUE INDEX cdn_node_address ON cdn_node (ip, port);"
	"CREATE TABLE cdn_log (seq BIGINT PRIMARY KEY, date BIGINT, dc BIGINT, event TEXT, details TEXT, "
	"hash "
	"BYTEA) WITHOUT ROWID;",

	/* 29: what happens in channels, by day, for their statistics (day.h). */
	"CREATE TABLE chan_day (channel BIGINT, day BIGINT, kind BIGINT, count BIGINT, PRIMARY KEY (channel, "
	"day, kind)) WITHOUT ROWID;"
	"CREATE TABLE post_day (channel BIGINT, id BIGINT, day BIGINT, views BIGINT, PRIMARY KEY (channel, "
	"id, "
	"day)) WITHOUT ROWID;"
	"CREATE TABLE post_forward (channel BIGINT, id BIGINT, date BIGINT, peer BIGINT, msg BIGINT, PRIMARY "
	"KEY (channel, id, date, peer, msg)) WITHOUT ROWID;",

	/* 30: who has listened to what in supergroups (heard.h). */
	"CREATE TABLE heard (owner BIGINT, channel BIGINT, id BIGINT, date BIGINT, PRIMARY KEY (owner, "
	"channel, "
	"id)) WITHOUT ROWID;"
	"CREATE INDEX heard_date ON heard (date);",

	/* 31: photos that move; photos that somebody shows himself of a contact (personal_photo.h). */
	"ALTER TABLE user_photo ADD COLUMN video BIGINT NOT NULL DEFAULT 0;"
	"CREATE TABLE personal_photo (owner BIGINT, contact BIGINT, file BIGINT, thumb BYTEA, video BIGINT, "
	"PRIMARY KEY (owner, contact)) WITHOUT ROWID;",

	/* 32: who reacts as a channel or a group (msg_reaction.h). */
	"ALTER TABLE msg_reaction ADD COLUMN as_peer BIGINT NOT NULL DEFAULT 0;",

	/* 33: the restricted members of a channel are found without the others; bots are found by their ids. */
	"DROP INDEX chan_member_banned;"
	"DROP INDEX chan_member_bot;"
	"CREATE INDEX chan_member_banned ON chan_member (channel, banned) WHERE banned > 0;",

	/* 34: who votes as a channel or a group (poll.h). */
	"ALTER TABLE poll_vote ADD COLUMN as_peer BIGINT NOT NULL DEFAULT 0;",

	/* 35: the country of who brought a content, and the countries of which a CDN node may have contents. */
	"ALTER TABLE blob ADD COLUMN home TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE cdn_node ADD COLUMN homes TEXT NOT NULL DEFAULT '';",

	/* 36: a CDN node's lease key, from a server's end to the next one's start. */
	"ALTER TABLE cdn_node ADD COLUMN lease_key BYTEA;",

	/* 37: words beside the names of members of basic groups (chat.h). */
	"ALTER TABLE chat_member ADD COLUMN rank TEXT NOT NULL DEFAULT '';",

	/* 38: when members of small supergroups read how far (channel.h). */
	"CREATE TABLE chan_reader (channel BIGINT, user_id BIGINT, id BIGINT, date BIGINT, PRIMARY KEY "
	"(channel, "
	"user_id, id)) WITHOUT ROWID;"
	"CREATE INDEX chan_reader_date ON chan_reader (date);",
};

int store_migrate(struct sql_db *db)
{
	return sql_migrate(db, steps, sizeof(steps) / sizeof(steps[0]));
}
