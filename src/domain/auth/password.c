/* password.c - account.getPassword: nobody has one so far; the algorithms by which one could be set. */
#include "crypto/dh.h"
#include "crypto/rng.h"
#include "rpc/call.h"
#include "rpc_methods.h"

enum { SALT1 = 8, SALT2 = 16, SECURE_SALT = 8, RANDOM = 256 };

static struct slice random_bytes(struct rpc_call *c, uint32_t n)
{
	uint8_t *p = arena_alloc(&c->arena, n);

	rng_bytes(p, n);
	return slice_of(p, n);
}

int account_getPassword(struct rpc_call *c, const struct tl_account_getPassword *q)
{
	struct tl_passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow *kdf = TL_NEW(
		&c->arena, passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow);
	struct tl_securePasswordKdfAlgoPBKDF2HMACSHA512iter100000 *secure = TL_NEW(
		&c->arena, securePasswordKdfAlgoPBKDF2HMACSHA512iter100000);
	struct tl_account_password *p = TL_NEW(&c->arena, account_password);

	kdf->salt1 = random_bytes(c, SALT1);
	kdf->salt2 = random_bytes(c, SALT2);
	kdf->g = DH_G;
	kdf->p = slice_of(dh_prime, sizeof(dh_prime));
	secure->salt = random_bytes(c, SECURE_SALT);
	p->new_algo = &kdf->o;
	p->new_secure_algo = &secure->o;
	p->secure_random = random_bytes(c, RANDOM);
	return rpc_reply(c, &p->o);
}
