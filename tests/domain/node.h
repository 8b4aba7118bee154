/*
 * node.h - the set-up of tests of the core's side of CDN nodes: Ann, Bob and Cid, a node that a thread plays, and what they ask of files that it
 * may serve.
 */
#ifndef TESTS_DOMAIN_NODE_H
#define TESTS_DOMAIN_NODE_H

#include <unistd.h>

#include "cdnlink/cdnlink.h"
#include "fake_node.h"
#include "rpc/app.h"
#include "three.h"

struct node {
	struct s *s;
	struct fake_node *node;
	struct store_cdn_node row; /* name, countries: to be set before node_add() */
	uint8_t secret[CDN_SECRET_SIZE];
};

/* Asks again until it is so: up to 20 s. */
#define UNTIL(condition)                                                                                     \
	do {                                                                                                 \
		int until_n = 0;                                                                             \
		while (!(condition) && until_n++ < 2000)                                                     \
			usleep(10000);                                                                       \
		assert_true(condition);                                                                      \
	} while (0)

int node_setup(void **state);
int node_teardown(void **state);
struct app *node_app(struct node *t);

/* The row is added, planned: what cdnlink_add() said. */
int node_add(struct node *t);
/* Added, licensed and active; its link is up. */
void node_begin(struct node *t);
/* What cdnlink_step() said. */
int node_step(struct node *t, enum store_cdn_state to);
struct cdnlink_live node_live(struct node *t);

/* A document from Ann to Bob: its location as Bob sees it. */
struct tl_obj *node_document(struct node *t, struct slice bytes);
/* The same document as Ann sees it. */
struct tl_obj *node_anns(struct node *t);
/* upload.getFile of 64 KiB with cdn_supported: where he is sent, or NULL; and whether he gets the bytes themselves. */
struct tl_upload_fileCdnRedirect *node_sent(struct node *t, struct person who, struct tl_obj *location,
                                            int64_t offset);
bool node_direct(struct node *t, struct person who, struct tl_obj *location, int64_t offset);
/* upload.reuploadCdnFile, as the node would have it asked at this time. */
struct tl_obj *node_reupload_of(struct node *t, struct slice token, const struct cdn_request *missing,
                                unixtime_t at);
/* Of a chunk that it lacks now. */
struct tl_obj *node_reupload(struct node *t, struct slice token, uint32_t chunk);
/* `o`: hashes of these `n` chunks of the content, no others. */
void node_expect_windows(struct node *t, const struct tl_obj *o, struct slice bytes, uint32_t first,
                         uint32_t n);

#endif
