#include "parse/parser.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/safe.h"
#include "parse/client.h"
#include "parse/lines.h"
#include "parse/parser_state.h"
#include "parse/reader.h"
#include "parse/value.h"

struct parser *parser_new(const struct formats *fs, field_set want)
{
    struct parser *p = mem_new(1, sizeof *p);
    p->fs = fs;
    parser_want(p, want);
    p->memos = mem_new(fs->count, sizeof *p->memos);
    for (size_t i = 0; i < fs->count; i++)
        format_memo_init(&p->memos[i], fs->list[i]);
    p->chosen = fs->automatic ? SIZE_MAX : 0;
    p->settled = !fs->automatic;
    return p;
}

struct parser *parser_copy(const struct parser *p)
{
    for (size_t i = 0; !p->fs->automatic && i < p->fs->count; i++)
        if (p->memos[i].state)
            return NULL;
    struct parser *copy = mem_new(1, sizeof *copy);
    *copy = *p;
    copy->memos = mem_new(p->fs->count, sizeof *copy->memos);
    for (size_t i = 0; i < p->fs->count; i++)
        format_memo_init(&copy->memos[i], p->fs->list[i]);
    copy->trial = mem_copy(p->trial, sizeof *p->trial);
    copy->news = mem_copy(p->news, sizeof *p->news);
    return copy;
}

void parser_want(struct parser *p, field_set want)
{
    p->want = want;
    if (p->fs->forwarded && (want & FIELD_BIT(FIELD_HOST)))
        p->want |= FIELD_BIT(FIELD_FORWARDED);
}

void parser_free(struct parser *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->fs->count; i++)
        format_memo_done(&p->memos[i]);
    free(p->memos);
    free(p->trial);
    free(p->news);
    free(p);
}

const struct format *parser_format(const struct parser *p)
{
    return p->chosen == SIZE_MAX ? NULL : p->fs->list[p->chosen];
}

bool parser_news(struct parser *p, struct notice *notice)
{
    if (!p->news)
        return false;
    *notice = *p->news;
    free(p->news);
    p->news = NULL;
    return true;
}

struct notice *parser_tell(struct parser *p, enum notice_kind kind)
{
    if (!p->news)
        p->news = mem_new(1, sizeof *p->news);
    *p->news = (struct notice){.kind = kind};
    return p->news;
}

/* ---- Reading -------------------------------------------------------------------------------- */

static void keep_reject(struct batch *b, const struct reject *why)
{
    if (b->reject_count == BATCH_REJECTS) { /* the last few are the ones kept */
        memmove(b->rejects, b->rejects + 1, (BATCH_REJECTS - 1) * sizeof *b->rejects);
        b->reject_count--;
    }
    b->rejects[b->reject_count++] = *why;
}

static enum verdict read_by(struct parser *p, size_t i, struct reading *r)
{
    r->memo = &p->memos[i];
    return format_read_line(p->fs->list[i], r);
}

/* Where lines of several formats are mixed, one that the chosen format refuses is of another. When
 * there are no others any more, that is the chosen one. Only with fewer doubts than `most`. */
static enum verdict read_by_others(struct parser *p, struct reading *r, unsigned most)
{
    for (uint64_t left = p->others; left; left &= left - 1) {
        size_t i = (size_t)__builtin_ctzll(left);
        if (read_by(p, i, r) != LINE_HIT || r->doubts >= most)
            continue;
        if (++p->aside == ASIDE_LIMIT) {
            p->others = (p->others & ~(UINT64_C(1) << i)) | UINT64_C(1) << p->chosen;
            p->chosen = i;
            p->aside = 0;
        }
        return LINE_HIT;
    }
    return LINE_REJECTED;
}

/* By those besides the chosen one: what auto found, or what else was named. */
static enum verdict read_besides(struct parser *p, struct reading *r, unsigned most)
{
    if (p->fs->automatic)
        return read_by_others(p, r, most);
    for (size_t i = 1; i < p->fs->count; i++) {
        enum verdict verdict = read_by(p, i, r);
        if (verdict != LINE_REJECTED && r->doubts < most)
            return verdict;
    }
    return LINE_REJECTED;
}

/* What the chosen format reads in doubt is of another one that has less; else it stays its own. */
static enum verdict settle_doubt(struct parser *p, struct reading *r)
{
    if (p->fs->automatic ? !p->others : p->fs->count < 2)
        return LINE_HIT;
    r->measure = true;
    enum verdict verdict = read_besides(p, r, r->doubts);
    r->measure = false;
    return verdict == LINE_HIT ? verdict : read_by(p, p->chosen, r);
}

