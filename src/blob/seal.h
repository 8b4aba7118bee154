/*
 * seal.h - encryption of what lies on disk, by a key that does not lie there. Only for the other files of this folder.
 *
 *   key file ─HKDF─▶ root ─▶ check (in DIR/blobs/format), names of contents, and a key for each file by its own salt
 *
 * A sealed content: 96 bytes of head, then its chunks of SEAL_CHUNK plain bytes (the last may be shorter), each with its tag.
 *   "chaparS1" │ salt 32 │ sealed: SHA-256 of the plain content 32, its size 8, tag 16
 * AES-256-GCM, the chunk's number as nonce: a file's key is used for one content only. The size is authenticated with the
 * head, so nothing can be cut off; the id in it, so that files cannot be exchanged.
 * Threads: any.
 */
#ifndef BLOB_SEAL_H
#define BLOB_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "crypto/gcm.h"

struct seal;

enum {
	SEAL_CHUNK = 65536,
	SEAL_SALT = 32,
	SEAL_HEAD = 8 + SEAL_SALT + 32 + 8 + GCM_TAG,
};

struct seal *seal_new(struct slice key_file);
void seal_free(struct seal *s); /* NULL is allowed; wipes */
/* Tells this key from others without telling anything of it. */
void seal_check(const struct seal *s, uint8_t out[16]);
void seal_name(const struct seal *s, const uint8_t id[32], uint8_t out[32]);
void seal_file_key(const struct seal *s, const uint8_t salt[SEAL_SALT], uint8_t key[32]);

void seal_chunk_nonce(uint64_t number, uint8_t nonce[GCM_NONCE]);

void seal_head_put(const struct seal *s, const uint8_t salt[SEAL_SALT], const uint8_t id[32], uint64_t size,
                   uint8_t out[SEAL_HEAD]);
/* -ERR_CORRUPT. */
int seal_head_open(const struct seal *s, const uint8_t in[SEAL_HEAD], uint8_t ret_id[32], uint64_t *ret_size,
                   uint8_t ret_key[32]);
/* Where a chunk lies in the file, and what a plain size takes on disk. */
uint64_t seal_chunk_at(uint64_t number);
uint64_t seal_disk_size(uint64_t plain);

#endif
