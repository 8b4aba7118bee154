/* admin_config.c - see admin_config.h. */
#include "roles/admin_config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool write_new(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	size_t n = strlen(text);
	bool ok = fd >= 0 && write(fd, text, n) == (ssize_t)n && fsync(fd) == 0;

	if (!ok)
		fprintf(stderr, "chapar admin: %s: %s; what was to be written:\n%s", file, strerror(errno),
		        text);
	if (fd >= 0)
		close(fd);
	return ok;
}

bool admin_config_take(json_t *answer, const char *file, bool as_json, bool *ret_ok)
{
	const char *text = json_string_value(json_object_get(answer, "config"));

	*ret_ok = true;
	if (!text)
		return true;
	if (!file && as_json)
		return true;
	if (!file) {
		fputs(text, stdout);
		return false;
	}
	*ret_ok = write_new(file, text);
	json_object_del(answer, "config");
	json_object_set_new(answer, "config_file", json_string(file));
	return true;
}
