/*
 * keystore.h - what mtproto needs to know of auth keys, and how it asks. The store behind it is somebody else's
 * (roles/serve binds it to store/auth_key.c; a CDN node to RAM).
 * Threads: loads and saves are asynchronous; every callback comes back on the loop that asked.
 */
#ifndef MTPROTO_KEYSTORE_H
#define MTPROTO_KEYSTORE_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/slice.h"

struct io_loop;

enum mt_key_kind { MT_KEY_PERM = 1, MT_KEY_TEMP = 2 };

/* initConnection's fields and what follows from them; NUL-terminated, cut at the array's size. */
struct mt_client_info {
	int32_t api_id;
	char device_model[65], system_version[65], app_version[65];
	char system_lang_code[17], lang_pack[17], lang_code[17];
};

struct mt_key {
	int64_t id; /* auth_key_id as the wire's 8 bytes read little-endian */
	uint8_t key[256];
	enum mt_key_kind kind;
	int32_t dc; /* 1..5, or a CDN DC, from the inner data; 2 if it named none */
	int64_t first_salt;
	unixtime_t created;
	unixtime_t expires; /* temporary keys; 0: never */
	int64_t perm_id;    /* temporary: the permanent key it is bound to; 0: unbound */
	int32_t layer;      /* of the permanent key's last invokeWithLayer; 0: none yet */
	int64_t user_id;    /* of the permanent key; 0: nobody signed in */
};

typedef void mt_key_loaded_fn(void *arg, int r, const struct mt_key *k, const struct mt_client_info *info);

struct mt_keystore {
	void *ctx;
	/* Find a key. done(arg, 0, key, info) with a key borrowed for the callback and what note_client knew of it (NULL:
	 * nothing yet), or (arg, -ERR_NOTFOUND, NULL, NULL), or another error when the store cannot answer now (the packet is
	 * then dropped and the connection closed, never -404). */
	void (*load)(void *ctx, struct io_loop *loop, int64_t id, mt_key_loaded_fn *done, void *arg);
	/* Durably add a new key before dh_gen_ok is sent. -ERR_EXISTS on an id collision. */
	void (*insert)(void *ctx, struct io_loop *loop, const struct mt_key *k,
	               void (*done)(void *arg, int r), void *arg);
	/* Durably bind temp to perm until `expires`; evicts the oldest above 32 a permanent key. -ERR_EXISTS if it is
	 * bound to another already. */
	void (*bind)(void *ctx, struct io_loop *loop, int64_t temp_id, int64_t perm_id, unixtime_t expires,
	             void (*done)(void *arg, int r), void *arg);
	/* Delete a key (and, for a permanent one, the temporary keys bound to it). -ERR_NOTFOUND if absent. */
	void (*destroy)(void *ctx, struct io_loop *loop, int64_t id, void (*done)(void *arg, int r),
	                void *arg);
	/* Remember layer and initConnection fields of a permanent key; best effort, no answer. */
	void (*note_client)(void *ctx, int64_t perm_id, int32_t layer, const struct mt_client_info *info);
};

#endif
