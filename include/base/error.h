/* error.h - an explanation for the user: one line that names the thing, its
 * place and what would be right.
 *
 * A value owned by the caller; `text` is always ended by a NUL. Foreign bytes
 * put into it with %s must be made safe first (safe.h). Thread: any. */
#ifndef SPATE_BASE_ERROR_H
#define SPATE_BASE_ERROR_H

#include <stdbool.h>
#include <stdint.h>

struct error {
    char text[480];
    uint32_t column; /* 1-based place in a format, pattern or filter; 0: none */
    bool usage;      /* what was asked is wrong (exit 2), not the world (exit 1) */
    bool storage;    /* it is the disk's fault: what can be done without it goes on */
};

/* Fills *why (which may be NULL) and returns false, so that a function can end
 * with `return error_set(why, "...")`. Cut at the size of the text. */
bool error_set(struct error *why, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same with a place. */
bool error_at(struct error *why, uint32_t column, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "prefix: " before what *why says. Returns false. */
bool error_prefix(struct error *why, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
