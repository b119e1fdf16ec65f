/* zstd_late.h - libzstd, loaded when a .zst is read for the first time.
 *
 * Constant once it is loaded; thread: any. */
#ifndef SPATE_SOURCE_ZSTD_LATE_H
#define SPATE_SOURCE_ZSTD_LATE_H

#include "base/error.h"
#include <zstd.h>

#define ZSTD_CALLS(ROW)                                                                            \
    ROW(createDStream)                                                                             \
    ROW(decompressStream)                                                                          \
    ROW(freeDStream)                                                                               \
    ROW(isError)                                                                                   \
    ROW(getErrorName)

/* zstd.createDStream is ZSTD_createDStream(), and so on. */
struct zstd_calls {
#define ZSTD_CALL(name) __typeof__(ZSTD_##name) *name;
    ZSTD_CALLS(ZSTD_CALL)
#undef ZSTD_CALL
};

/* Only after zstd_late() was true. */
extern struct zstd_calls zstd;

/* Loads it unless that was done. False with *why when it is not to be had. */
bool zstd_late(struct error *why);

#endif
