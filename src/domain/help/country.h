/* country.h - countries by calling code. Threads: any. */
#ifndef DOMAIN_HELP_COUNTRY_H
#define DOMAIN_HELP_COUNTRY_H

#include "tl/tl.h"

/* ISO 3166 code of the country that a number (digits only) belongs to; "" if none. Static. */
const char *country_of_phone(struct slice phone);
/* Its English name; "" if none. Static. */
const char *country_name_of_phone(struct slice phone);
/* Vector of help.country. */
struct tl_vec country_list(struct arena *a);

#endif
