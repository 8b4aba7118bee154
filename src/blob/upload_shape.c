/*
 * upload_shape.c - the sizes of parts (api.md 7.1): a multiple of 1024 that divides 524288, the same for all but the last, which
 * may be shorter. Parts come in any order, so the last may be first, and what it is shows later.
 */
#include <stdio.h>

#include "blob/upload_private.h"

static bool may_be_whole(uint32_t size)
{
	return size % UPLOAD_PART_UNIT == 0 && UPLOAD_PART_MAX % size == 0;
}

static void see(struct upload_sizes *s, int32_t number, uint32_t size)
{
	uint32_t other = size;

	if (number > s->highest) {
		other = s->highest < 0 ? 0 : s->highest_size;
		s->highest = number;
		s->highest_size = size;
	}
	if (!other)
		return;
	s->differ = s->differ || (s->others && s->others != other);
	s->others = other;
}

/* Of all parts but this one; -1: of all. */
static struct upload_sizes sizes_but(const struct upload *u, int64_t number)
{
	struct upload_sizes s = {.highest = -1};

	for (uint32_t i = 0; i < u->n_parts; i++)
		if (u->parts[i].at && i != number)
			see(&s, (int32_t)i, u->parts[i].size);
	return s;
}

void upload_sizes_note(struct upload *u, uint32_t number, bool is_new)
{
	if (is_new && u->have > 1)
		see(&u->sizes, (int32_t)number, u->parts[number].size);
	else
		u->sizes = sizes_but(u, -1);
}

const char *upload_fits(const struct upload *u, uint32_t limit, int32_t number, uint32_t size, int32_t total,
                        struct upload_shape *ret)
{
	struct upload_sizes s = {.highest = -1};
	bool last_known;

	if (total < -1 || total > (int32_t)limit || (total > 0 && u->total && u->total != total))
		return "FILE_PARTS_INVALID";
	if (total <= 0)
		total = u->total;
	if (number < 0 || number >= (int32_t)limit || (total && number >= total))
		return "FILE_PART_INVALID";
	if ((uint32_t)number < u->n_parts && u->parts[number].at)
		s = sizes_but(u, number); /* it takes its place */
	else if (u->have)
		s = u->sizes;
	see(&s, number, size);
	if (total && s.highest >= total)
		return "FILE_PARTS_INVALID"; /* of parts that came before the total */
	last_known = total && s.highest == total - 1;
	if (s.differ || (s.others && s.highest_size > s.others) ||
	    (s.others && total && !last_known && s.highest_size != s.others))
		return "FILE_PART_SIZE_CHANGED";
	if (s.others ? !may_be_whole(s.others) : total && !last_known && !may_be_whole(s.highest_size))
		return "FILE_PART_SIZE_INVALID";
	ret->total = total;
	ret->part_size = s.others ? s.others : total && !last_known ? s.highest_size : 0;
	ret->size_max = total ? (uint64_t)(total - 1) * ret->part_size : (uint64_t)s.highest * ret->part_size;
	ret->size_max += s.highest_size;
	return NULL;
}

const char *upload_whole(const struct upload *u, int32_t parts, char *missing, uint64_t *ret_size)
{
	uint64_t size = 0;

	if (parts < 1 || parts > UPLOAD_PARTS_MAX || (u->total && u->total != parts))
		return "FILE_PARTS_INVALID";
	for (uint32_t i = (uint32_t)parts; i < u->n_parts; i++)
		if (u->parts[i].at)
			return "FILE_PARTS_INVALID";
	for (int32_t i = 0; i < parts; i++) {
		if (i >= (int32_t)u->n_parts || !u->parts[i].at) {
			snprintf(missing, 40, "FILE_PART_%d_MISSING", i);
			return missing;
		}
		size += u->parts[i].size;
	}
	*ret_size = size;
	return NULL;
}
