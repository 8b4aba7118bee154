/* detect.h - what clients expect to find marked in a plain text: links, mentions, hashtags, commands ... Pure. */
#ifndef DOMAIN_MESSAGES_DETECT_H
#define DOMAIN_MESSAGES_DETECT_H

#include "tl/tl.h"

/*
 * Appends the entities found in `text` (valid UTF-8) to list[*n_list..max), by offset; what the sender marked himself is not
 * looked at here: text.c leaves out what overlaps it. Thread: any.
 */
void text_detect(struct arena *a, struct slice text, struct tl_obj **list, uint32_t *n_list, uint32_t max);

#endif