/* By the first format that fits; the first one's reason where none does. */
static enum verdict read_by_any(struct parser *p, struct reading *r)
{
    struct reject *why = r->why;
    enum verdict verdict = read_by(p, p->chosen, r); /* unless with auto the first */
    r->why = NULL;
    if (verdict == LINE_REJECTED)
        verdict = read_besides(p, r, UINT_MAX);
    else if (verdict == LINE_HIT && r->doubts > 0)
        verdict = settle_doubt(p, r);
    else
        p->aside = 0;
    r->why = why;
    return verdict;
}

enum verdict parser_read_line(struct parser *p, struct reading *r)
{
    if (p->chosen != SIZE_MAX)
        return read_by_any(p, r);
    return reading_reject(r, reading_line(r).at, "no known format fits");
}

/* A line that does not say when it was written is as old as its wrapping says. */
static void take_wrap_time(struct reading *r, struct span time)
{
    if (time.len == 0 || !reading_wants(r, FIELD_TIME) || (r->out->has & FIELD_BIT(FIELD_TIME)))
        return;
    if (value_time(r, batch_span(r->batch, time), AS_RFC3339))
        r->out->null &= ~FIELD_BIT(FIELD_TIME);
}

/* The same, but the choice may change before the line, which begins at `at`, is refused or read in
 * doubt. */
static enum verdict read_line(struct parser *p, struct reading *r, uint32_t at)
{
    struct span time = p->wrap_time;
    enum verdict verdict = parser_read_line(p, r);
    if (parser_misfits(verdict, r) && parser_look_again(p, r->batch, at))
        verdict = parser_read_line(p, r);
    if (verdict == LINE_REJECTED)
        verdict = parser_read_other(p, r, at);
    if (parser_misfits(verdict, r))
        p->run++;
    else if (verdict == LINE_HIT)
        p->run = 0;
    if (verdict == LINE_HIT)
        take_wrap_time(r, time);
    return verdict;
}

static void count_reject(struct batch *b, const struct reject *why)
{
    b->lines.read++;
    b->lines.rejected++;
    batch_refuse(b);
    keep_reject(b, why);
}

static void count_hits(struct parser *p, struct batch *b, uint32_t hits)
{
    b->lines.read += hits;
    b->lines.parsed += hits;
    p->any_hit = p->any_hit || hits > 0;
}

/* Reads as many lines as are plain hits of the chosen format. Returns how many. */
static size_t take_run(struct parser *p, struct batch *b, const uint32_t *ends, size_t count)
{
    if (p->chosen == SIZE_MAX)
        return 0;
    struct line_run run = {
        .batch = b, .memo = &p->memos[p->chosen], .want = p->want, .ends = ends, .count = count};
    size_t done = format_read_run(p->fs->list[p->chosen], &run);
    if (done > 0)
        p->run = p->aside = 0;
    return done;
}

/* Reads the lines that end at ends[], as far as there is room for entries. */
static void take_lines(struct parser *p, struct batch *b, const uint32_t *ends, size_t count)
{
    struct reject why;
    struct reading r = {.batch = b, .want = p->want, .why = &why};
    uint32_t before = b->count;
    bool long_line;
    for (size_t i = 0; i < count && b->count < b->room; i++) {
        i += take_run(p, b, ends + i, count - i);
        if (i == count || b->count == b->room)
            break;
        uint32_t end = ends[i];
        r.line = trim_line(b, b->scanned, end, &long_line);
        b->scanned = end < b->used ? end + 1 : end;
        uint32_t at = r.line.at;
        r.line = parser_unwrap(p, b, r.line);
        if (r.line.len == 0)
            continue;
        r.out = &b->entries[b->count];
        enum verdict verdict = read_line(p, &r, at);
        if (verdict == LINE_HIT)
            b->count++;
        else if (verdict == LINE_REJECTED)
            count_reject(b, &why);
        if (long_line && verdict != LINE_SKIPPED) {
            b->lines.truncated++;
            r.out->cut = 1;
        }
    }
    count_hits(p, b, b->count - before);
}

