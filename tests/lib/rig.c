#include "lib/rig.h"

#include <stdio.h>
#include <string.h>

void rig_init(struct rig *r, const struct os *os)
{
    memset(r, 0, sizeof *r);
    r->os = os;
    r->batch = batch_new();
    r->options.from = FOLLOW_FROM_START;
}

void rig_close(struct rig *r)
{
    follow_close(r->follow);
    r->follow = NULL;
}

void rig_done(struct rig *r)
{
    rig_close(r);
    batch_free(r->batch);
    buf_done(&r->backfill);
    for (int i = 0; i < RIG_SOURCES; i++)
        buf_done(&r->lines[i]);
}

void rig_open(struct rig *r, const char *path)
{
    static const char *paths[1];
    if (path) {
        paths[0] = path;
        r->options.paths = paths;
        r->options.path_count = 1;
    }
    struct error why = {0};
    r->follow = follow_open(&r->options, r->os, &why);
}

void rig_restart(struct rig *r)
{
    rig_close(r);
    r->options.resume = r->positions;
    r->options.resume_count = r->position_count;
    rig_open(r, NULL);
}

static void keep_position(struct rig *r, const struct batch *b)
{
    size_t i = 0;
    while (i < r->position_count && !identity_same(&r->positions[i].position.id, &b->position.id))
        i++;
    if (b->finished) {
        r->finished++;
        if (i == r->position_count)
            return;
        r->position_count--; /* in order: the oldest first */
        for (; i < r->position_count; i++) {
            r->positions[i].position = r->positions[i + 1].position;
            memcpy(r->paths[i], r->paths[i + 1], sizeof r->paths[i]);
        }
        return;
    }
    if (i == RIG_POSITIONS)
        return;
    r->position_count += i == r->position_count;
    snprintf(r->paths[i], sizeof r->paths[i], "%s", follow_source_path(r->follow, b->source));
    r->positions[i] = (struct follow_resume){r->paths[i], b->position};
}

static void keep_lines(struct buf *into, const struct batch *b)
{
    for (uint32_t i = 0; i < b->used; i++)
        buf_byte(into, b->bytes[i] == '\n' ? ' ' : b->bytes[i]);
}

enum follow_result rig_step(struct rig *r, int ms)
{
    struct batch *b = r->batch;
    batch_clear(b);
    enum follow_result result = follow_next(r->follow, b, ms);
    if (result == FOLLOW_NOTICE && r->notice_count < RIG_NOTICES)
        r->notices[r->notice_count++] = b->notice;
    if (result != FOLLOW_LINES)
        return result;
    r->batches++;
    r->truncated += b->lines.truncated;
    r->behind = b->behind;
    if (b->source < RIG_SOURCES)
        keep_lines(&r->lines[b->source], b);
    if (b->backfill)
        keep_lines(&r->backfill, b);
    keep_position(r, b);
    return result;
}

const char *rig_read(struct rig *r, int ms)
{
    buf_clear(&r->lines[0]);
    enum follow_result result;
    do
        result = rig_step(r, ms);
    while (result != FOLLOW_IDLE && result != FOLLOW_END);
    struct buf *b = &r->lines[0];
    if (b->len && b->at[b->len - 1] == ' ')
        b->len--;
    *buf_room(b, 1) = '\0';
    return b->at;
}

int rig_told(const struct rig *r, enum notice_kind kind)
{
    int count = 0;
    for (size_t i = 0; i < r->notice_count; i++)
        count += r->notices[i].kind == kind;
    return count;
}

const char *rig_text(const struct rig *r, enum notice_kind kind)
{
    for (size_t i = r->notice_count; i-- > 0;)
        if (r->notices[i].kind == kind)
            return r->notices[i].text;
    return "";
}
