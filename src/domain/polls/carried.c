/* carried.c - what the media of a message says of its poll by itself: its number, and whether its voters are seen. */
#include "domain/polls/poll.h"

int64_t poll_of(const struct tl_obj *media)
{
	const struct tl_messageMediaPoll *m = TL_AS(messageMediaPoll, media);
	const struct tl_poll *p = m ? TL_AS(poll, m->poll) : NULL;

	return p ? p->id : 0;
}

bool poll_is_public(const struct tl_obj *media)
{
	const struct tl_messageMediaPoll *m = TL_AS(messageMediaPoll, media);
	const struct tl_poll *p = m ? TL_AS(poll, m->poll) : NULL;

	return p && p->public_voters;
}
