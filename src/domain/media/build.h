/* build.h - photos and documents out of uploads, on blob threads. Inside media/. */
#ifndef DOMAIN_MEDIA_BUILD_H
#define DOMAIN_MEDIA_BUILD_H

#include "domain/media/private.h"
#include "worker/worker.h"

/* An InputFile as a photo of these sizes. */
int media_build_photo(struct rpc_call *c, const struct tl_obj *input_file, enum worker_image_for what,
                      struct media_made **ret);
/* inputMediaUploadedDocument as a document: attributes checked, what is missing in them and a thumb looked for. */
int media_build_document(struct rpc_call *c, const struct tl_inputMediaUploadedDocument *in,
                         struct media_made **ret);

/* VideoSize of a photo that clients draw, as it is stored. 400 EMOJI_MARKUP_INVALID. */
int media_markup(struct rpc_call *c, const struct tl_obj *markup, struct tl_obj **ret);
/* Its colours, 1 to WORKER_COLOURS_MAX. */
const struct tl_vec_int *media_markup_colours(const struct tl_obj *markup);

/* Contents of pictures, and how they are listed: Vector<PhotoSize>, the stripped one first. */
int media_add_sizes(struct rpc_call *c, struct media_made *m, const struct worker_size *sizes, int n,
                    struct slice stripped, struct tl_vec *ret);
/* What a worker wrote to a memory file, as a content. */
int media_copy_in(struct rpc_call *c, int fd, struct made_part *ret);
/* Errors of worker.h as they are. */
int media_look_at_image(struct rpc_call *c, const struct made_part *p, enum worker_image_for what,
                        struct worker_image *ret);
/* What a worker could not do, as the protocol's error. */
int media_worker_failed(struct rpc_call *c, int r);

#endif
