#include "app/range.h"

#include <string.h>

#include "base/clock.h"
#include "base/safe.h"
#include "base/time.h"

enum {
    TAIL_BYTES = 256 * 1024, /* where the newest event of a file is looked for */
    OUT_OF_ORDER_S = 300     /* lines may stand this much later than their time: a long request's */
};

static bool second_of(void *ctx, struct text line, int64_t *second)
{
    return parser_second(ctx, line, second);
}

/* The newest event in the last part of a plain file. */
static bool newest_of(const char *path, const struct formats *formats, int64_t *newest)
{
    struct reader *reader = reader_open(path, NULL);
    struct parser *parser = parser_new(formats, FIELD_BIT(FIELD_TIME));
    parser_reads(parser, path);
    struct batch *b = batch_new();
    bool found = false;
    if (reader && reader_can_seek(reader)) {
        uint64_t size = reader_size(reader);
        reader_range(reader, size > TAIL_BYTES ? size - TAIL_BYTES : 0, size);
        while (reader_fill(reader, b, NULL) == READER_LINES) {
            for (bool all = false; !all; b->count = 0) {
                all = parser_run(parser, b);
                for (uint32_t i = 0; i < b->count; i++)
                    if (b->entries[i].has & FIELD_BIT(FIELD_TIME) && (!found || b->entries[i].second > *newest)) {
                        *newest = b->entries[i].second;
                        found = true;
                    }
            }
            batch_clear(b);
        }
    }
    batch_free(b);
    parser_free(parser);
    reader_close(reader);
    return found;
}

/* A time, or a duration before the newest event of all files. */
static bool resolve(const char *option, const char *value, int64_t newest, bool has_newest,
                    int64_t *second, struct error *why)
{
    int64_t ns;
    if (!duration_parse(text_of(value), &ns)) {
        if (time_parse(text_of(value), second, NULL))
            return true;
        why->usage = true;
        return error_set(why, "%s: bad value `%s'; accepted: start, a time such as "
                              "2015-05-17T10:05:03Z, or a duration such as 10m",
                         option, safe_str(text_of(value)));
    }
    if (!has_newest)
        return error_set(why, "%s %s: a duration counts from the last line of a plain file, and none "
                         "of the files tells its last time; give a time instead",
                         option, safe_str(text_of(value)));
    *second = newest - ns / NS_PER_S;
    return true;
}

bool range_of(struct range *r, const struct settings *s, const char *const *paths, size_t count,
              const struct formats *formats, struct error *why)
{
    *r = (struct range){.from = INT64_MIN, .to = INT64_MAX};
    bool whole = !s->from || !strcmp(s->from, "start");
    if (whole && !s->to)
        return true;
    int64_t newest = INT64_MIN, one;
    bool has_newest = false;
    for (size_t i = 0; i < count; i++)
        if (newest_of(paths[i], formats, &one)) {
            newest = !has_newest || one > newest ? one : newest;
            has_newest = true;
        }
    r->limited = true;
    return (whole || resolve("--from", s->from, newest, has_newest, &r->from, why)) &&
           (!s->to || resolve("--to", s->to, newest, has_newest, &r->to, why));
}

void range_narrow(const struct range *r, struct reader *reader, const struct formats *formats,
                  uint64_t *from, uint64_t *to)
{
    if (!r->limited || !reader_can_seek(reader))
        return;
    struct parser *parser = parser_new(formats, FIELD_BIT(FIELD_TIME));
    uint64_t place;
    if (r->from > INT64_MIN && reader_seek_time(reader, r->from, OUT_OF_ORDER_S, second_of, parser, &place))
        *from = place;
    if (r->to < INT64_MAX - OUT_OF_ORDER_S &&
        reader_seek_time(reader, r->to + 1 + OUT_OF_ORDER_S, 0, second_of, parser, &place))
        *to = place > *from ? place : *from;
    parser_free(parser);
}
