/*
 * keys.h - a node's auth keys: in RAM, for a day, the oldest forgotten for a new one. A client whose key is forgotten hears -404 and makes
 * another (mtproto.md 6).
 * Threads: any.
 */
#ifndef CDN_KEYS_H
#define CDN_KEYS_H

#include "mtproto/keystore.h"

struct cdn_keys;

enum { CDN_KEYS_MOST = 65536, CDN_KEY_SECONDS = 86400 };

struct cdn_keys *cdn_keys_new(uint32_t most);
void cdn_keys_free(struct cdn_keys *k); /* wipes; NULL is allowed */
void cdn_keys_bind(struct cdn_keys *k, struct mt_keystore *ret);

#endif
