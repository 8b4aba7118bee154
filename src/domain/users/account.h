/*
 * account.h - an account's beginning, changes of its number, and its end, for those who sign people in and out.
 * Thread: write lane, inside a call's transaction.
 */
#ifndef DOMAIN_USERS_ACCOUNT_H
#define DOMAIN_USERS_ACCOUNT_H

#include "rpc/call.h"
#include "updates/event.h"

/*
 * Names as a client sent them, made right: UTF-8, no blanks around, first name 1..64 and last name 0..64 characters.
 * 400 FIRSTNAME_INVALID, LASTNAME_INVALID. Results in the call's arena.
 */
int user_names(struct rpc_call *c, struct slice first, struct slice last, struct slice *ret_first,
               struct slice *ret_last);
/* Digits of a number as clients write it (+, blanks and signs left out), 5..15 of them; -ERR_INVALID otherwise. */
int user_phone_digits(struct arena *a, struct slice phone, struct slice *ret);

/*
 * A new account with this number (digits; absent: none) and names that user_names() passed. Those who waited for the number
 * have him as a contact from now on and, if `tell`, a message that he joined. 400 PHONE_NUMBER_OCCUPIED.
 */
int user_create(struct rpc_call *c, struct slice phone, struct slice first, struct slice last, bool tell,
                int64_t *ret_id);
/* Another number for the account. 400 PHONE_NUMBER_OCCUPIED. Contacts hear of it as their privacy allows. */
int user_set_phone(struct rpc_call *c, int64_t id, struct slice phone);
/* The account ends: names, number, username, contacts and settings go, others lose the contact; messages stay. */
int user_delete(struct rpc_call *c, int64_t id);

/* For rpc_reply_after: the caller as he sees himself. Thread: read lanes. */
int user_reply_self(struct rpc_call *c, void *unused);

/* Tell those who have `id` among their contacts or chats, and his own other sessions, that he looks different (UPD_USER). */
int user_changed(struct rpc_call *c, int64_t id, int64_t except_key);
/* The same, and that his photo is another (UPD_USER_FULL). */
int user_photo_changed(struct rpc_call *c, int64_t id, int64_t except_key);
/* Write lane: those in his newest private chats hear an event of this kind, whose peer is he. */
int user_tell_chats(struct rpc_call *c, int64_t id, enum upd_kind kind);

#endif
