#include "base/safe.h"

#include <assert.h>
#include <stdio.h>

#include "base/rune.h"

#define MARKS_MOST 2 /* on one base character */

/* The result as it grows. `fit` is the last place at which it can be cut and still has
 * a column for the ellipsis. */
struct writer {
    struct buf *out;
    struct safe_limits limits;
    unsigned width;
    unsigned marks; /* on the last base character; MARKS_MOST where there is none */
    unsigned fit_width;
    size_t fit_len;
};

/* Appends one piece that is kept or left out as a whole. False: it does not fit. */
static bool put(struct writer *w, struct text piece, unsigned columns)
{
    unsigned most = w->limits.width;
    if (most && columns > most - w->width)
        return false;
    buf_add(w->out, piece);
    w->width += columns;
    if (w->width < most) {
        w->fit_len = w->out->len;
        w->fit_width = w->width;
    }
    return true;
}

/* Printable ASCII, nearly all of what comes, in one go. */
static bool put_ascii(struct writer *w, struct text run)
{
    unsigned most = w->limits.width;
    w->marks = 0;
    if (!most) {
        w->width += (unsigned)run.len;
        buf_add(w->out, run);
        return true;
    }
    unsigned left = most - w->width;
    size_t before_last = run.len < left ? run.len : left ? left - 1 : 0;
    return put(w, text_cut(run, 0, before_last), (unsigned)before_last) &&
           (before_last == run.len ||
            put(w, text_cut(run, before_last, run.len), (unsigned)(run.len - before_last)));
}

static bool put_bytes_escaped(struct writer *w, struct text bytes)
{
    w->marks = MARKS_MOST;
    for (size_t i = 0; i < bytes.len; i++) {
        char escape[5];
        snprintf(escape, sizeof escape, "\\x%02x", (unsigned char)bytes.at[i]);
        if (!put(w, text_make(escape, 4), 4))
            return false;
    }
    return true;
}

static bool put_rune_escaped(struct writer *w, uint32_t rune)
{
    char escape[16];
    int len = snprintf(escape, sizeof escape, "\\u{%04x}", (unsigned)rune);
    w->marks = MARKS_MOST;
    return put(w, text_make(escape, (size_t)len), (unsigned)len);
}

static bool put_rune(struct writer *w, uint32_t rune, struct text bytes)
{
    enum rune_kind kind = rune == RUNE_BAD ? RUNE_CONTROL : rune_kind(rune);
    if (kind == RUNE_CONTROL)
        return put_bytes_escaped(w, bytes);
    bool surplus = kind == RUNE_MARK && w->marks >= MARKS_MOST;
    if (kind == RUNE_HIDDEN || surplus || w->limits.ascii)
        return put_rune_escaped(w, rune);
    if (kind == RUNE_MARK) {
        w->marks++;
        return put(w, bytes, 0);
    }
    w->marks = 0;
    return put(w, bytes, kind == RUNE_WIDE ? 2 : 1);
}

static size_t ascii_run(struct text text, size_t from)
{
    size_t to = from;
    while (to < text.len && text.at[to] >= 0x20 && text.at[to] < 0x7f)
        to++;
    return to - from;
}

static bool put_all(struct writer *w, struct text foreign)
{
    size_t at = 0;
    bool fits = true;
    while (fits && at < foreign.len) {
        size_t len = ascii_run(foreign, at);
        if (len > 0) {
            fits = put_ascii(w, text_cut(foreign, at, at + len));
        } else {
            uint32_t rune;
            len = rune_next(foreign, at, &rune);
            fits = put_rune(w, rune, text_cut(foreign, at, at + len));
        }
        at += len;
    }
    return fits;
}

struct safe safe_make(struct buf *room, struct text foreign, struct safe_limits limits)
{
    size_t start = room->len;
    buf_room(room, foreign.len < 256 ? foreign.len : 256);
    struct writer w = {.out = room, .limits = limits, .marks = MARKS_MOST, .fit_len = start};
    if (!put_all(&w, foreign)) {
        room->len = w.fit_len;
        buf_str(room, limits.ascii ? "~" : "\u2026");
        w.width = w.fit_width + 1;
    }
    return (struct safe){text_make(room->at + start, room->len - start), w.width};
}

void safe_add(struct buf *out, struct text foreign)
{
    safe_make(out, foreign, (struct safe_limits){0});
}

#define STR_WIDTH 160
/* A column takes four bytes and as many for each mark. */
#define STR_SIZE  (STR_WIDTH * 4 * (1 + MARKS_MOST) + 1)
#define STR_ALIVE 8

const char *safe_str(struct text foreign)
{
    static _Thread_local char texts[STR_ALIVE][STR_SIZE];
    static _Thread_local unsigned next;
    char *into = texts[next++ % STR_ALIVE];
    struct buf room = {0};
    struct text safe = safe_make(&room, foreign, (struct safe_limits){.width = STR_WIDTH}).utf8;
    assert(safe.len < STR_SIZE);
    memcpy(into, safe.at, safe.len);
    into[safe.len] = '\0';
    buf_done(&room);
    return into;
}
