#include "app/work.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "app/keep.h"
#include "app/progress.h"
#include "app/range.h"
#include "base/mem.h"
#include "base/note.h"
#include "source/reader.h"

enum {
    PIECE_LEAST = 1 << 20,    /* a smaller file is not worth a second thread */
    PRIME_BYTES = 64 * 1024,  /* what a later piece looks at to know the format */
    NEWS_KEPT = 4
};

struct piece {
    const char *path;
    uint64_t from, to;
    bool ranged;
};

struct worker {
    struct work *work;
    pthread_t thread;
    struct tally *tally;
    struct batch *batch;
    _Atomic uint64_t done;    /* bytes on disk read; main reads it for the progress */
    bool failed;
    size_t news_count;
    struct notice news[NEWS_KEPT];
};

struct work {
    const struct formats *formats;
    field_set fields;
    struct range range;
    const struct filter *where; /* NULL: every line */
    struct piece *pieces;
    size_t piece_count;
    uint64_t bytes; /* on disk, all pieces; 0 when a pipe is among them */
    _Atomic size_t next; /* piece to take: a plain counter, nothing is published through it */
    atomic_uint left;    /* workers that have found no further piece */
    struct worker *workers;
    unsigned jobs;
};

static void add_piece(struct work *w, struct piece piece)
{
    w->pieces = mem_grow(w->pieces, w->piece_count + 1, sizeof *w->pieces);
    w->pieces[w->piece_count++] = piece;
}

/* As many pieces as threads for a plain file of some size, else one. */
static void cut_file(struct work *w, const char *path, struct reader *r)
{
    uint64_t from = 0, to = reader_size(r);
    if (!reader_can_seek(r)) {
        add_piece(w, (struct piece){.path = path});
        return;
    }
    range_narrow(&w->range, r, w->formats, &from, &to);
    uint64_t step = (to - from) / w->jobs + 1;
    step = step < PIECE_LEAST ? PIECE_LEAST : step;
    for (uint64_t at = from; at < to; at += step)
        add_piece(w, (struct piece){path, at, at + step < to ? at + step : to, true});
}

static bool open_all(struct work *w, const struct inputs *in, struct error *why)
{
    for (size_t i = 0; i < in->count; i++) {
        if (!strcmp(in->paths[i], "-")) { /* opened once, by the worker that reads it */
            add_piece(w, (struct piece){.path = in->paths[i]});
            continue;
        }
        struct reader *r = reader_open(in->paths[i], why);
        if (!r)
            return false;
        w->bytes += reader_size(r);
        cut_file(w, in->paths[i], r);
        reader_close(r);
    }
    return true;
}

struct work *work_new(const struct settings *s, const struct inputs *in, const struct formats *formats,
                      unsigned jobs, struct error *why)
{
    struct work *w = mem_new(1, sizeof *w);
    w->formats = formats;
    w->where = s->filter;
    w->fields = dimension_fields(s->only) | (s->filter ? filter_fields(s->filter) : 0);
    w->jobs = jobs;
    if (!range_of(&w->range, s, (const char *const *)in->paths, in->count, formats, why) ||
        !open_all(w, in, why)) {
        work_free(w);
        return NULL;
    }
    if (w->jobs > w->piece_count)
        w->jobs = w->piece_count ? (unsigned)w->piece_count : 1;
    w->workers = mem_new(w->jobs, sizeof *w->workers);
    for (unsigned i = 0; i < w->jobs; i++) {
        w->workers[i].work = w;
        w->workers[i].tally = tally_new(s->only, true, 0);
        w->workers[i].batch = batch_new();
    }
    return w;
}

void work_free(struct work *w)
{
    if (!w)
        return;
    for (unsigned i = 0; w->workers && i < w->jobs; i++) {
        tally_free(w->workers[i].tally);
        batch_free(w->workers[i].batch);
    }
    free(w->workers);
    free(w->pieces);
    free(w);
}

static void take_news(struct worker *k, struct parser *parser)
{
    struct notice news;
    while (parser_news(parser, &news))
        if (news.kind == NOTICE_NO_FORMAT && k->news_count < NEWS_KEPT)
            k->news[k->news_count++] = news;
}

