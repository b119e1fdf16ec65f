#include "source/seek.h"

#include "base/mem.h"
#include "record/batch.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK = 64 * 1024,
    PROBE_LINES = 64,        /* lines of a block that are judged */
    NEAR = 2 * BLOCK,        /* bisection ends there, walking is cheaper */
    PROBE_REACH = 16 * BLOCK, /* how far a probe goes on where lines are long or have no time */
    DIRECTIVES_REACH = 256 * 1024 * 1024
};

/* Walks over lines in file order. */
struct walk {
    const struct seek *s;
    char *block;     /* BLOCK bytes and room for an unfinished line */
    uint64_t offset; /* of block[0] */
    size_t len, at;
    bool failed;
    bool skipping; /* inside a line of which the start was given up */
};

enum { WALK_ROOM = BLOCK + LINE_LIMIT };

static void walk_init(struct walk *w, const struct seek *s, uint64_t from, bool mid_line)
{
    *w =
        (struct walk){.s = s, .block = mem_new(WALK_ROOM, 1), .offset = from, .skipping = mid_line};
}

static void walk_done(struct walk *w)
{
    free(w->block);
}

/* Reads on behind what is left of the block. False at the end or on failure. */
static bool walk_fill(struct walk *w)
{
    size_t left = w->len - w->at;
    memmove(w->block, w->block + w->at, left);
    w->offset += w->at;
    w->at = 0;
    if (left >= LINE_LIMIT) { /* the line is longer than is kept */
        w->offset += left;
        left = 0;
        w->skipping = true;
    }
    w->len = left;
    uint64_t place = w->offset + left;
    if (place >= w->s->size)
        return false;
    size_t most = w->s->size - place < BLOCK ? (size_t)(w->s->size - place) : BLOCK;
    ssize_t got = w->s->read(w->s->read_ctx, w->block + left, most, place);
    w->failed = got < 0;
    if (got > 0)
        w->len += (size_t)got;
    return got > 0;
}

/* The next whole line and where it starts. False at the end or on failure. */
static bool walk_next(struct walk *w, struct text *line, uint64_t *start)
{
    for (;;) {
        char *from = w->block + w->at;
        char *end = memchr(from, '\n', w->len - w->at);
        if (!end) {
            if (walk_fill(w))
                continue;
            return false;
        }
        *line = text_make(from, (size_t)(end - from));
        *start = w->offset + w->at;
        w->at += line->len + 1;
        if (!w->skipping)
            return true;
        w->skipping = false;
    }
}

static bool second_of(const struct seek *s, struct text line, int64_t *second)
{
    if (line.len && line.at[line.len - 1] == '\r')
        line.len--;
    return s->second_of(s->second_ctx, line, second) && *second <= s->latest;
}

/* ---- Directives ------------------------------------------------------------------------- */

static bool has_directives(const struct seek *s)
{
    char first[4] = "";
    ssize_t got = s->read(s->read_ctx, first, sizeof first, 0);
    return got == sizeof first && (first[0] == '#' || memcmp(first, "\xef\xbb\xbf#", 4) == 0);
}

/* Shows the directives that begin in [from, to), where a line begins unless `mid_line`. */
static bool show_directives(const struct seek *s, uint64_t from, uint64_t to, bool mid_line)
{
    struct walk w;
    struct text line;
    uint64_t start;
    int64_t ignored;
    bool any = false;
    walk_init(&w, s, from, mid_line);
    while (walk_next(&w, &line, &start) && start < to) {
        if (line.len == 0 || line.at[0] != '#')
            continue;
        any = true;
        second_of(s, line, &ignored);
    }
    walk_done(&w);
    return any;
}

void seek_directives(const struct seek *s, uint64_t place)
{
    if (place == 0 || !has_directives(s))
        return;
    uint64_t least = place > DIRECTIVES_REACH ? place - DIRECTIVES_REACH : 0;
    for (uint64_t to = place, from; to > least; to = from) {
        from = to > BLOCK ? to - BLOCK : 0;
        if (show_directives(s, from > 0 ? from - 1 : 0, to, from > 0))
            break;
    }
}

/* ---- Probes ----------------------------------------------------------------------------- */

/* The newest time of the lines that begin in (from, to), a few of them; `line_starts`: one begins
 * at `from` too. */
