/*
 * privacy.h - who may see or do what with an account: rules as their owner set them, and the verdict for one other.
 * Stored as TL of the newest layer (account.privacyRules without its users). Threads: lanes.
 */
#ifndef DOMAIN_USERS_PRIVACY_H
#define DOMAIN_USERS_PRIVACY_H

#include "domain/users/view.h"

enum privacy_key { /* stored: numbers stay */
	           PRIVACY_STATUS = 1,
	           PRIVACY_CHAT_INVITE = 2,
	           PRIVACY_CALL = 3,
	           PRIVACY_P2P = 4,
	           PRIVACY_FORWARDS = 5,
	           PRIVACY_PHOTO = 6,
	           PRIVACY_PHONE = 7,
	           PRIVACY_ADDED_BY_PHONE = 8,
	           PRIVACY_VOICE = 9,
	           PRIVACY_ABOUT = 10,
	           PRIVACY_BIRTHDAY = 11,
	           PRIVACY_NO_PAID = 12,
	           PRIVACY_SAVED_MUSIC = 13,
	           PRIVACY_GIFTS = 14,
};

/*
 * 1: `other` may, 0: not. Named users first (refusals before permissions), then contacts, then everybody (api.md 3.3);
 * the owner himself always may.
 */
int privacy_allows(struct rpc_call *c, int64_t owner, enum privacy_key key, int64_t other);
/* 1: the caller may bring him into a group: he has not blocked him, and lets him; 0: not. */
int privacy_may_be_added(struct rpc_call *c, int64_t user);
/* The account's switches, never NULL. */
int privacy_global(struct rpc_call *c, int64_t owner, struct tl_globalPrivacySettings **ret);
/* 1: `owner` does not let `other` know when he reads (globalPrivacySettings.hide_read_marks, for whom last seen is hidden from). */
int privacy_hides_reads(struct rpc_call *c, int64_t owner, int64_t other);
/* The rules in force as Vector<PrivacyRule>, never empty; who is named in them goes into v. */
int privacy_rules_view(struct view *v, int64_t owner, enum privacy_key key, struct tl_vec *ret);
/* PrivacyKey object of a stored number; NULL if it is none. */
struct tl_obj *privacy_key_view(struct arena *a, int key);
/* Write lane: `other` is among those who may, whatever the rest of the rules says; with its event. */
int privacy_add_exception(struct rpc_call *c, enum privacy_key key, int64_t other);

#endif
