/* files.h - how many files a process may have open: each connection is one. */
#ifndef ROLES_FILES_H
#define ROLES_FILES_H

/* As many as the system lets us, up to 262,144. At start. */
void raise_files(void);

#endif
