/* mem.h - memory that is there, or the program ends with one clear line.
 *
 * spate bounds what it keeps, so that running out of memory means the machine
 * has none: nothing sensible could go on. Thread: any. Free with free(). */
#ifndef SPATE_BASE_MEM_H
#define SPATE_BASE_MEM_H

#include "base/text.h"
#include <stddef.h>

void *mem_new(size_t count, size_t size);             /* zeroed */
void *mem_grow(void *old, size_t count, size_t size); /* new part not zeroed */
void *mem_aligned(size_t alignment, size_t size);     /* zeroed; free() it */
                                                      /* 2 MB or more ask for huge pages */
void *mem_copy(const void *from, size_t size);        /* NULL of NULL */
char *mem_string(struct text text);                   /* copy, ended by a NUL */

#endif
