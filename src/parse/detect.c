#include "parse/detect.h"

#include <limits.h>
#include <stdio.h>

#include "base/safe.h"
#include "parse/reader.h"

void trial_clear(struct trial *t)
{
    t->lines = 0;
    memset(t->fit, 0, sizeof t->fit);
    t->nearest = SIZE_MAX;
    t->column = 0;
    t->sure = 0;
    t->reason = NULL;
    t->sample_len = 0;
}

/* ---- At a glance ----------------------------------------------------------------------------- */

/* Whether `byte` stands somewhere in the line and again `apart` bytes behind. */
static bool has_twice(struct text line, char byte, size_t apart, size_t *at)
{
    for (*at = text_find(line, byte, 0); *at + apart < line.len;
         *at = text_find(line, byte, *at + 1))
        if (line.at[*at + apart] == byte)
            return true;
    return false;
}

static bool has_clf_date(struct text line)
{
    size_t slash;
    while (has_twice(line, '/', 4, &slash)) {
        if (slash + 9 < line.len && line.at[slash + 9] == ':')
            return true;
        line = text_cut(line, slash + 1, line.len);
    }
    return false;
}

static unsigned line_has(struct text line)
{
    size_t at = 0;
    unsigned has = has_clf_date(line) ? LINE_HAS_CLF_DATE : 0;
    has |= has_twice(line, '-', 3, &at) ? LINE_HAS_ISO_DATE : 0;
    has |= text_find(line, '"', 0) < line.len ? LINE_HAS_QUOTE : 0;
    for (at = 0; at < line.len && memchr(" \t\r", line.at[at], 3);)
        at++;
    if (at < line.len) {
        has |= line.at[at] == '{' ? LINE_IS_OBJECT : 0;
        has |= line.at[at] >= '0' && line.at[at] <= '9' ? LINE_IS_NUMBER : 0;
        at = text_find(line, ' ', at);
        has |= line.at[at - 1] == ',' ? LINE_IS_LIST : 0;
    }
    return has;
}

/* ---- A trial --------------------------------------------------------------------------------- */

/* Of the formats that refuse a line those are nearest that had most values of their own kind
 * before that, and of these the one of the highest rank that came about as far as any. Where words
 * were all that fitted it does not count how many: there are enough in anything. */
static size_t nearest_of(const struct reject why[], const unsigned sure[], size_t count)
{
    uint32_t furthest = 0;
    unsigned most = 0;
    size_t i = 0;
    for (size_t k = 0; k < count; k++)
        most = sure[k] > most ? sure[k] : most;
    for (size_t k = 0; k < count; k++)
        if (sure[k] == most && why[k].column > furthest)
            furthest = why[k].column;
    uint32_t enough = most > 0 ? furthest - furthest / 4 : furthest > 1 ? 2 : 1;
    while (i + 1 < count && (sure[i] < most || why[i].column < enough))
        i++;
    return i;
}

static void keep_nearest(struct trial *t, const struct reject why[], const unsigned sure[],
                         size_t count, struct text line)
{
    size_t nearest = nearest_of(why, sure, count);
    if (t->nearest != SIZE_MAX && sure[nearest] <= t->sure)
        return;
    t->sure = sure[nearest];
    t->column = why[nearest].column;
    t->reason = why[nearest].reason;
    t->nearest = nearest;
    t->sample_len = line.len < sizeof t->sample ? line.len : sizeof t->sample;
    memcpy(t->sample, line.at, t->sample_len);
}

/* One format's try. A directive alone proves a format (#Fields), but a
 * hit proves it better, unless in doubt: any hit without one is more than the best with. */
static enum verdict try_format(struct trial *t, size_t i, const struct format *f, struct reading *r)
{
    struct text line = reading_line(r);
    r->reached = NULL;
    switch (format_read_line(f, r)) {
    case LINE_HIT: {
        bool to_end = !r->reached ||
                      text_trim(text_cut(line, (size_t)(r->reached - line.at), line.len)).len == 0;
        unsigned whole = to_end && !r->out->cut;
        t->fit[i].hits++;
        t->fit[i].doubtful += r->doubts > 0;
        t->fit[i].pathless += !(r->out->has & FIELD_BIT(FIELD_PATH));
        t->fit[i].points += r->doubts ? 1 + whole : 4 + 2 * whole;
        return LINE_HIT;
    }
    case LINE_SKIPPED:
        t->fit[i].skipped++;
        t->fit[i].points += 2;
        return LINE_SKIPPED;
    default: return LINE_REJECTED;
    }
}

/* The line is of those that read it with the fewest doubts. */
static void note_line(struct trial *t, const unsigned doubts[], size_t count)
{
    unsigned fewest = UINT_MAX - 1;
    for (size_t i = 0; i < count; i++)
        fewest = doubts[i] < fewest ? doubts[i] : fewest;
    for (size_t i = 0; i < count; i++)
        if (doubts[i] == fewest)
            t->fit[i].lines |= UINT64_C(1) << (t->lines % TRIAL_LINES);
}

