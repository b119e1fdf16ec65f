#include "app/work_inside.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/progress.h"
#include "app/spread.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/note.h"
#include "parse/filter.h"
#include "source/reader.h"

enum { PIECE_LEAST = 1 << 20 /* what is smaller is not worth a second thread */ };

static void add_piece(struct work *w, struct piece piece)
{
    w->pieces = mem_grow(w->pieces, w->piece_count + 1, sizeof *w->pieces);
    w->pieces[w->piece_count++] = piece;
}

static struct header *add_header(struct work *w, const char *path)
{
    w->headers = mem_grow(w->headers, w->header_count + 1, sizeof *w->headers);
    return w->headers[w->header_count++] = header_new(path, w->formats, w->fields);
}

/* What each piece takes of what is left of a file. They get smaller towards its end, so that
 * threads end at the same time, whichever of them began late or was held up. Where columns are
 * named in the log (#Fields) each piece looks for the last such line before it: then there are as
 * few as can be. */
static uint64_t share_of(const struct work *w, uint64_t left, bool named, uint64_t even)
{
    uint64_t share = w->jobs == 1 ? left : named ? even : left / (w->jobs + 1);
    return share < PIECE_LEAST ? PIECE_LEAST : share;
}

/* A plain file of some size for all threads, else one piece. */
static void cut_file(struct work *w, const char *path, struct reader *r)
{
    uint64_t from = 0, to = reader_size(r);
    if (!reader_can_seek(r)) {
        w->bytes += to;
        add_piece(w, (struct piece){.path = path});
        return;
    }
    range_narrow(&w->range, path, r, w->formats, &from, &to);
    w->bytes += to - from;
    bool named = reader_begins_with(r, TEXT("#")) || reader_begins_with(r, TEXT("\xef\xbb\xbf#"));
    uint64_t even = (to - from) / w->jobs + 1;
    struct header *header = add_header(w, path);
    for (uint64_t at = from, end; at < to; at = end) {
        uint64_t share = share_of(w, to - at, named, even);
        end = share < to - at ? at + share : to;
        add_piece(w, (struct piece){
                         .path = path, .header = header, .from = at, .to = end, .ranged = true});
    }
}

/* Standard input, a named pipe, a process's output: opened once, by the worker that reads it. */
static bool is_pipe(const char *path)
{
    struct stat s;
    return !strcmp(path, "-") || (!stat(path, &s) && S_ISFIFO(s.st_mode));
}

/* The live monitor can stand beside one pipe only: the first. */
static void add_pipe(struct work *w, const char *path)
{
    bool heard = w->rule_count && !w->pipe;
    struct clock clock = clock_real();
    add_piece(w, (struct piece){.path = path, .once = true, .heard = heard});
    if (heard)
        w->pipe = pipe_causes_new(w->rules, clock_wall(&clock));
}

static bool open_all(struct work *w, const struct inputs *in, struct error *why)
{
    for (size_t i = 0; i < in->count; i++) {
        if (is_pipe(in->paths[i])) {
            add_pipe(w, in->paths[i]);
            continue;
        }
        struct reader *r = reader_open(in->paths[i], why);
        if (!r)
            return false;
        cut_file(w, in->paths[i], r);
        reader_close(r);
    }
    return true;
}

struct work *work_new(const struct work_order *o, struct error *why)
{
    const struct settings *s = o->settings;
    struct work *w = mem_new(1, sizeof *w);
    w->formats = o->formats;
    w->only = s->only;
    w->where = s->filter;
    w->rules = o->rules;
    w->rule_count = o->rules->count + o->rules->try_count;
    w->fields = dimension_fields(s->only) | o->rules->fields |
                (s->filter ? filter_fields(s->filter) : 0) | (w->rule_count ? cause_fields() : 0);
    w->jobs = o->jobs;
    if (!range_of(&w->range, s, (const char *const *)o->inputs->paths, o->inputs->count, o->formats,
                  why) ||
        !open_all(w, o->inputs, why)) {
        work_free(w);
        return NULL;
    }
    if (w->jobs > w->piece_count)
        w->jobs = w->piece_count ? (unsigned)w->piece_count : 1;
    w->workers = mem_new(w->jobs, sizeof *w->workers);
    for (unsigned i = 0; i < w->jobs; i++)
        w->workers[i].work = w;
    return w;
}

static void free_pieces(struct piece *pieces, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(pieces[i].stretches);
    free(pieces);
}

void work_free(struct work *w)
{
    if (!w)
        return;
    for (unsigned i = 0; w->workers && i < w->jobs; i++) {
        tally_free(w->workers[i].tally);
        rules_tape_free(w->workers[i].tape);
        batch_free(w->workers[i].batch);
    }
    free(w->workers);
    free_pieces(w->pieces, w->piece_count);
    for (size_t i = 0; i < w->header_count; i++)
        header_free(w->headers[i]);
    free(w->headers);
    pipe_causes_free(w->pipe);
    free(w);
}

static uint64_t bytes_done(const struct work *w)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < w->jobs; i++)
        sum += atomic_load_explicit(&w->workers[i].done, memory_order_relaxed);
    return sum;
}

