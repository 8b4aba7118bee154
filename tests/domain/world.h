/*
 * world.h - a server without a wire: the real lanes, store and handlers over a database of its own in a temporary folder,
 * and people who call them. What a client of a layer would get is encoded and decoded on the way.
 * One thread uses a world; answers and pushes arrive from lanes under its lock.
 */
#ifndef TESTS_DOMAIN_WORLD_H
#define TESTS_DOMAIN_WORLD_H

#include "rpc/app.h"
#include "rpc/call.h"
#include "tl/tl.h"

struct world;

struct person {
	int64_t id, key; /* account and its authorisation; key + 1 is taken for a second one */
};

struct world *world_new(void);
void world_free(struct world *w);
/* For tests whose state, from malloc, begins with its world: both are freed. */
int world_teardown(void **state);
/* From now on what waits is done (jobs/jobs.h, domain_jobs[]). */
void world_start_jobs(struct world *w);
struct app *world_app(struct world *w);
/* Its folder. */
const char *world_dir(const struct world *w);
/* Lives as long as the world: for queries and for what was answered. */
struct arena *world_arena(struct world *w);
/* A new object of this name there, for a state whose world is `w`. */
#define Q(s, n) TL_NEW(world_arena((s)->w), n)

/* A new account, its first key connected at TL_LAYER_MAX. */
struct person world_person(struct world *w, const char *phone, const char *first, const char *last);
/* A second authorisation of the account is connected (or the first again) at `layer`; 0: it is gone. */
void world_connect(struct world *w, struct person p, int64_t key, int layer);

/*
 * p calls: the answer, or NULL with the error's text in world_error(). The second form names key and layer (that of the
 * answer; the world decodes any).
 */
struct tl_obj *world_call(struct world *w, struct person p, const struct tl_obj *q);
struct tl_obj *world_call_as(struct world *w, struct person p, int64_t key, int layer,
                             const struct tl_obj *q);
/* From a key that was made for another DC. */
struct tl_obj *world_call_at(struct world *w, struct person p, int dc, const struct tl_obj *q);
/* As part of an export. */
struct tl_obj *world_call_takeout(struct world *w, struct person p, const struct tl_obj *q);
const char *world_error(const struct world *w);

/* The language (static) that whoever calls from now on named when he connected; NULL: none. */
void world_speak(struct world *w, const char *lang_code);

/* InputUser and InputPeer of `whom` as `who` may name him. */
struct tl_obj *world_user(struct world *w, struct person who, int64_t whom);
struct tl_obj *world_peer(struct world *w, struct person who, int64_t whom);

/* The same of a channel: InputChannel and InputPeer. */
struct tl_obj *world_channel(struct world *w, struct person who, int64_t channel);
struct tl_obj *world_channel_peer(struct world *w, struct person who, int64_t channel);

/* Waits until lanes are idle, then gives what was pushed to this key since the last look, oldest first. */
struct tl_vec world_pushes(struct world *w, int64_t key);
/* Without waiting: the highest id of a message of a private chat that was pushed to this key since the last look; 0: none. Any thread. */
int32_t world_pushed_up_to(struct world *w, int64_t key);
/* The first update of this name in a vector of Updates objects (updates, updateShort), or NULL. */
struct tl_obj *world_update(struct tl_vec pushes, uint16_t name);
/* The user of this id in an object's users[] given as a vector, or NULL. */
struct tl_user *world_find_user(struct tl_vec users, int64_t id);

/* Sets one setting, by its section and key. */
void world_set(struct world *w, const char *section, const char *key, const char *value);

/* Run f on the write lane, inside a transaction; returns what f returned, after the commit. */
int world_write(struct world *w, int (*f)(struct rpc_call *c, void *arg), void *arg);

#endif
