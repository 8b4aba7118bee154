/* err.c - names of errors, and the mapping from errno. */
#include "base/err.h"

#include <errno.h>

int err_from_errno(int sys_errno)
{
	switch (sys_errno) {
	case EAGAIN:
	case EINTR:
		return -ERR_AGAIN;
	case ENOENT:
		return -ERR_NOTFOUND;
	case EEXIST:
		return -ERR_EXISTS;
	case EBUSY:
		return -ERR_BUSY;
	case EACCES:
	case EPERM:
		return -ERR_DENIED;
	case ENOSPC:
	case EDQUOT:
	case EFBIG: /* at the process's limit, which is a full disk to us */
		return -ERR_NOSPACE;
	case EPIPE:
	case ECONNRESET:
	case ECONNREFUSED:
		return -ERR_CLOSED;
	case ETIMEDOUT:
		return -ERR_TIMEOUT;
	case EMFILE:
	case ENFILE:
		return -ERR_FULL;
	case EINVAL:
		return -ERR_INVALID;
	default:
		return -ERR_IO;
	}
}

const char *err_name(int err)
{
	switch (err < 0 ? -err : err) {
	case 0:
		return "success";
	case ERR_INVALID:
		return "invalid";
	case ERR_NOTFOUND:
		return "not found";
	case ERR_EXISTS:
		return "exists already";
	case ERR_AGAIN:
		return "try again";
	case ERR_BUSY:
		return "busy";
	case ERR_FULL:
		return "limit reached";
	case ERR_TOO_BIG:
		return "too big";
	case ERR_DENIED:
		return "permission denied";
	case ERR_IO:
		return "input/output error";
	case ERR_NOSPACE:
		return "no space left";
	case ERR_CLOSED:
		return "connection closed";
	case ERR_TIMEOUT:
		return "timed out";
	case ERR_CORRUPT:
		return "stored data is damaged";
	case ERR_UNCERTAIN:
		return "outcome unknown";
	case ERR_UNSUPPORTED:
		return "not supported";
	case ERR_RPC:
		return "call refused";
	default:
		return "unknown error";
	}
}
