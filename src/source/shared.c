#include "source/shared.h"

#include "base/hash.h"
#include "base/mem.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOLD_KEPT = 64 }; /* notices that there is always room for */

void shared_init(struct shared *s, const struct os *os)
{
    *s = (struct shared){.os = os};
    watcher_open(&s->watcher, os);
}

void shared_done(struct shared *s)
{
    watcher_close(&s->watcher);
    free(s->told);
    free(s->past);
    counts_done(&s->held);
}

uint64_t shared_key(const struct file_identity *id)
{
    char bytes[3 * sizeof(uint64_t) + IDENTITY_HANDLE];
    uint64_t words[3] = {id->device, id->inode, id->handle_len};
    size_t len = id->handle_len;
    const void *rest = id->handle;
    if (len == 0) { /* as in identity_same() */
        len = sizeof id->birth_ns;
        rest = &id->birth_ns;
    }
    memcpy(bytes, words, sizeof words);
    memcpy(bytes + sizeof words, rest, len);
    return hash_text(text_make(bytes, sizeof words + len));
}

void shared_tell(struct shared *s, uint32_t source, enum notice_kind kind, const char *format, ...)
{
    if (s->told_at == s->told_count)
        s->told_at = s->told_count = 0;
    if (s->told_count == s->told_room) {
        s->told_room = s->told_room ? s->told_room * 2 : 8;
        s->told = mem_grow(s->told, s->told_room, sizeof *s->told);
    }
    struct told *t = &s->told[s->told_count++];
    *t = (struct told){.source = source, .notice.kind = kind};
    va_list list;
    va_start(list, format);
    vsnprintf(t->notice.text, sizeof t->notice.text, format, list);
    va_end(list);
}

void shared_tell_time(struct shared *s, enum notice_kind kind, int64_t wall_ns, const char *text)
{
    shared_tell(s, 0, kind, "%s", text);
    s->told[s->told_count - 1].notice.wall_ns = wall_ns;
}

bool shared_told(struct shared *s, struct batch *b)
{
    if (s->told_at == s->told_count)
        return false;
    const struct told *t = &s->told[s->told_at++];
    b->kind = BATCH_NOTICE;
    b->source = t->source;
    b->notice = t->notice;
    b->read_ns = shared_now(s);
    if (s->told_at == s->told_count && s->told_room > TOLD_KEPT) { /* thousands of logs began */
        free(s->told);
        s->told = NULL;
        s->told_at = s->told_count = s->told_room = 0;
    }
    return true;
}

static struct left *find_left(const struct shared *s, const struct file_identity *id)
{
    size_t kept = s->past_count < PAST_KEPT ? s->past_count : PAST_KEPT;
    for (size_t i = 0; i < kept; i++)
        if (identity_same(&s->past[i].position.id, id))
            return &s->past[i];
    return NULL;
}

void shared_leave(struct shared *s, const struct position *p, bool vanished)
{
    if (!s->past)
        s->past = mem_new(PAST_KEPT, sizeof *s->past);
    struct left *known = find_left(s, &p->id);
    if (!known)
        known = &s->past[s->past_count++ % PAST_KEPT];
    *known = (struct left){*p, vanished};
}

const struct position *shared_left(const struct shared *s, const struct file_identity *id)
{
    const struct left *left = find_left(s, id);
    return left ? &left->position : NULL;
}

bool shared_left_rotated(const struct shared *s, const struct file_identity *id)
{
    const struct left *left = find_left(s, id);
    return left && !left->vanished;
}
