/* report.c - `spate report`: reads logs once, in as many threads as there are processors, and prints the figures. */
#include <stdlib.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/inputs.h"
#include "app/judged.h"
#include "app/output.h"
#include "app/rule_set.h"
#include "app/work.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/note.h"
#include "render/report.h"

static unsigned jobs_of(const struct settings *s)
{
    if (s->jobs)
        return (unsigned)s->jobs;
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online < 1 ? 1 : online > 64 ? 64 : (unsigned)online;
}

static struct snapshot *snapshot_of(const struct settings *s, struct tally *total,
                                    struct judged *j, const struct rule_set *rules)
{
    struct alert_figures *alerts = mem_new(j->count + 1, sizeof *alerts);
    if (j->span.hits) { /* the log ends with its last believable second */
        total->first = j->span.first;
        total->last = j->span.last;
        total->future = j->span.future;
    }
    for (size_t i = 0; i < j->count; i++)
        alert_figures_of(&alerts[i], &j->rows[i].alert);
    struct snapshot_limits limits = {.top = settings_top(s, false)};
    struct snapshot *snapshot = snapshot_of_tally(total, limits, alerts, j->count, &rules->shown);
    snapshot->rule_count += rules->count;
    for (uint32_t i = 0; i < rules->try_count; i++)
        j->tries[i].text = s->tries[i];
    snapshot_tries(snapshot, j->tries, rules->try_count);
    free(alerts);
    return snapshot;
}

static bool print(const struct settings *s, struct work *work, const struct rule_set *rules)
{
    struct clock clock = clock_real();
    struct judged judged;
    struct buf out = {0};
    judged_init(&judged, work, rules, jobs_of(s), clock_wall(&clock) / NS_PER_S);
    if (judged.unlisted)
        note("%llu more alerts are not listed", (unsigned long long)judged.unlisted);
    struct snapshot *snapshot = snapshot_of(s, work_total(work), &judged, rules);
    if (s->output == OUTPUT_JSON) {
        report_json(&out, snapshot);
    } else {
        work_choices(work, &out);
        report_text(&out, snapshot);
    }
    bool written = output_write(&out, -1);
    buf_done(&out);
    snapshot_drop(snapshot);
    judged_done(&judged);
    return written;
}

int command_report(const struct settings *s)
{
    struct error why = {0};
    struct inputs inputs = {0};
    struct work *work = NULL;
    int code = EXIT_FAILED;
    struct rule_set rules;
    struct formats *formats = formats_new(s->formats, s->format_count, &why);
    if (formats && s->forwarded)
        formats_prefer_forwarded(formats);
    if (!formats) {
        note("%s", why.text);
        return EXIT_USAGE;
    }
    rule_set_init(&rules, s, s->config);
    struct work_order order = {s, &inputs, formats, &rules, jobs_of(s)};
    if (!inputs_find(&inputs, s, &why) || !(work = work_new(&order, &why))) {
        note("%s", why.text);
        code = why.usage ? EXIT_USAGE : EXIT_FAILED;
        goto done;
    }
    settings_tell_logs(s, formats);
    bool complete = work_run(work);
    work_notes(work, s->output == OUTPUT_JSON && isatty(STDERR_FILENO));
    if (print(s, work, &rules) && complete)
        code = EXIT_DONE;
done:
    work_free(work);
    rule_set_done(&rules);
    inputs_done(&inputs);
    formats_free(formats);
    return code;
}
