/* cleanup.h - scope-bound release for short straight-line functions. Never together with goto for one resource. */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <pthread.h>
#include <unistd.h>

static inline void cleanup_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_unlock(pthread_mutex_t **m)
{
	if (*m)
		pthread_mutex_unlock(*m);
}

static inline pthread_mutex_t *lock_taken(pthread_mutex_t *m)
{
	pthread_mutex_lock(m);
	return m;
}

/* An fd closed at the end of the scope: CLEANUP_FD int fd = open(...); */
#define CLEANUP_FD __attribute__((cleanup(cleanup_fd)))
/* Holds the mutex to the end of the scope: WITH_LOCK(&x->lock); */
#define WITH_LOCK(m)                                                                                         \
	__attribute__((cleanup(cleanup_unlock), unused)) pthread_mutex_t *with_lock_ = lock_taken(m)

#endif
