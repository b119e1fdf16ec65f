#include "source/lines.h"

#include "base/mem.h"
#include <stdlib.h>
#include <string.h>

void lines_init(struct lines *l)
{
    memset(l, 0, sizeof *l);
}

void lines_done(struct lines *l)
{
    free(l->held);
    lines_init(l);
}

void trail_add(struct trail *t, const void *bytes, size_t len)
{
    if (len >= ANCHOR_BYTES) {
        memcpy(t->at, (const char *)bytes + len - ANCHOR_BYTES, ANCHOR_BYTES);
        t->len = ANCHOR_BYTES;
        return;
    }
    size_t old = t->len;
    if (old + len > ANCHOR_BYTES) {
        old = ANCHOR_BYTES - len;
        memmove(t->at, t->at + t->len - old, old);
    }
    if (len)
        memcpy(t->at + old, bytes, len);
    t->len = (uint32_t)(old + len);
}

void lines_move(struct lines *l, uint64_t offset, const uint8_t *anchor, uint32_t anchor_len)
{
    l->offset = offset;
    l->taken = 0;
    l->held_len = 0;
    l->before.len = 0;
    trail_add(&l->before, anchor, anchor_len);
    l->latest = l->before;
}

void lines_drop(struct lines *l)
{
    l->taken = 0;
    l->held_len = 0;
    l->latest = l->before;
}

void lines_rest(struct lines *l)
{
    if (l->held_len)
        return;
    free(l->held);
    l->held = NULL;
    l->held_cap = 0;
}

char *lines_room(const struct lines *l, struct batch *b, size_t *room)
{
    size_t used = b->used + l->held_len;
    if (l->held_len)
        memcpy(b->bytes + b->used, l->held, l->held_len);
    *room = batch_capacity() - used;
    if (*room > BATCH_BYTES)
        *room = BATCH_BYTES;
    return b->bytes + used;
}

static void hold(struct lines *l, const char *from, size_t len)
{
    uint32_t keep = len < LINE_LIMIT ? (uint32_t)len : LINE_LIMIT;
    if (keep > l->held_cap) {
        uint32_t cap = l->held_cap ? l->held_cap : 1024;
        while (cap < keep)
            cap *= 2;
        l->held = mem_grow(l->held, cap, 1);
        l->held_cap = cap;
    }
    if (keep)
        memcpy(l->held, from, keep);
    l->held_len = keep;
}

/* Cuts every line of [at, at + len) to LINE_LIMIT and closes the gaps; the last byte is a \n.
 * A line that is too long covers the byte LINE_LIMIT behind the end of any line before it, so that
 * looking at one place in LINE_LIMIT finds them all. Returns the new length. */
static size_t cut_long(char *at, size_t len, uint64_t *truncated)
{
    size_t from = 0, to = 0;
    for (size_t probe = LINE_LIMIT; probe < len;) {
        const char *before = memrchr(at + from, '\n', probe - from);
        size_t begin = before ? (size_t)(before - at) + 1 : from;
        size_t end = (size_t)((char *)memchr(at + probe, '\n', len - probe) - at);
        if (end - begin > LINE_LIMIT) {
            size_t keep = begin - from + LINE_LIMIT;
            if (to != from)
                memmove(at + to, at + from, keep);
            to += keep;
            at[to++] = '\n';
            from = end + 1;
            ++*truncated;
        }
        probe = end + 1 + LINE_LIMIT;
    }
    if (to != from)
        memmove(at + to, at + from, len - from);
    return len - from + to;
}

void lines_take(struct lines *l, struct batch *b, size_t len)
{
    char *start = b->bytes + b->used;
    char *raw = start + l->held_len;
    bool too_long = l->taken > l->held_len;
    char *last = memrchr(raw, '\n', len);
    if (!last) {
        trail_add(&l->latest, raw, len);
        l->taken += len;
        if (!too_long)
            hold(l, start, l->held_len + len);
        return;
    }
    size_t whole = (size_t)(last - raw) + 1;
    trail_add(&l->latest, raw, whole);
    l->before = l->latest;
    trail_add(&l->latest, raw + whole, len - whole);
    l->offset += l->taken + whole;
    l->taken = len - whole;
    hold(l, raw + whole, len - whole);
    char *end = raw + whole;
    if (too_long) { /* the rest of the long line goes: its \n moves up to what was kept */
        char *first = memchr(raw, '\n', whole);
        memmove(raw, first, (size_t)(end - first));
        end -= first - raw;
        b->lines.truncated++;
    }
    b->used += (uint32_t)cut_long(start, (size_t)(end - start), &b->lines.truncated);
}

bool lines_finish(struct lines *l, struct batch *b)
{
    if (l->taken == 0)
        return false;
    if (l->held_len)
        memcpy(b->bytes + b->used, l->held, l->held_len);
    b->used += l->held_len;
    if (l->taken > l->held_len)
        b->lines.truncated++;
    l->offset += l->taken;
    l->taken = 0;
    l->held_len = 0;
    l->before = l->latest;
    return true;
}
