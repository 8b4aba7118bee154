/*
 * metrics.h - what GET /metrics says, in Prometheus' text format. Names without their "chapar_"; kind: counter or gauge; texts of at most
 * a line. Threads: any.
 */
#ifndef HTTP_METRICS_H
#define HTTP_METRICS_H

#include "base/buf.h"

struct counters;

/* A number with its heading. */
void metric_put(struct buf *b, const char *name, const char *kind, const char *text, int64_t v);
/* The heading alone, of lines with labels. */
void metric_head(struct buf *b, const char *name, const char *kind, const char *text);
/* Each row of schema/counters.def. */
void metric_counters(struct buf *b, const struct counters *c);
/* Memory and processor time of this process. */
void metric_process(struct buf *b);

#endif