/* All pieces by all workers. */
static void run_workers(struct work *w)
{
    unsigned started = 0;
    struct progress *progress = progress_new(w->bytes);
    unsigned helpers =
        progress ? w->jobs : w->jobs - 1; /* with nobody watching this thread reads too */
    atomic_store(&w->next, 0);
    atomic_store(&w->left, 0);
    while (started < helpers && spread_start(&w->workers[started].thread, started, work_read,
                                             &w->workers[started]))
        started++;
    if (started < w->jobs)
        work_read(&w->workers[started]);
    while (progress && atomic_load_explicit(&w->left, memory_order_relaxed) < started)
        progress_show(progress, bytes_done(w));
    progress_free(progress);
    for (unsigned i = 0; i < started; i++)
        pthread_join(w->workers[i].thread, NULL);
}

/* Refused lines at the start of a piece belong to the last entry of the file before it. */
static void place_refused(struct work *w)
{
    const struct piece *before = NULL;
    for (size_t i = 0; i < w->piece_count; i++) {
        const struct piece *p = &w->pieces[i];
        if (before && strcmp(before->path, p->path))
            before = NULL;
        if (before)
            rules_tape_refused(w->workers[0].tape, before->last, p->leading);
        if (p->any)
            before = p;
    }
}

static void merge_workers(struct work *w)
{
    for (unsigned i = 1; i < w->jobs && w->workers[i].tally; i++) {
        tally_merge(w->workers[0].tally, w->workers[i].tally);
        if (w->rule_count)
            rules_tape_merge(w->workers[0].tape, w->workers[i].tape);
    }
    if (!w->rule_count)
        return;
    place_refused(w);
    rules_tape_flush(w->workers[0].tape);
}

bool work_run(struct work *w)
{
    bool complete = true;
    run_workers(w);
    for (unsigned i = 0; i < w->jobs; i++)
        complete &= !w->workers[i].failed;
    merge_workers(w);
    return complete;
}

struct rules_tape *work_tape(struct work *w)
{
    return w->workers[0].tape;
}

/* ---- Reading once more ----------------------------------------------------------------------- */

static void want_stretches(struct work *w, const struct piece *p, const struct explain *e)
{
    for (size_t i = 0; i < p->stretch_count; i++) {
        const struct stretch *s = &p->stretches[i];
        struct piece *last = w->piece_count ? &w->pieces[w->piece_count - 1] : NULL;
        if (!explain_wants(e, s->first, s->last))
            continue;
        if (!p->ranged) {
            add_piece(w, (struct piece){.path = p->path});
            return;
        }
        if (last && last->path == p->path && last->ranged && s->from <= last->to)
            last->to = s->to > last->to ? s->to : last->to;
        else
            add_piece(w, (struct piece){.path = p->path,
                                        .header = p->header,
                                        .from = s->from,
                                        .to = s->to,
                                        .ranged = true});
    }
}

void work_explain(struct work *w, struct explain *e, const struct explained *alerts, size_t count,
                  int64_t first)
{
    struct piece *pieces = w->pieces;
    size_t piece_count = w->piece_count;
    w->pieces = NULL;
    w->piece_count = 0;
    for (size_t i = 0; i < piece_count; i++)
        if (!pieces[i].once)
            want_stretches(w, &pieces[i], e);
    w->bytes = 0;
    for (unsigned i = 0; i < w->jobs; i++)
        w->workers[i].explain = i ? explain_new(alerts, count, first) : e;
    run_workers(w);
    for (unsigned i = 1; i < w->jobs; i++) {
        explain_merge(e, w->workers[i].explain);
        explain_free(w->workers[i].explain);
    }
    free(w->pieces);
    w->pieces = pieces;
    w->piece_count = piece_count;
}

const struct pipe_causes *work_pipe(const struct work *w)
{
    return w->pipe;
}

/* Whether a piece of the same file that lies before has brought news of the kind. */
static bool told_before(const struct work *w, const struct news *news)
{
    for (unsigned i = 0; i < w->jobs; i++)
        for (size_t n = 0; n < w->workers[i].news_count; n++) {
            const struct news *other = &w->workers[i].news[n];
            if (other->notice.kind == news->notice.kind && other->piece->from < news->piece->from &&
                !strcmp(other->piece->path, news->piece->path))
                return true;
        }
    return false;
}

static void tell(const struct work *w, enum notice_kind kind, struct buf *out)
{
    for (unsigned i = 0; i < w->jobs; i++)
        for (size_t n = 0; n < w->workers[i].news_count; n++) {
            const struct news *news = &w->workers[i].news[n];
            if (news->notice.kind != kind || told_before(w, news))
                continue;
            if (out)
                buf_printf(out, "format    %s\n", news->notice.text);
            else
                note("%s", news->notice.text);
        }
}

void work_notes(struct work *w, bool choices)
{
    tell(w, NOTICE_NO_FORMAT, NULL);
    if (choices)
        tell(w, NOTICE_FORMAT, NULL);
}

void work_choices(struct work *w, struct buf *out)
{
    tell(w, NOTICE_FORMAT, out);
}

struct tally *work_total(struct work *w)
{
    return w->workers[0].tally;
}
