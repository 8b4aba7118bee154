/*
 * log.h - one line an event on stderr: level, event, key=value. Severity by what the operator must do.
 * Never at any level: message text, media, phone numbers, keys, whole auth_key_ids, passwords, codes.
 * Ids of users only at debug. Libraries (base to updates) do not log above debug.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_ERROR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG };

/* Lines below this level are dropped; LOG_NOTICE at first. Thread: any, best at start. */
void log_set_level(enum log_level level);
/* `event` is a fixed lower-case word or two with '-'; fmt gives "key=value key=value". Thread: any. */
void log_event(enum log_level level, const char *event, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
