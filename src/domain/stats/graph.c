/* graph.c - numbers to the JSON by which clients draw them. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "domain/stats/private.h"

struct tl_obj *stats_graph_none(struct arena *a)
{
	struct tl_statsGraphError *e = TL_NEW(a, statsGraphError);

	e->error = SLICE_LIT("Not enough data to display the graph.");
	return &e->o;
}

static bool is_flat(const struct stats_graph *g)
{
	for (uint32_t k = 0; k < g->n_lines; k++)
		for (uint32_t i = 0; i < g->n; i++)
			if (g->line[k].v[i])
				return false;
	return true;
}

static json_t *times(const struct stats_graph *g)
{
	json_t *x = json_array();

	json_array_append_new(x, json_string("x"));
	for (uint32_t i = 0; i < g->n; i++)
		json_array_append_new(x, json_integer((g->first + i * g->step) * 1000));
	return x;
}

static json_t *numbers(const char *id, const struct stats_line *line, uint32_t n)
{
	json_t *y = json_array();

	json_array_append_new(y, json_string(id));
	for (uint32_t i = 0; i < n; i++)
		json_array_append_new(y, json_integer(line->v[i]));
	return y;
}

static json_t *graph(const struct stats_graph *g)
{
	json_t *columns = json_array(), *types = json_object(), *names = json_object(),
	       *colors = json_object();

	json_array_append_new(columns, times(g));
	json_object_set_new(types, "x", json_string("x"));
	for (uint32_t k = 0; k < g->n_lines; k++) {
		char id[] = {'y', (char)('0' + k), '\0'};

		json_array_append_new(columns, numbers(id, &g->line[k], g->n));
		json_object_set_new(types, id, json_string(g->type));
		json_object_set_new(names, id, json_string(g->line[k].name));
		json_object_set_new(colors, id, json_string(g->line[k].color));
	}
	return json_pack("{s:o, s:o, s:o, s:o, s:[], s:b, s:b}", "columns", columns, "types", types, "names",
	                 names, "colors", colors, "hidden", "stacked",
	                 strcmp(g->type, "bar") == 0 || strcmp(g->type, "area") == 0, "percentage",
	                 strcmp(g->type, "area") == 0);
}

int stats_graph_view(struct rpc_call *c, const struct stats_graph *g, const char *zoom, struct tl_obj **ret)
{
	struct tl_statsGraph *o = TL_NEW(&c->arena, statsGraph);
	struct tl_dataJSON *data = TL_NEW(&c->arena, dataJSON);
	json_t *json;
	char *text;

	*ret = &o->o;
	if (g->n < 2 || is_flat(g)) {
		*ret = stats_graph_none(&c->arena);
		return 0;
	}
	json = graph(g);
	text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	if (!text)
		return -ERR_INVALID;
	data->data = arena_slice(&c->arena, slice_str(text));
	free(text);
	o->json = &data->o;
	if (zoom)
		o->zoom_token = slice_str(zoom);
	return 0;
}
