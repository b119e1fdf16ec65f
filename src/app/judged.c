#include "app/judged.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "app/spread.h"
#include "base/mem.h"

/* ---- Gathering ------------------------------------------------------------------------------- */

static void add(struct judged *j, uint32_t rule, const struct monitor_alert *a)
{
    if (rule != JUDGED_DEFAULT && j->others++ >= JUDGED_MOST) {
        j->unlisted++;
        return;
    }
    if (j->count == j->room) {
        j->room = j->room ? j->room * 2 : 16;
        j->rows = mem_grow(j->rows, j->room, sizeof *j->rows);
    }
    j->rows[j->count++] = (struct judged_alert){rule, *a};
}

static void on_default(void *ctx, const struct monitor_alert *a)
{
    add(ctx, JUDGED_DEFAULT, a);
}

static void count_try(struct try_figures *t, const struct monitor_alert *a, int64_t last)
{
    int64_t lasted = (a->recovered ? a->recovered_at : last) - a->triggered_at;
    t->first = !t->firings || a->triggered_at < t->first ? a->triggered_at : t->first;
    t->firings++;
    t->firing_s += lasted;
    t->longest_s = lasted > t->longest_s ? lasted : t->longest_s;
}

/* One thread's share of the rules. */
struct judging {
    pthread_t thread;
    struct rules_tape *tape;
    const struct rules_log *log;
    unsigned part, parts;
    uint32_t others; /* from this number on rules are those of --try */
    struct judged own;
};

static void on_firing(void *ctx, uint32_t rule, const struct monitor_alert *a)
{
    struct judging *g = ctx;
    if (rule >= g->others)
        count_try(&g->own.tries[rule - g->others], a, g->log->last);
    else
        add(&g->own, rule, a);
}

static void *judge(void *arg)
{
    struct judging *g = arg;
    rules_replay(g->tape, g->log, g->part, g->parts, on_firing, g);
    return NULL;
}

/* A --try is judged by one thread alone. */
static void take_part(struct judged *j, struct judging *g, uint32_t tries)
{
    for (size_t i = 0; i < g->own.count; i++)
        add(j, g->own.rows[i].rule, &g->own.rows[i].alert);
    j->unlisted += g->own.unlisted;
    for (uint32_t i = 0; i < tries; i++)
        if (g->own.tries[i].firings)
            j->tries[i] = g->own.tries[i];
    free(g->own.rows);
    free(g->own.tries);
}

static void judge_all(struct judged *j, struct rules_tape *tape, const struct rules_log *log,
                      const struct rule_set *rules, unsigned jobs)
{
    struct judging *parts = mem_new(jobs, sizeof *parts);
    unsigned started = 0;
    for (unsigned i = 0; i < jobs; i++) {
        parts[i] = (struct judging){
            .tape = tape, .log = log, .part = i, .parts = jobs, .others = rules->count};
        parts[i].own.tries = mem_new(rules->try_count + 1, sizeof *j->tries);
    }
    while (started + 1 < jobs &&
           spread_start(&parts[started].thread, started, judge, &parts[started]))
        started++;
    for (unsigned i = started; i < jobs; i++)
        judge(&parts[i]);
    for (unsigned i = 0; i < jobs; i++) {
        if (i < started)
            pthread_join(parts[i].thread, NULL);
        take_part(j, &parts[i], rules->try_count);
    }
    free(parts);
}

/* ---- The whole ------------------------------------------------------------------------------- */

static int by_time(const void *left, const void *right)
{
    const struct judged_alert *a = left, *b = right;
    if (a->alert.triggered_at != b->alert.triggered_at)
        return a->alert.triggered_at < b->alert.triggered_at ? -1 : 1;
    if (a->rule != b->rule) /* the default one is the largest number, and comes first */
        return a->rule + 1 < b->rule + 1 ? -1 : 1;
    size_t shorter = a->alert.key_len < b->alert.key_len ? a->alert.key_len : b->alert.key_len;
    int order = memcmp(a->alert.key, b->alert.key, shorter);
    return order ? order : (a->alert.key_len > b->alert.key_len) - (a->alert.key_len < b->alert.key_len);
}

/* Those from number `first` on. They are in order of time: so are their windows. */
static void explain_some(struct judged *j, struct work *w, const struct rule_set *rules,
                         size_t first)
{
    size_t count = j->count - first < EXPLAINED_AT_ONCE ? j->count - first : EXPLAINED_AT_ONCE;
    struct explained *alerts = mem_new(count, sizeof *alerts);
    for (size_t i = 0; i < count; i++) {
        uint32_t rule = j->rows[first + i].rule;
        alerts[i].alert = &j->rows[first + i].alert;
        alerts[i].rule = rule == JUDGED_DEFAULT ? NULL : &rules->others[rule];
    }
    struct explain *e = explain_new(alerts, count, j->span.first);
    work_explain(w, e, alerts, count, j->span.first);
    explain_finish(e);
    explain_free(e);
    free(alerts);
}

static void explain_all(struct judged *j, struct work *w, const struct rule_set *rules)
{
    for (size_t first = 0; first < j->count; first += EXPLAINED_AT_ONCE)
        explain_some(j, w, rules, first);
    for (size_t i = 0; work_pipe(w) && i < j->count; i++)
        pipe_causes_give(work_pipe(w), &j->rows[i].alert);
}

void judged_init(struct judged *j, struct work *w, const struct rule_set *rules, unsigned jobs,
                 int64_t wall_s)
{
    const struct timeline *all = work_total(w)->timeline;
    *j = (struct judged){.tries = mem_new(rules->try_count + 1, sizeof *j->tries)};
    j->span = replay_timeline(all, &rules->shown, wall_s, on_default, j);
    if (!work_tape(w))
        return;
    struct rules_log log = rules_log_of(all, wall_s);
    judge_all(j, work_tape(w), &log, rules, jobs);
    rules_log_done(&log);
    if (j->count)
        qsort(j->rows, j->count, sizeof *j->rows, by_time);
    explain_all(j, w, rules);
    for (size_t i = 0; i < j->count; i++)
        j->rows[i].alert.id = i + 1;
}

void judged_done(struct judged *j)
{
    free(j->rows);
    free(j->tries);
}
