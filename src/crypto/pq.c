/* pq.c - Miller-Rabin, exact for 32-bit numbers with bases 2, 7, 61; Pollard's rho in Brent's form for the client. */
#include "crypto/pq.h"

#include <stdbool.h>

#include "base/err.h"
#include "crypto/rng.h"

static uint64_t mul_mod(uint64_t a, uint64_t b, uint64_t n)
{
	return (uint64_t)((unsigned __int128)a * b % n);
}

static uint64_t pow_mod(uint64_t a, uint64_t e, uint64_t n)
{
	uint64_t r = 1;

	for (a %= n; e; e >>= 1) {
		if (e & 1)
			r = mul_mod(r, a, n);
		a = mul_mod(a, a, n);
	}
	return r;
}

static bool is_prime(uint32_t n)
{
	static const uint32_t bases[] = {2, 7, 61};
	uint32_t d = n - 1;
	int s = 0;

	for (; !(d & 1); d >>= 1)
		s++;
	for (int i = 0; i < 3; i++) {
		uint64_t x = pow_mod(bases[i], d, n);
		int k = 0;

		if (x == 1 || x == n - 1)
			continue;
		for (; k < s - 1 && x != n - 1; k++)
			x = mul_mod(x, x, n);
		if (x != n - 1)
			return false;
	}
	return true;
}

static uint32_t random_prime(void)
{
	uint32_t n;

	do
		n = (uint32_t)(rng_u64() & 0x3fffffff) | 0x40000001;
	while (!is_prime(n));
	return n;
}

void pq_generate(uint32_t *ret_p, uint32_t *ret_q)
{
	uint32_t a = random_prime(), b;

	do
		b = random_prime();
	while (a == b);
	*ret_p = a < b ? a : b;
	*ret_q = a < b ? b : a;
}

static uint64_t gcd(uint64_t a, uint64_t b)
{
	while (b) {
		uint64_t t = a % b;

		a = b;
		b = t;
	}
	return a;
}

int pq_factor(uint64_t pq, uint32_t *ret_p, uint32_t *ret_q)
{
	for (uint64_t c = 1; c < 20; c++) {
		uint64_t x = 2, y = 2, q = 1, g = 1;

		for (uint64_t r = 1; g == 1 && r < 1u << 20; r *= 2) {
			y = x;
			for (uint64_t k = 0; k < r && g == 1; k++) {
				x = (mul_mod(x, x, pq) + c) % pq;
				q = mul_mod(q, x > y ? x - y : y - x, pq);
				if (k % 64 == 63 || k + 1 == r)
					g = gcd(q, pq);
			}
		}
		if (g > 1 && g < pq && g <= UINT32_MAX && pq / g <= UINT32_MAX) {
			*ret_p = (uint32_t)(g < pq / g ? g : pq / g);
			*ret_q = (uint32_t)(g < pq / g ? pq / g : g);
			return 0;
		}
	}
	return -ERR_INVALID;
}
