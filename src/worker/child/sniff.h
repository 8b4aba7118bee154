/* sniff.h - what a file is, by its first bytes; never by the name it was given. Pure. Thread: any. */
#ifndef WORKER_CHILD_SNIFF_H
#define WORKER_CHILD_SNIFF_H

#include "base/slice.h"

/* One of the images that we read: "image/jpeg", "image/png", "image/webp", "image/gif", "image/heic", "image/avif"; or NULL. */
const char *sniff_image(struct slice head);

#endif
