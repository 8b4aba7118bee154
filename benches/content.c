/* content.c - see content.h. */
#include "benches/content.h"

#include <string.h>

#include "crypto/aes.h"

void bench_content(uint32_t number, uint64_t off, uint32_t n, uint8_t *out)
{
	static const uint8_t key[32] = "what chapar-bench sends around";
	uint8_t iv[16] = {0};
	struct aes_ctr s;

	memcpy(iv, &number, sizeof(number));
	for (int i = 0; i < 8; i++)
		iv[15 - i] = (uint8_t)(off / 16 >> 8 * i);
	aes_ctr_init(&s, key, iv);
	memset(out, 0, n);
	aes_ctr_apply(&s, out, n);
}
