/* zlib_late.h - zlib, loaded when a .gz is read for the first time.
 *
 * Constant once it is loaded; thread: any. */
#ifndef SPATE_SOURCE_ZLIB_LATE_H
#define SPATE_SOURCE_ZLIB_LATE_H

#include "base/error.h"
#include <zlib.h>

#define ZLIB_CALLS(ROW)                                                                            \
    ROW(inflateInit2_)                                                                             \
    ROW(inflateReset)                                                                              \
    ROW(inflate)                                                                                   \
    ROW(inflateEnd)

/* zlib.inflate is inflate(), and so on. */
struct zlib_calls {
#define ZLIB_CALL(name) __typeof__(name) *name;
    ZLIB_CALLS(ZLIB_CALL)
#undef ZLIB_CALL
};

/* Only after zlib_late() was true. */
extern struct zlib_calls zlib;

/* Loads it unless that was done. False with *why when it is not to be had. */
bool zlib_late(struct error *why);

#endif
