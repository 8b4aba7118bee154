/*
 * settings.h - what the operator chose: rows of schema/settings.def, from an INI file and the command line.
 * Read-only once the server has started. Threads: any, after that.
 */
#ifndef BASE_SETTINGS_H
#define BASE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SETTING_C_STR    char *
#define SETTING_C_CHOICE char *
#define SETTING_C_INT    int64_t
#define SETTING_C_BOOL   bool

struct settings {
#define SETTING(kind, name, section, key, def, range, when, text) SETTING_C_##kind name;
#include "schema/settings.def"
#undef SETTING
};

/* Defaults. Texts are the struct's own. */
void settings_init(struct settings *s);
void settings_fini(struct settings *s);
/* Sets one by section and key. -ERR_NOTFOUND: no such row; -ERR_INVALID: the value does not fit. */
int settings_set(struct settings *s, const char *section, const char *key, const char *value);
/* Reads an INI file. On an error, one line for the operator that names file, line and mend is in `err`. */
int settings_read(struct settings *s, const char *path, char *err, size_t err_n);
/* Writes every row with its text to stdout, as an INI file that may be edited. */
void settings_explain(void);

#endif
