/* parse_stage.c - the parser thread: waits for bytes, reads them into entries, passes them on. */
#include <stdlib.h>
#include <string.h>

#include "app/keep.h"
#include "app/reload.h"
#include "app/service.h"
#include "app/stages.h"
#include "base/clock.h"
#include "base/mem.h"

enum {
    WAIT_MS = 1000,
    LAST_LOOK_S = 2 /* how long reading goes on after a stop, for a log that never pauses */
};

static void make_parser(struct stages *st, uint32_t source, const char *path)
{
    st->parsers[source] = parser_new(st->setup->formats, st->setup->fields);
    st->parsed_paths[source] = mem_string(text_of(path));
    parser_reads(st->parsers[source], path);
}

static void free_parser(struct stages *st, uint32_t source)
{
    parser_free(st->parsers[source]);
    free(st->parsed_paths[source]);
}

static struct parser *parser_of(struct stages *st, uint32_t source)
{
    if (source >= st->parser_count) {
        st->parsers = mem_grow(st->parsers, source + 1, sizeof(struct parser *));
        st->parsed_paths = mem_grow(st->parsed_paths, source + 1, sizeof(char *));
        for (; st->parser_count <= source; st->parser_count++) {
            uint32_t next = (uint32_t)st->parser_count;
            make_parser(st, next, follow_source_path(st->follow, next));
        }
    }
    return st->parsers[source];
}

/* The same once lines are read: another log begins with a fresh look at its format. */
static struct parser *parser_for(struct stages *st, uint32_t source, const char *path)
{
    struct parser *parser = parser_of(st, source);
    if (strcmp(st->parsed_paths[source], path) == 0)
        return parser;
    free_parser(st, source);
    make_parser(st, source, path);
    return st->parsers[source];
}

bool parse_stage_second(void *stages, uint32_t source, struct text line, int64_t *second)
{
    struct stages *st = stages;
    const char *path = follow_source_path(st->follow, source);
    return parser_second(parser_for(st, source, path), line, second);
}

static void drop_parsers(struct stages *st)
{
    while (st->parser_count)
        free_parser(st, (uint32_t)--st->parser_count);
}

void parse_stage_done(struct stages *st)
{
    drop_parsers(st);
    free(st->parsers);
    free(st->parsed_paths);
}

/* What the parser has to say about the format goes down the queue like everything else. False: stopped. */
static bool push_news(struct stages *st, struct parser *parser, uint32_t source)
{
    struct notice news;
    if (!parser_news(parser, &news))
        return true;
    struct batch *b = queue_take_empty(st->queue);
    if (!b)
        return false;
    b->kind = BATCH_NOTICE;
    b->source = source;
    b->notice = news;
    queue_push(st->queue, b);
    return true;
}

/* The bytes that did not fit `full`'s entries, in a batch of their own. */
static void carry_rest(struct batch *rest, struct batch *full)
{
    rest->source = full->source;
    rest->path = full->path;
    rest->backfill = full->backfill;
    rest->behind = full->behind;
    rest->read_ns = full->read_ns;
    rest->finished = full->finished;
    rest->position = full->position;
    rest->used = full->used - full->scanned;
    memcpy(rest->bytes, full->bytes + full->scanned, rest->used);
    full->used = full->scanned;
    full->finished = false;
    full->more = true;
}

static bool run(struct stages *st, struct parser *parser, struct batch *b)
{
    const struct setup *u = st->setup;
    parser_want(parser, u->fields);
    bool all = parser_run(parser, b);
    if (u->where)
        keep_entries(b, u->where, NULL);
    return all;
}

/* Parses and pushes what was read. False: the queue was stopped. */
static bool push_lines(struct stages *st, struct batch *b)
{
    uint32_t source = b->source;
    b->path = follow_source_path(st->follow, source);
    struct parser *parser = parser_for(st, source, b->path);
    while (!run(st, parser, b)) {
        struct batch *rest = queue_take_empty(st->queue);
        if (!rest) {
            queue_untake(st->queue, b);
            return false;
        }
        carry_rest(rest, b);
        queue_push(st->queue, b);
        b = rest;
    }
    queue_push(st->queue, b);
    return push_news(st, parser, source);
}

/* Formats that stay the same go on, with all that was learned by them. */
static void take_setup(struct stages *st, struct setup *to)
{
    struct setup *from = st->setup;
    if (setup_reads_alike(from, to)) {
        struct formats *fresh = to->formats;
        to->formats = from->formats;
        from->formats = fresh;
    } else {
        drop_parsers(st);
    }
    st->setup = to;
    follow_change(st->follow, &to->follow);
}

/* A configuration that was read again takes over: lines before the notice are of the one before. False:
 * the queue was stopped. */
static bool obey_reload(struct stages *st)
{
    if (!atomic_load_explicit(&st->reload, memory_order_relaxed) ||
        atomic_load_explicit(&st->passed, memory_order_relaxed)) /* the last is still on its way */
        return true;
    struct batch *b = queue_take_empty(st->queue);
    if (!b)
        return false;
    /* All of it was written before it was put there; meets the release in pipeline_reload(). */
    struct reload *r = atomic_exchange_explicit(&st->reload, NULL, memory_order_acquire);
    if (r->good)
        take_setup(st, &r->setup);
    b->kind = BATCH_NOTICE;
    b->source = UINT32_MAX;
    b->notice = (struct notice){.kind = NOTICE_CONFIG};
    memcpy(b->notice.text, r->news, sizeof r->news);
    /* Meets the acquire in monitor_stage.c, obey_reload(). */
    atomic_store_explicit(&st->passed, r, memory_order_release);
    queue_push(st->queue, b);
    return true;
}

static void push_end(struct stages *st, bool ended)
{
    struct batch *b = queue_take_empty(st->queue);
    if (!b)
        return;
    b->kind = BATCH_END;
    b->finished = ended;
    queue_push(st->queue, b);
}

void *parse_stage(void *arg)
{
    struct stages *st = arg;
    struct clock clock = clock_real();
    int64_t give_up_ns = 0;
    bool ended = false, told = false;
    for (struct batch *b; obey_reload(st) && (b = queue_take_empty(st->queue));) {
        /* Relaxed: follow_wake() comes after the store and ends the wait below. */
        bool stop = atomic_load_explicit(&st->stop, memory_order_relaxed);
        if (stop && !give_up_ns)
            give_up_ns = clock_monotonic(&clock) + LAST_LOOK_S * NS_PER_S;
        enum follow_result got = follow_next(st->follow, b, stop ? 0 : WAIT_MS);
        if (!told && !stop)
            service_tell(SERVICE_READY); /* where each log begins is settled: it may rotate */
        told = true;
        bool over = got == FOLLOW_END || (stop && (got == FOLLOW_IDLE || clock_monotonic(&clock) > give_up_ns));
        if (got == FOLLOW_LINES) {
            if (!push_lines(st, b))
                break;
        } else if (got == FOLLOW_NOTICE)
            queue_push(st->queue, b);
        else
            queue_untake(st->queue, b);
        ended = got == FOLLOW_END;
        if (over)
            break;
    }
    push_end(st, ended);
    return NULL;
}