/* What each format made of one line. */
struct tried {
    struct reject why[TRIAL_FORMATS];
    unsigned sure[TRIAL_FORMATS], doubts[TRIAL_FORMATS];
    bool any; /* of them reads it */
};

static void try_one(struct trial *t, struct tried *tried, size_t i, const struct format *f,
                    struct reading *r)
{
    tried->why[i] = (struct reject){.column = 1, .reason = ""};
    r->why = &tried->why[i];
    enum verdict verdict = try_format(t, i, f, r);
    tried->any |= verdict != LINE_REJECTED;
    tried->sure[i] = r->sure;
    tried->doubts[i] = verdict == LINE_HIT ? r->doubts : UINT_MAX;
}

/* A format that needs what the line has not is only asked where no other reads it: then for how far
 * it comes. */
void trial_line(struct trial *t, const struct format *const formats[], struct format_memo memos[],
                size_t count, struct batch *b, struct span line)
{
    struct entry scratch;
    struct tried tried;
    unsigned has = line_has(batch_span(b, line));
    tried.any = false;
    for (size_t i = 0; i < count; i++)
        tried.doubts[i] = UINT_MAX;
    for (int able = 1; able >= 0 && !tried.any; able--)
        for (size_t i = 0; i < count; i++) {
            struct reading r = {.batch = b,
                                .line = line,
                                .want = ~(field_set)0,
                                .out = &scratch,
                                .memo = &memos[i],
                                .measure = true};
            if (able == !(format_needs(formats[i]) & ~has))
                try_one(t, &tried, i, formats[i], &r);
        }
    note_line(t, tried.doubts, count);
    if (!tried.any)
        keep_nearest(t, tried.why, tried.sure, count, batch_span(b, line));
    t->lines++;
}

/* ---- Any at all ------------------------------------------------------------------------------ */

bool trial_any_reads(const struct format *const formats[], struct format_memo memos[], size_t count,
                     struct batch *b, struct span line)
{
    struct entry scratch;
    unsigned has = line_has(batch_span(b, line));
    for (size_t i = 0; i < count; i++) {
        if (format_needs(formats[i]) & ~has)
            continue;
        struct reading r = {.batch = b, .line = line, .out = &scratch, .memo = &memos[i]};
        if (format_read_line(formats[i], &r) != LINE_REJECTED)
            return true;
    }
    return false;
}

/* ---- What fits best -------------------------------------------------------------------------- */

size_t trial_best(const struct trial *t, size_t count)
{
    size_t best = SIZE_MAX;
    unsigned most = 0;
    for (size_t i = 0; i < count; i++) {
        if (t->fit[i].points <= most)
            continue;
        most = t->fit[i].points;
        best = i;
    }
    return best;
}

uint64_t trial_others(const struct trial *t, size_t one, size_t count)
{
    uint64_t others = 0;
    for (size_t i = 0; i < count; i++)
        if (t->fit[i].lines & ~t->fit[one].lines)
            others |= UINT64_C(1) << i;
    return others;
}

bool trial_prefers(const struct trial *t, size_t one, size_t other)
{
    return t->fit[one].points > t->fit[other].points;
}

/* What is odd about all lines that the format reads. A few without a path come by themselves. */
static const char *odd_about(const struct trial *t, size_t i)
{
    enum { ENOUGH = 8 };
    unsigned hits = t->fit[i].hits;
    if (hits > 0 && t->fit[i].doubtful == hits)
        return ", but all have more words before the time: -F can name them";
    return hits >= ENOUGH && t->fit[i].pathless == hits ? ", but none has a path" : "";
}

static void tell_choice(const struct trial *t, const struct format *f, size_t best,
                        struct notice *notice)
{
    struct text missing = format_missing(f);
    notice->kind = NOTICE_FORMAT;
    snprintf(notice->text, sizeof notice->text, "%s: fits %u of the first %u line%s%s%s%.*s",
             safe_str(format_name(f)), t->fit[best].hits + t->fit[best].skipped, t->lines,
             t->lines == 1 ? "" : "s", odd_about(t, best), missing.len > 0 ? "; " : "",
             (int)missing.len, missing.at);
}

void trial_tell(const struct trial *t, const struct format *const formats[], size_t best,
                struct notice *notice)
{
    *notice = (struct notice){0};
    if (best != SIZE_MAX) {
        tell_choice(t, formats[best], best, notice);
        return;
    }
    notice->kind = NOTICE_NO_FORMAT;
    if (t->nearest == SIZE_MAX)
        return;
    snprintf(notice->text, sizeof notice->text,
             "no known format fits; nearest is %s, which stops at column %u (%s) of: %s",
             safe_str(format_name(formats[t->nearest])), t->column, t->reason,
             safe_str(text_make(t->sample, t->sample_len)));
}
