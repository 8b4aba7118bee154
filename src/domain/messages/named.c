/* named.c - see named.h. */
#include "domain/messages/named.h"

#include "base/err.h"
#include "base/utf8.h"
#include "domain/users/username.h"
#include "store/user.h"
#include "updates/peer.h"

struct named {
	int64_t *v, writer;
	size_t n;
};

static void add(struct named *m, int64_t user)
{
	if (user <= 0 || user == m->writer || m->n == NAMED_MAX)
		return;
	for (size_t i = 0; i < m->n; i++)
		if (m->v[i] == user)
			return;
	m->v[m->n++] = user;
}

/* @name, as it stands in the text. */
static int by_name(struct rpc_call *c, struct slice text, int32_t offset, int32_t length, struct named *m)
{
	struct slice name;
	int64_t from, to, peer;
	int r;

	if (offset < 0 || length < 2)
		return 0;
	from = utf8_byte_of(text, (uint32_t)offset);
	to = utf8_byte_of(text, (uint32_t)(offset + length));
	if (from < 0 || to <= from + 1)
		return 0;
	name = username_fold(&c->arena, slice_of(text.p + from + 1, (size_t)(to - from - 1)));
	r = store_username_find(c->db, name, &peer);
	if (r == 0)
		add(m, peer);
	return r == -ERR_NOTFOUND ? 0 : r;
}

int named_in(struct rpc_call *c, const struct tl_obj *content, int64_t writer, int64_t answered, int64_t *ret,
             size_t *ret_n)
{
	const struct tl_message *t = TL_AS(message, content);
	struct named m = {.v = ret, .writer = writer};
	int r = 0;

	add(&m, answered);
	for (uint32_t i = 0; r >= 0 && t && i < t->entities.n; i++) {
		const struct tl_messageEntityMentionName *id = TL_AS(messageEntityMentionName,
		                                                     t->entities.v[i]);
		const struct tl_messageEntityMention *name = TL_AS(messageEntityMention, t->entities.v[i]);

		if (id)
			add(&m, id->user_id);
		else if (name)
			r = by_name(c, t->message, name->offset, name->length, &m);
	}
	*ret_n = m.n;
	return r;
}