static enum seek_result newest_of(const struct seek *s, uint64_t from, uint64_t to,
                                  bool line_starts, unsigned most, int64_t *newest)
{
    struct walk w;
    struct text line;
    uint64_t start;
    unsigned count = 0;
    walk_init(&w, s, from, !line_starts);
    while (count < most && walk_next(&w, &line, &start) && start < to) {
        int64_t second;
        if (!second_of(s, line, &second))
            continue;
        if (count++ == 0 || second > *newest)
            *newest = second;
    }
    bool failed = w.failed;
    walk_done(&w);
    return failed ? SEEK_FAILED : count ? SEEK_FOUND : SEEK_NONE;
}

enum seek_result seek_newest(const struct seek *s, int64_t *second)
{
    /* A few steps back, where the end holds long lines or some without a time. */
    for (uint64_t back = BLOCK;; back *= 4) {
        uint64_t from = s->size > back ? s->size - back : 0;
        enum seek_result found = newest_of(s, from, s->size, from == 0, UINT32_MAX, second);
        if (found != SEEK_NONE || from == 0 || back > PROBE_REACH)
            return found;
    }
}

enum seek_result seek_first(const struct seek *s, uint64_t from, int64_t second, uint64_t *place)
{
    struct walk w;
    struct text line;
    uint64_t start;
    int64_t found;
    walk_init(&w, s, from, false);
    do {
        if (!walk_next(&w, &line, &start)) {
            start = w.skipping ? s->size : w.offset + w.at; /* where a half line begins */
            break;
        }
    } while (!second_of(s, line, &found) || found < second);
    *place = start;
    bool failed = w.failed;
    walk_done(&w);
    return failed ? SEEK_FAILED : SEEK_FOUND;
}

/* The start of the first line behind byte `at`. */
static enum seek_result next_line(const struct seek *s, uint64_t at, uint64_t *start)
{
    struct walk w;
    struct text line;
    uint64_t before;
    walk_init(&w, s, at, false);
    bool found = walk_next(&w, &line, &before);
    *start = found ? w.offset + w.at : s->size;
    bool failed = w.failed;
    walk_done(&w);
    return failed ? SEEK_FAILED : SEEK_FOUND;
}

enum seek_result seek_time(const struct seek *s, int64_t second, int64_t slack_s, uint64_t *place)
{
    uint64_t low = 0, high = s->size;
    int64_t newest, target = second - slack_s;
    bool directives = has_directives(s);
    while (high - low > NEAR) {
        uint64_t mid = low + (high - low) / 2;
        uint64_t reach = high - mid < PROBE_REACH ? high : mid + PROBE_REACH;
        enum seek_result found = newest_of(s, mid, reach, false, PROBE_LINES, &newest);
        if (found == SEEK_NONE && directives) { /* other columns than where was looked before */
            seek_directives(s, mid);
            found = newest_of(s, mid, reach, false, PROBE_LINES, &newest);
        }
        if (found == SEEK_FAILED)
            return found;
        /* No time there: going on before it can only read too much. */
        if (found == SEEK_FOUND && newest < target)
            low = mid;
        else
            high = mid;
    }
    if (low > 0 && next_line(s, low, &low) == SEEK_FAILED)
        return SEEK_FAILED;
    seek_directives(s, low);
    if (seek_first(s, low, target, place) == SEEK_FAILED)
        return SEEK_FAILED;
    enum seek_result any = seek_newest(s, &newest);
    seek_directives(s, *place);
    return any;
}

enum seek_result seek_line_start(const struct seek *s, uint64_t place, uint64_t *start)
{
    char *block = mem_new(LINE_LIMIT, 1);
    uint64_t from = place > LINE_LIMIT ? place - LINE_LIMIT : 0;
    size_t len = (size_t)(place - from), have = 0;
    enum seek_result result = SEEK_FOUND;
    while (have < len) {
        ssize_t got = s->read(s->read_ctx, block + have, len - have, from + have);
        if (got < 0)
            result = SEEK_FAILED;
        if (got <= 0)
            break;
        have += (size_t)got;
    }
    const char *end = memrchr(block, '\n', have);
    *start = end ? from + (uint64_t)(end - block) + 1 : from == 0 ? 0 : place;
    free(block);
    return result;
}
