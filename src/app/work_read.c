/* work_read.c - one thread of a report: reads pieces of files and counts what is in them. */
#include "app/work_inside.h"

#include <string.h>

#include "app/keep.h"
#include "base/mem.h"
#include "base/note.h"
#include "source/reader.h"

/* A choice is told once, by who reads the file's beginning: other pieces and most other files have
 * the same. */
static bool is_news(const struct worker *k, const struct piece *piece, const struct notice *notice)
{
    if (notice->kind == NOTICE_NO_FORMAT)
        return true;
    size_t name = strcspn(notice->text, ":");
    for (size_t i = 0; i < k->news_count; i++)
        if (!strncmp(k->news[i].notice.text, notice->text, name + 1))
            return false;
    return notice->kind == NOTICE_FORMAT && piece->from == 0;
}

static void take_news(struct worker *k, const struct piece *piece, struct parser *parser)
{
    struct notice notice;
    while (parser_news(parser, &notice))
        if (!k->explain && k->news_count < NEWS_KEPT && is_news(k, piece, &notice))
            k->news[k->news_count++] = (struct news){notice, piece};
}

static void begin_stretch(struct piece *p, uint64_t from)
{
    if (p->stretch_count == p->stretch_room) {
        p->stretch_room = p->stretch_room ? p->stretch_room * 2 : 16;
        p->stretches = mem_grow(p->stretches, p->stretch_room, sizeof *p->stretches);
    }
    p->stretches[p->stretch_count++] = (struct stretch){from, 0, INT64_MAX, INT64_MIN};
}

static void end_stretch(struct piece *p, uint64_t to, struct rules_tape *tape)
{
    struct stretch *s = &p->stretches[p->stretch_count - 1];
    s->to = to;
    rules_tape_seconds(tape, &s->first, &s->last);
}

static void take(struct worker *k, struct piece *piece)
{
    if (k->explain) {
        explain_batch(k->explain, k->batch);
        return;
    }
    if (piece->heard)
        pipe_causes_batch(k->work->pipe, k->batch);
    if (k->tape)
        rules_tape_and_tally(k->tape, k->tally, k->batch);
    else
        tally_add(k->tally, k->batch);
}

/* Counts what the batch holds, in rounds when its entries do not hold all of its lines. */
static void count_batch(struct worker *k, struct parser *parser, struct piece *piece)
{
    struct batch *b = k->batch;
    for (bool all = false; !all;) {
        all = parser_run(parser, b);
        if (k->work->range.limited || k->work->where)
            keep_entries(b, k->work->where, k->work->range.limited ? &k->work->range : NULL);
        take(k, piece);
        b->count = 0;
        b->reject_count = 0;
        b->refusal_count = 0;
        b->lines = (struct line_counts){0};
    }
    take_news(k, piece, parser);
}

/* Where the next batch's lines may begin: with the one that is unfinished so far. */
static uint64_t line_before(const struct piece *p, uint64_t place)
{
    return place > p->from + LINE_LIMIT ? place - LINE_LIMIT : p->from;
}

static enum reader_result read_lines(struct worker *k, struct parser *parser, struct piece *piece,
                                     struct reader *r, struct error *why)
{
    bool index = k->tape && !k->explain;
    uint64_t before = atomic_load_explicit(&k->done, memory_order_relaxed), place = piece->from;
    enum reader_result got;
    if (index)
        rules_tape_piece(k->tape);
    while ((got = reader_fill(r, k->batch, why)) == READER_LINES) {
        if (index)
            begin_stretch(piece, line_before(piece, place));
        count_batch(k, parser, piece);
        batch_clear(k->batch);
        place = reader_place(r);
        if (index)
            end_stretch(piece, place, k->tape);
        uint64_t done = place > piece->from ? place - piece->from : 0;
        atomic_store_explicit(&k->done, before + done, memory_order_relaxed);
    }
    if (piece->heard)
        pipe_causes_finish(k->work->pipe);
    if (index)
        piece->any = rules_tape_edges(k->tape, &piece->leading, &piece->last);
    return got;
}

static struct parser *parser_of(struct worker *k, const struct piece *piece)
{
    if (piece->header)
        return header_parser(piece->header, piece->from, k->batch);
    struct parser *parser = parser_new(k->work->formats, k->work->fields);
    parser_reads(parser, piece->path);
    return parser;
}

static bool read_piece(struct worker *k, struct piece *piece)
{
    struct error why = {0};
    struct reader *r = reader_open(piece->path, &why);
    if (!r) {
        note("%s", why.text);
        return false;
    }
    struct parser *parser = parser_of(k, piece);
    if (piece->ranged)
        reader_range(r, piece->from, piece->to);
    enum reader_result got = read_lines(k, parser, piece, r, &why);
    if (got == READER_ERROR)
        note("%s", why.text);
    parser_free(parser);
    reader_close(r);
    return got == READER_END;
}

void work_equip(struct worker *k)
{
    const struct work *w = k->work;
    if (k->tally)
        return;
    k->tally = tally_new(w->only, true, 0);
    k->batch = batch_new_of(BATCH_ROUND);
    if (w->rule_count)
        k->tape = rules_tape_new(w->rules->others, w->rule_count, w->jobs);
}

void *work_read(void *arg)
{
    struct worker *k = arg;
    struct work *w = k->work;
    work_equip(k);
    for (size_t i; (i = atomic_fetch_add_explicit(&w->next, 1, memory_order_relaxed)) < w->piece_count;)
        if (!read_piece(k, &w->pieces[i]))
            k->failed = true;
    atomic_fetch_add_explicit(&w->left, 1, memory_order_relaxed); /* for the progress only */
    return NULL;
}
