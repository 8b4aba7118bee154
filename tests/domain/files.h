/* files.h - people of a world who upload, send and download, for tests of media. The calls must succeed. */
#ifndef TESTS_DOMAIN_FILES_H
#define TESTS_DOMAIN_FILES_H

#include "world.h"

/* Bytes that repeat after a long while, in the world's arena: different for each `seed`. */
struct slice files_bytes(struct world *w, size_t n, unsigned seed);
/* A PNG of soft colours. */
struct slice files_png(struct world *w, uint32_t width, uint32_t height);
/* A small animation of vectors as clients send them; another content for each number. */
struct slice files_tgs(struct world *w, int number);
/* All parts of `bytes`: an InputFile. */
struct tl_obj *files_upload(struct world *w, struct person who, struct slice bytes, const char *name);
/* inputMediaUploadedDocument of them, with a Filename, and `extra` attribute if it is not NULL. */
struct tl_inputMediaUploadedDocument *files_document(struct world *w, struct person who, struct slice bytes,
                                                     const char *name, const char *mime,
                                                     struct tl_obj *extra);
struct tl_obj *files_photo(struct world *w, struct person who, struct slice image);
/* The message as its sender gets it. */
struct tl_message *files_send(struct world *w, struct person from, struct person to, struct tl_obj *media,
                              const char *caption);
/* A document under the words "look", with that extra attribute or NULL. */
struct tl_message *files_send_document(struct world *w, struct person from, struct person to,
                                       struct slice bytes, const char *name, const char *mime,
                                       struct tl_obj *extra);
/* How many hold the file; -1: it is gone. */
int64_t files_refs(struct world *w, int64_t file);
/* Time passes; it never goes back, not even between tests. */
void files_pass(int seconds);
/* The newest message of his chat. */
struct tl_message *files_top(struct world *w, struct person who, struct person with);
/* Document or Photo of a message's media. */
struct tl_document *files_document_of(const struct tl_message *m);
struct tl_photo *files_photo_of(const struct tl_message *m);
struct tl_obj *files_location(struct world *w, const struct tl_document *d, const char *size);
struct tl_obj *files_photo_location(struct world *w, const struct tl_photo *p, const char *size);
/* All of it by getFile in steps of `step` (precise if it is no power of two). */
struct slice files_get(struct world *w, struct person who, struct tl_obj *location, int32_t step);

#endif
