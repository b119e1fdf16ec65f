#include "monitor/feeds.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void source_list_done(struct feeds *s)
{
    free(s->rows);
}

static struct monitor_source *source_at(struct feeds *s, uint32_t source)
{
    if (source >= s->capacity) {
        size_t capacity = s->capacity ? s->capacity * 2 : 8;
        while (capacity <= source)
            capacity *= 2;
        s->rows = mem_grow(s->rows, capacity, sizeof *s->rows);
        s->capacity = capacity;
    }
    for (; s->count <= source; s->count++)
        s->rows[s->count] = (struct monitor_source){.state = NOTICE_WAITING};
    return &s->rows[source];
}

static void string_set(char *into, size_t size, const char *text)
{
    size_t len = strnlen(text, size - 1);
    memcpy(into, text, len);
    into[len] = '\0';
}

static void source_path(struct monitor_source *s, const struct notice *n)
{
    if (n->text[0])
        string_set(s->path, sizeof s->path, n->text);
    s->problem[0] = '\0';
    s->state = n->kind;
}

static void source_problem(struct monitor_source *s, const struct notice *n)
{
    string_set(s->problem, sizeof s->problem, n->text);
}

static void source_error(struct monitor_source *s, const struct notice *n)
{
    source_problem(s, n);
    s->state = NOTICE_ERROR;
}

static void source_replaced(struct monitor_source *s, const struct notice *n)
{
    (void)n;
    s->rotations++;
    s->problem[0] = '\0';
    s->state = NOTICE_OPENED;
}

static void source_format(struct monitor_source *s, const struct notice *n)
{
    string_set(s->format, sizeof s->format, n->text);
    s->problem[0] = '\0';
}

static void source_loss(struct monitor_source *s, const struct notice *n)
{
    (void)n;
    s->losses++;
}

static void source_ended(struct monitor_source *s, const struct notice *n)
{
    (void)n;
    s->state = NOTICE_ENDED;
}

/* What each kind of notice changes; a kind without a row changes nothing. */
static void (*const CHANGES[])(struct monitor_source *s, const struct notice *n) = {
    [NOTICE_WAITING] = source_path,      [NOTICE_OPENED] = source_path,
    [NOTICE_ROTATED] = source_replaced,  [NOTICE_TRUNCATED] = source_replaced,
    [NOTICE_ERROR] = source_error,       [NOTICE_FORMAT] = source_format,
    [NOTICE_NO_FORMAT] = source_problem, [NOTICE_LOSS] = source_loss,
    [NOTICE_BACKFILLED] = NULL,          [NOTICE_ENDED] = source_ended,
};

void source_list_notice(struct feeds *s, uint32_t source, const struct notice *notice)
{
    size_t kind = (size_t)notice->kind;
    if (kind >= sizeof CHANGES / sizeof CHANGES[0] || !CHANGES[kind])
        return;
    CHANGES[kind](source_at(s, source), notice);
    s->losses += notice->kind == NOTICE_LOSS;
}

void source_list_behind(struct feeds *s, uint32_t source, uint64_t bytes)
{
    source_at(s, source)->behind = bytes;
}
