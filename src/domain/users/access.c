/* access.c - access hashes: nothing is stored, nothing can be guessed. */
#include "crypto/siphash.h"
#include "domain/users/peer.h"

int64_t access_hash(const struct app *app, int64_t viewer, enum peer_kind kind, int64_t target)
{
	int64_t in[3] = {viewer, (int64_t)kind, target}, hash;

	hash = (int64_t)siphash(app->access_secret, in, sizeof(in));
	return hash ? hash : 1;
}
