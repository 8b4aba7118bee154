/*
 * warm.c - the libraries, loaded and filled before the first fork. Afterwards nothing has to open a file, and a task pays for
 * none of it. No threads may be alive here: they would be missing after the fork.
 */
#include <gmodule.h>
#include <libavutil/log.h>
#include <stdlib.h>
#include <vips/vips.h>

#include "base/err.h"
#include "worker/child/task.h"

/* ThreadSanitizer does not see how the libraries lock: here it would speak of nothing else. The pool is looked at by test_worker.c. */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
	return "report_bugs=0";
}

static void say_nothing(const gchar *domain, GLogLevelFlags level, const gchar *text, gpointer arg)
{
}

/* Of the many formats that libvips reads, the five of ours. */
static void block_loaders(void)
{
	static const char *const ours[] = {"VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp",
	                                   "VipsForeignLoadNsgif", "VipsForeignLoadHeif"};

	vips_operation_block_set("VipsForeignLoad", TRUE);
	for (unsigned i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		vips_operation_block_set(ours[i], FALSE);
}

static void *touch(GType type, void *arg)
{
	if (!G_TYPE_IS_ABSTRACT(type))
		g_type_class_ref(type);
	return NULL;
}

int task_warm_up(void)
{
	setenv("VIPSHOME", "/nonexistent",
	       1);                       /* no modules: those of Debian bring ImageMagick, poppler and more */
	setenv("VIPS_NOVECTOR", "1", 1); /* the other way writes machine code while it runs */
	setenv("VIPS_DISC_THRESHOLD", "64g",
	       1); /* large images stay in memory, which has its limit: files cannot be made */
	av_log_set_level(AV_LOG_QUIET);
	g_log_set_default_handler(say_nothing, NULL);
	if (vips_init("chapar-worker"))
		return -ERR_UNSUPPORTED;
	vips_concurrency_set(1);
	vips_cache_set_max(0);

	g_module_open(VIPS_MODULES "/vips-heif.so", G_MODULE_BIND_LOCAL);
	block_loaders();
	vips_type_map_all(g_type_from_name("VipsForeignLoad"), touch, NULL);
	return 0;
}

bool task_reads_heif(void)
{
	return vips_type_find("VipsOperation", "heifload_buffer") != 0;
}
