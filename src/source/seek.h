/* seek.h - finds a time in a log by bisection, reading a block here and there.
 *
 * Lines stand in the order in which requests ended or were written, their times may be
 * older by up to a slack: a block is judged by the newest time in it. Where a log has directives,
 * second_of is shown those of the places that are looked at; what it was shown last holds for the
 * place that was found. Owns nothing. */
#ifndef SPATE_SOURCE_SEEK_H
#define SPATE_SOURCE_SEEK_H

#include "base/text.h"
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct seek {
    ssize_t (*read)(void *ctx, void *into, size_t len, uint64_t offset); /* as pread */
    void *read_ctx;
    uint64_t size; /* what stands behind is not looked at */
    bool (*second_of)(void *ctx, struct text line, int64_t *second);
    void *second_ctx;
    int64_t latest; /* times above this are nonsense and not believed */
};

enum seek_result { SEEK_FOUND, SEEK_NONE, SEEK_FAILED };

/* A log that says itself what its lines hold (W3C's #Fields) begins with a #: shows second_of those
 * of its directives that hold for the line at `place`, the nearest before it. Of other logs nothing;
 * looks no further back than a few hundred megabytes. */
void seek_directives(const struct seek *s, uint64_t place);

/* The newest time among the last lines. SEEK_NONE: no line there has one. */
enum seek_result seek_newest(const struct seek *s, int64_t *second);

/* The start of a line before which no time is >= second, if lines are out of order by
 * at most slack_s; it is near the first such line. SEEK_NONE: no line has a time. */
enum seek_result seek_time(const struct seek *s, int64_t second, int64_t slack_s, uint64_t *place);

/* The start of the first line at or behind `from` (a line's start) whose time is >= second; when
 * there is none, of the half line at the end, or the size. */
enum seek_result seek_first(const struct seek *s, uint64_t from, int64_t second, uint64_t *place);

/* The start of the line that byte `place` belongs to (never looks further back than a line is
 * kept). */
enum seek_result seek_line_start(const struct seek *s, uint64_t place, uint64_t *start);

#endif
