/* supervise.h - a child that is started again after a crash. */
#ifndef ROLES_SUPERVISE_H
#define ROLES_SUPERVISE_H

/*
 * Runs child(arg) in a process of its own and waits. A child that crashes (a signal that nobody sent on purpose) is started
 * anew, at most 5 times a minute; SIGTERM and SIGINT are passed on. Returns the child's exit code.
 */
int supervise(int (*child)(void *arg), void *arg);

#endif