static void tell_trouble(struct parser *p, struct batch *b)
{
    struct format_memo *memo = p->chosen == SIZE_MAX ? NULL : &p->memos[p->chosen];
    if (memo && memo->gave_up && !p->told_off) {
        p->told_off = true;
        struct notice *news = parser_tell(p, NOTICE_NO_FORMAT);
        snprintf(news->text, sizeof news->text,
                 "%s takes too long on some lines and was switched off",
                 safe_str(format_name(p->fs->list[p->chosen])));
    }
    if (p->fs->automatic || p->any_hit || p->told_bad || b->reject_count == 0)
        return;
    const struct reject *why = &b->rejects[b->reject_count - 1];
    p->told_bad = true;
    struct notice *news = parser_tell(p, NOTICE_NO_FORMAT);
    snprintf(news->text, sizeof news->text,
             "no line fits %s so far; it stops at column %u (%s) of: %s",
             safe_str(format_name(p->fs->list[0])), why->column, why->reason,
             safe_str(batch_span(b, why->line)));
}

/* Editors and other systems' shells put a byte order mark before a file's first line. */
static void skip_mark(struct batch *b)
{
    static const struct text mark = {"\xef\xbb\xbf", 3};
    if (b->scanned == 0 && text_starts(text_make(b->bytes, b->used), mark))
        b->scanned = (uint32_t)mark.len;
}

void parser_begin(struct parser *p, struct batch *b)
{
    p->refused_to = 0;
    skip_mark(b);
    if (p->settled || b->used == b->scanned)
        return;
    parser_look(p, b, b->scanned);
    parser_choose(p);
    parser_rest(p);
}

bool parser_run(struct parser *p, struct batch *b)
{
    uint32_t first = b->count, ends[ENDS];
    if (b->scanned == 0)
        parser_begin(p, b);
    while (b->scanned < b->used && b->count < b->room) {
        size_t most = b->room - b->count < ENDS ? b->room - b->count : ENDS;
        size_t count = lines_find(b->bytes, b->scanned, b->used, ends, most);
        if (count == 0)
            ends[count++] = b->used;
        take_lines(p, b, ends, count);
    }
    for (uint32_t i = first; p->fs->forwarded && i < b->count; i++)
        client_take_forwarded(b, &b->entries[i]);
    tell_trouble(p, b);
    return b->scanned == b->used;
}

/* ---- Line by line --------------------------------------------------------------------------- */

enum parser_line parser_read(struct parser *p, struct batch *b, struct span line, struct entry *out,
                             struct reject *why)
{
    static const enum parser_line lines[] = {[LINE_HIT] = PARSER_HIT,
                                             [LINE_REJECTED] = PARSER_REJECTED,
                                             [LINE_SKIPPED] = PARSER_SKIPPED};
    struct reading r = {.batch = b, .want = p->want, .out = out, .why = why};
    uint32_t end = line.at + line.len;
    line.at = skip_zeros(b, line.at, end);
    line.len = end - line.at;
    r.line = parser_unwrap(p, b, line);
    if (r.line.len == 0)
        return PARSER_SKIPPED;
    enum verdict verdict = read_line(p, &r, line.at);
    if (verdict == LINE_HIT && p->fs->forwarded)
        client_take_forwarded(b, out);
    return lines[verdict];
}

/* ---- One line on its own -------------------------------------------------------------------- */

struct batch *parser_alone(struct text line)
{
    struct batch *b = &scratch_mine()->line;
    b->used = (uint32_t)(line.len < LINE_LIMIT ? line.len : LINE_LIMIT);
    memcpy(b->bytes, line.at, b->used);
    memset(b->bytes + b->used, 0, BATCH_SLACK);
    return b;
}

bool parser_second(struct parser *p, struct text line, int64_t *second)
{
    if (line.len > 0 && line.at[line.len - 1] == '\r')
        line.len--;
    if (line.len == 0)
        return false;
    struct batch *alone = parser_alone(line);
    size_t first = p->chosen == SIZE_MAX ? 0 : p->chosen;
    uint32_t first_byte = skip_zeros(alone, 0, alone->used);
    struct span whole =
        parser_unwrap(p, alone, (struct span){first_byte, alone->used - first_byte});
    size_t last = p->chosen == SIZE_MAX || !p->fs->automatic ? p->fs->count : p->chosen + 1;
    struct entry e;
    for (size_t i = first; i < last; i++) {
        if (!format_read(p->fs->list[i], &p->memos[i], alone, whole, FIELD_BIT(FIELD_TIME), &e,
                         NULL))
            continue;
        struct reading r = {
            .batch = alone, .want = FIELD_BIT(FIELD_TIME), .out = &e, .memo = &p->memos[i]};
        take_wrap_time(&r, p->wrap_time);
        if (!(e.has & FIELD_BIT(FIELD_TIME)))
            continue;
        *second = e.second;
        return true;
    }
    return false;
}
