/*
 * err.h - one space of error numbers for the whole program.
 * Functions that can fail return int: 0 or positive is success, negative is -ERR_*.
 * System errors are mapped once, where they happen, by err_from_errno().
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err {
	ERR_INVALID = 1, /* the peer or caller sent something malformed */
	ERR_NOTFOUND,
	ERR_EXISTS,
	ERR_AGAIN, /* would block, or: not now, ask again */
	ERR_BUSY,
	ERR_FULL,    /* a named limit is reached */
	ERR_TOO_BIG, /* longer than the named maximum */
	ERR_DENIED,
	ERR_IO,
	ERR_NOSPACE,
	ERR_CLOSED,
	ERR_TIMEOUT,
	ERR_CORRUPT,   /* what we stored ourselves does not read back */
	ERR_UNCERTAIN, /* a commit whose outcome is unknown */
	ERR_UNSUPPORTED,
	ERR_RPC, /* the call carries the protocol's own error, see rpc_fail() */
};

/* Negative -ERR_* for an errno value. Thread: any. */
int err_from_errno(int sys_errno);
/* Short lower-case text for a positive or negative error number; static. Thread: any. */
const char *err_name(int err);

#endif
