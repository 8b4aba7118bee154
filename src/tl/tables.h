/* tables.h - the generated tables as decode.c, encode.c and describe.c walk them. Not for other folders. */
#ifndef TL_TABLES_H
#define TL_TABLES_H

#include "tl/tl.h"

enum tl_kind {
	TL_K_FLAGS, /* offset: index of the flag word in the shape */
	TL_K_INT,
	TL_K_LONG,
	TL_K_INT_IN_LONG, /* int on the wire, int64_t in the struct */
	TL_K_DOUBLE,
	TL_K_STR,
	TL_K_BOOL,
	TL_K_TRUE,
	TL_K_INT128,
	TL_K_INT256,
	TL_K_OBJ,
	TL_K_VEC_INT,
	TL_K_VEC_LONG,
	TL_K_VEC_STR,
	TL_K_VEC_OBJ
};

struct tl_field {
	uint16_t offset; /* in the struct */
	uint8_t kind;
	uint8_t flag; /* 0: always there; else (word + 1) << 5 | bit */
	uint16_t has; /* offset of has_x; 0: none (presence is the value itself) */
	uint16_t
		type; /* boxed type of an object or of a vector's elements; of a string: 1 if it is text, 0 if bytes */
};

enum tl_result {
	TL_RESULT_NONE,
	TL_RESULT_OBJ,
	TL_RESULT_INTS,
	TL_RESULT_LONGS,
	TL_RESULT_STRS,
	TL_RESULT_OBJS
};

struct tl_shape {
	uint32_t id;
	uint16_t name, type; /* type: of the constructor, or of the method's result */
	uint16_t first, n;   /* in tl_fields */
	uint8_t result;
	void (*up)(struct arena *a, struct tl_obj *o, uint32_t id);
	bool (*down)(struct arena *a, struct tl_obj *o, uint32_t id);
};

struct tl_form {
	uint8_t from, to; /* layers */
	uint16_t shape;
};

struct tl_name_row {
	const char *wire;
	uint16_t size;     /* of the struct */
	uint16_t first, n; /* in tl_forms */
	uint16_t type;     /* boxed type of a constructor; 0 for methods */
	const struct tl_obj *(*down_result)(struct arena *a, const struct tl_obj *o, int layer);
};

#define TL_DROP 0 /* tl_type_row.fallback: nothing stands for it */

struct tl_type_row {
	const char *wire;
	uint16_t fallback; /* a name, or TL_DROP */
	const struct tl_obj *(*rule)(struct arena *a, const struct tl_obj *o, int layer);
};

struct tl_known {
	uint32_t id;
	const char *wire;
};

extern const struct tl_field tl_fields[];
extern const char *const tl_field_names[]; /* parallel to tl_fields */
extern const struct tl_shape tl_shapes[];
extern const unsigned tl_n_shapes;
extern const struct tl_form tl_forms[];
extern const struct tl_name_row tl_name_rows[];
extern const struct tl_type_row tl_types[];
extern const unsigned tl_hash_bits;
extern const uint16_t tl_hash[]; /* shape + 1; 0: empty */
extern const struct tl_known tl_known_methods[];
extern const unsigned tl_n_known;

#define TL_ID_VECTOR 0x1cb5c415u

/* NULL if no shape has this id. */
const struct tl_shape *tl_shape_of(uint32_t id);
/* The form of a name in force at a layer, NULL if the name does not exist there. */
const struct tl_shape *tl_shape_at(uint16_t name, int layer);
/* Is there anything in this field of the object? Fields that are always there and have no NULL count as present. */
bool tl_field_present(const struct tl_field *f, const void *obj);
/* The newest form of a name. */
const struct tl_shape *tl_shape_newest(uint16_t name);

#endif
