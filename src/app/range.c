#include "app/range.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "app/header.h"
#include "base/clock.h"
#include "base/safe.h"
#include "base/time.h"
#include "monitor/replay.h"

enum {
    TAIL_BYTES = 256 * 1024, /* where the newest event of a file is looked for */
    OUT_OF_ORDER_S = 300     /* lines may stand this much later than their time: a long request's */
};

static bool second_of(void *ctx, struct text line, int64_t *second)
{
    return parser_second(ctx, line, second);
}

/* Reads what the reader still has to give. */
static void read_seconds(struct reader *reader, struct parser *parser, struct batch *b,
                         struct timeline *seconds)
{
    while (reader_fill(reader, b, NULL) == READER_LINES) {
        for (bool all = false; !all; b->count = 0) {
            all = parser_run(parser, b);
            for (uint32_t i = 0; i < b->count; i++)
                if (b->entries[i].has & FIELD_BIT(FIELD_TIME))
                    timeline_add(seconds, b->entries[i].second, 1);
        }
        batch_clear(b);
    }
}

static bool is_regular(const char *path)
{
    struct stat s;
    return strcmp(path, "-") != 0 && stat(path, &s) == 0 && S_ISREG(s.st_mode);
}

/* The seconds in the last part of a plain file; with `packed` in all of a compressed one. Pipes can be
 * read only once. */
static void add_seconds(const char *path, const struct formats *formats, bool packed,
                        struct timeline *seconds)
{
    if (!is_regular(path))
        return;
    struct reader *reader = reader_open(path, NULL);
    struct parser *parser = parser_new(formats, FIELD_BIT(FIELD_TIME));
    struct batch *b = batch_new();
    parser_reads(parser, path);
    bool plain = reader && reader_can_seek(reader);
    if (plain) {
        uint64_t size = reader_size(reader), from = size > TAIL_BYTES ? size - TAIL_BYTES : 0;
        if (from)
            header_before(parser, path, from, b);
        reader_range(reader, from, size);
    }
    if (reader && plain != packed)
        read_seconds(reader, parser, b, seconds);
    batch_free(b);
    parser_free(parser);
    reader_close(reader);
}

static void on_firing(void *ctx, const struct monitor_alert *firing)
{
    (void)ctx, (void)firing;
}

/* The newest event of all files that is not too far in the future to be believed, as in a report. */
static bool newest_of(const char *const *paths, size_t count, const struct formats *formats,
                      int64_t *newest)
{
    static const struct alert_rule never = {.name = "", .above = HUGE_VAL, .window_s = 1};
    struct clock clock = clock_real();
    struct replay_span span = {0};
    struct timeline *seconds = timeline_new();
    for (int packed = 0; packed < 2 && !span.hits; packed++) { /* compressed ones where alone */
        for (size_t i = 0; i < count; i++)
            add_seconds(paths[i], formats, packed, seconds);
        span = replay_timeline(seconds, &never, clock_wall(&clock) / NS_PER_S, on_firing, NULL);
    }
    timeline_free(seconds);
    *newest = span.last;
    return span.hits > 0;
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
        return error_set(why, "%s %s: a duration counts from the last line of a file, and none of the "
                         "files tells its last time (a pipe cannot); give a time instead",
                         option, safe_str(text_of(value)));
    *second = newest - ns / NS_PER_S;
    return true;
}

/* Files of which none has a byte have nothing to tell, and nothing that could be out of range. */
static bool are_empty(const char *const *paths, size_t count)
{
    struct stat s;
    for (size_t i = 0; i < count; i++)
        if (!is_regular(paths[i]) || stat(paths[i], &s) != 0 || s.st_size > 0)
            return false;
    return true;
}

/* Whether one of the ends is a duration: only then the files must tell their last time. */
static bool counts_back(const struct settings *s)
{
    int64_t ns;
    return (s->from && duration_parse(text_of(s->from), &ns)) ||
           (s->to && duration_parse(text_of(s->to), &ns));
}

bool range_of(struct range *r, const struct settings *s, const char *const *paths, size_t count,
              const struct formats *formats, struct error *why)
{
    *r = (struct range){.from = INT64_MIN, .to = INT64_MAX};
    bool whole = !s->from || !strcmp(s->from, "start");
    if (whole && !s->to)
        return true;
    int64_t newest = INT64_MIN;
    if (counts_back(s) && are_empty(paths, count))
        return true;
    bool has_newest = counts_back(s) && newest_of(paths, count, formats, &newest);
    r->limited = true;
    if ((!whole && !resolve("--from", s->from, newest, has_newest, &r->from, why)) ||
        (s->to && !resolve("--to", s->to, newest, has_newest, &r->to, why)))
        return false;
    why->usage = r->from > r->to;
    return r->from <= r->to || error_set(why, "--from %s is after --to %s", safe_str(text_of(s->from)),
                                         safe_str(text_of(s->to)));
}

void range_narrow(const struct range *r, const char *path, struct reader *reader,
                  const struct formats *formats, uint64_t *from, uint64_t *to)
{
    if (!r->limited || !reader_can_seek(reader))
        return;
    struct parser *parser = parser_new(formats, FIELD_BIT(FIELD_TIME));
    uint64_t place;
    parser_reads(parser, path);
    if (r->from > INT64_MIN && reader_seek_time(reader, r->from, OUT_OF_ORDER_S, second_of, parser, &place))
        *from = place;
    if (r->to < INT64_MAX - OUT_OF_ORDER_S &&
        reader_seek_time(reader, r->to + 1 + OUT_OF_ORDER_S, 0, second_of, parser, &place))
        *to = place > *from ? place : *from;
    parser_free(parser);
}
