/* sniff.c - see sniff.h. */
#include "worker/child/sniff.h"

#include "base/rd.h"

static bool begins(struct slice s, uint32_t at, const char *with)
{
	uint32_t n = (uint32_t)strlen(with);

	return s.n >= at + n && memcmp(s.p + at, with, n) == 0;
}

/* ISO/IEC 23008-12: a file type box with a brand of images; a picture of AV1 also claims the general mif1. */
static const char *heif(struct slice head)
{
	static const char *const hevc[] = {"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"};
	uint32_t n = head.n < 4 ? 0
	                        : (uint32_t)head.p[0] << 24 | (uint32_t)head.p[1] << 16 |
	                                  (uint32_t)head.p[2] << 8 | head.p[3];
	const char *found = NULL;

	if (!begins(head, 4, "ftyp") || n < 16 || n > 256)
		return NULL;
	for (uint32_t at = 8; at + 4 <= n && at + 4 <= head.n; at += at == 8 ? 8 : 4) {
		if (begins(head, at, "avif") || begins(head, at, "avis"))
			return "image/avif";
		for (unsigned i = 0; i < sizeof(hevc) / sizeof(hevc[0]); i++)
			if (begins(head, at, hevc[i]))
				found = "image/heic";
	}
	return found;
}

const char *sniff_image(struct slice head)
{
	if (begins(head, 0, "\xff\xd8\xff"))
		return "image/jpeg";
	if (begins(head, 0, "\x89PNG\r\n\x1a\n"))
		return "image/png";
	if (begins(head, 0, "RIFF") && begins(head, 8, "WEBPVP8"))
		return "image/webp";
	if (begins(head, 0, "GIF87a") || begins(head, 0, "GIF89a"))
		return "image/gif";
	return heif(head);
}
