/*
 * compat.h - rules written by hand for forms whose meaning moved between layers; which forms ask for which rule stands
 * in schema/compat.def. Called by decode.c and encode.c only. A rule fills fields; it decides nothing about users.
 *
 * up_X      after decoding form `id` of X: fills the newest form's fields from the old ones.
 * down_X    before encoding form `id` of X: `o` is a shallow copy that may be changed; fills the old form's fields.
 *           false: this object cannot be said in that form; it is treated as an unknown constructor (fallback).
 * fallback_T        the substitute for a constructor of T that the layer lacks, or NULL to drop it.
 * down_result_M     what the answer to M looks like in that layer; NULL: it cannot be said (500).
 *
 * What they build lives in the arena given. Threads: any, no state.
 */
#ifndef TL_COMPAT_H
#define TL_COMPAT_H

#include "tl/tl.h"

#define TL_UP(n) void up_##n(struct arena *a, struct tl_##n *o, uint32_t id)
#define TL_DOWN(n) bool down_##n(struct arena *a, struct tl_##n *o, uint32_t id)
#define TL_FALLBACK(t) struct tl_obj *fallback_##t(struct arena *a, const struct tl_obj *o, int layer)
#define TL_DOWN_RESULT(m) const struct tl_obj *down_result_##m(struct arena *a, const struct tl_obj *o, int layer)

/* Declarations for every row of schema/compat.def. */
#include "tl_compat_rules.h" /* generated: TL_UP(messages_sendMessage); ... */

#endif
