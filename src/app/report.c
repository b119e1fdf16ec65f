/* report.c - `spate report`: reads logs once, in as many threads as there are processors, and prints the figures. */
#include <stdlib.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/inputs.h"
#include "app/output.h"
#include "app/work.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/note.h"
#include "monitor/replay.h"
#include "render/report.h"

static unsigned jobs_of(const struct settings *s)
{
    if (s->jobs)
        return (unsigned)s->jobs;
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online < 1 ? 1 : online > 64 ? 64 : (unsigned)online;
}

struct firings {
    struct alert_figures *rows;
    size_t count, room;
};

static void on_firing(void *ctx, const struct monitor_alert *a)
{
    struct firings *f = ctx;
    if (f->count == f->room) {
        f->room = f->room ? f->room * 2 : 16;
        f->rows = mem_grow(f->rows, f->room, sizeof *f->rows);
    }
    alert_figures_of(&f->rows[f->count++], a);
}

static bool print(const struct settings *s, struct tally *total)
{
    struct alert_rule rule = {.name = "high traffic", .above = s->threshold, .window_s = s->window_s};
    struct clock clock = clock_real();
    struct firings firings = {0};
    struct replay_span span = replay_timeline(total->timeline, &rule,
                                              clock_wall(&clock) / NS_PER_S, on_firing, &firings);
    if (span.hits) { /* the log ends with its last believable second */
        total->first = span.first;
        total->last = span.last;
        total->future = span.future;
    }
    struct snapshot_limits limits = {.top = (size_t)s->top};
    struct snapshot *snapshot = snapshot_of_tally(total, limits, firings.rows, firings.count, &rule);
    struct buf out = {0};
    if (s->output == OUTPUT_JSON)
        report_json(&out, snapshot);
    else
        report_text(&out, snapshot);
    bool written = output_write(&out, -1);
    buf_done(&out);
    snapshot_drop(snapshot);
    free(firings.rows);
    return written;
}

int command_report(const struct settings *s)
{
    struct error why = {0};
    struct inputs inputs = {0};
    struct work *work = NULL;
    int code = EXIT_FAILED;
    struct formats *formats = formats_new(s->formats, s->format_count, &why);
    if (formats && s->forwarded)
        formats_prefer_forwarded(formats);
    if (!formats) {
        note("%s", why.text);
        return EXIT_USAGE;
    }
    if (!inputs_find(&inputs, s, &why) || !(work = work_new(s, &inputs, formats, jobs_of(s), &why))) {
        note("%s", why.text);
        code = why.usage ? EXIT_USAGE : EXIT_FAILED;
        goto done;
    }
    settings_tell_logs(s);
    bool complete = work_run(work);
    work_notes(work);
    if (print(s, work_total(work)) && complete)
        code = EXIT_DONE;
done:
    work_free(work);
    inputs_done(&inputs);
    formats_free(formats);
    return code;
}
