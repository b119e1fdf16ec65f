/* denied.h - why a file cannot be read, in words that help: who it is for, what would let us.
 *
 * Only looks; costs some system calls and is for the moment when something has failed. Any thread.
 */
#ifndef SPATE_SOURCE_DENIED_H
#define SPATE_SOURCE_DENIED_H

#include <stddef.h>

/* "Permission denied: it is -rw-r----- root:adm, this is nobody; group adm may read it". Safe text.
 */
void denied_explain(const char *path, int problem, char *into, size_t room);

#endif
