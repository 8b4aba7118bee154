/* access.c - access hashes: nothing is stored, nothing can be guessed. */
#include "crypto/hash.h"
#include "domain/users/peer.h"

int64_t access_hash(const struct app *app, int64_t viewer, enum peer_kind kind, int64_t target)
{
	uint8_t mac[32];
	int64_t in[3] = {viewer, (int64_t)kind, target}, hash;

	hmac_sha256(app->access_secret, sizeof(app->access_secret), in, sizeof(in), mac);
	memcpy(&hash, mac, sizeof(hash));
	return hash ? hash : 1;
}
