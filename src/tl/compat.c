/* compat.c - the rules between layers that fields alone do not tell; tools/tlc demands each by name (schema/compat.def). */
#include "tl/tl.h"
