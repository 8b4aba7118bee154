/* cdn_config.h - what the operator of a CDN node chose: a short INI file (docs/operate/cdn-node.md). */
#ifndef ROLES_CDN_CONFIG_H
#define ROLES_CDN_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cdn_config {
	int64_t dc, ram_mib, disk_mib, loops;
	char *listen, *link, *secret, *secret_file, *key_file, *disk_file, *metrics, *log;
	uint8_t secret_bytes[32];
};

/* Defaults, then the file. On an error one line for the operator, that names the mend, is in `err`. */
int cdn_config_read(struct cdn_config *c, const char *path, char *err, size_t err_n);
void cdn_config_fini(struct cdn_config *c); /* wipes */
/* Every key with its text, as a file that may be edited. */
void cdn_config_explain(void);

#endif