/* Counts what the batch holds, in rounds when its entries do not hold all of its lines. */
static void count_batch(struct worker *k, struct parser *parser)
{
    struct batch *b = k->batch;
    for (bool all = false; !all;) {
        all = parser_run(parser, b);
        if (k->work->range.limited || k->work->where)
            keep_entries(b, k->work->where, k->work->range.limited ? &k->work->range : NULL);
        tally_add(k->tally, b);
        b->count = 0;
        b->reject_count = 0;
        b->refusal_count = 0;
        b->lines = (struct line_counts){0};
    }
    take_news(k, parser);
}

/* A piece from the middle knows its format (and a header's columns) from the file's first lines. */
static void prime(struct worker *k, struct parser *parser, const char *path)
{
    struct reader *r = reader_open(path, NULL);
    if (!r)
        return;
    reader_range(r, 0, PRIME_BYTES);
    if (reader_fill(r, k->batch, NULL) == READER_LINES)
        while (!parser_run(parser, k->batch))
            k->batch->count = 0;
    batch_clear(k->batch);
    reader_close(r);
}

static bool read_piece(struct worker *k, const struct piece *piece)
{
    struct error why = {0};
    struct reader *r = reader_open(piece->path, &why);
    if (!r) {
        note("%s", why.text);
        return false;
    }
    struct parser *parser = parser_new(k->work->formats, k->work->fields);
    parser_reads(parser, piece->path);
    if (piece->ranged) {
        if (piece->from)
            prime(k, parser, piece->path);
        reader_range(r, piece->from, piece->to);
    }
    uint64_t before = atomic_load_explicit(&k->done, memory_order_relaxed), start = piece->from;
    enum reader_result got;
    while ((got = reader_fill(r, k->batch, &why)) == READER_LINES) {
        count_batch(k, parser);
        batch_clear(k->batch);
        uint64_t place = reader_place(r);
        atomic_store_explicit(&k->done, before + (place > start ? place - start : 0), memory_order_relaxed);
    }
    if (got == READER_ERROR)
        note("%s", why.text);
    parser_free(parser);
    reader_close(r);
    return got == READER_END;
}

static void *worker_main(void *arg)
{
    struct worker *k = arg;
    struct work *w = k->work;
    for (size_t i; (i = atomic_fetch_add_explicit(&w->next, 1, memory_order_relaxed)) < w->piece_count;)
        if (!read_piece(k, &w->pieces[i]))
            k->failed = true;
    atomic_fetch_add_explicit(&w->left, 1, memory_order_relaxed); /* for the progress only */
    return NULL;
}

static uint64_t bytes_done(const struct work *w)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < w->jobs; i++)
        sum += atomic_load_explicit(&w->workers[i].done, memory_order_relaxed);
    return sum;
}

static bool start_worker(struct worker *k)
{
    return !pthread_create(&k->thread, NULL, worker_main, k);
}

bool work_run(struct work *w)
{
    bool complete = true;
    unsigned started = 0;
    struct progress *progress = progress_new(w->bytes);
    unsigned helpers = progress ? w->jobs : w->jobs - 1; /* with nobody watching this thread reads too */
    while (started < helpers && start_worker(&w->workers[started]))
        started++;
    if (started < w->jobs)
        worker_main(&w->workers[started]);
    while (progress && atomic_load_explicit(&w->left, memory_order_relaxed) < started)
        progress_show(progress, bytes_done(w));
    progress_free(progress);
    for (unsigned i = 0; i < started; i++)
        pthread_join(w->workers[i].thread, NULL);
    for (unsigned i = 0; i < w->jobs; i++) {
        complete &= !w->workers[i].failed;
        if (i)
            tally_merge(w->workers[0].tally, w->workers[i].tally);
    }
    return complete;
}

void work_notes(struct work *w)
{
    for (unsigned i = 0; i < w->jobs; i++)
        for (size_t n = 0; n < w->workers[i].news_count; n++)
            note("%s", w->workers[i].news[n].text);
}

struct tally *work_total(struct work *w)
{
    return w->workers[0].tally;
}
