/* role.h - what the one binary can be: a function a role, argc/argv from its own name on. Returns the exit code. */
#ifndef ROLES_ROLE_H
#define ROLES_ROLE_H

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

int role_serve(int argc, char **argv);
int role_admin(int argc, char **argv);
int role_config(int argc, char **argv);
int role_doctor(int argc, char **argv);
int role_worker(int argc, char **argv);
int role_cdn(int argc, char **argv);

#endif
