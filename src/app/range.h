/* range.h - `--from` and `--to` of report and parse: a span of event time, and where it lies in a file.
 * Values; any thread. */
#ifndef SPATE_APP_RANGE_H
#define SPATE_APP_RANGE_H

#include <stdbool.h>
#include <stdint.h>
#include "app/options.h"
#include "parse/parser.h"
#include "source/reader.h"

/* Event seconds [from, to]; INT64_MIN and INT64_MAX where not limited. Durations count back from the
 * last line of the newest file. */
struct range {
    int64_t from, to;
    bool limited;
};

/* False with *why when a value is bad, or a duration is given and no file can tell its last time. */
bool range_of(struct range *r, const struct settings *s, const char *const *paths, size_t count,
              const struct formats *formats, struct error *why);

static inline bool range_holds(const struct range *r, int64_t second)
{
    return second >= r->from && second <= r->to;
}

/* Narrows a plain file to the bytes that can hold the span (lines a little out of order included). */
void range_narrow(const struct range *r, const char *path, struct reader *reader,
                  const struct formats *formats, uint64_t *from, uint64_t *to);

#endif
