#include "app/pipe_causes.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { FIRINGS_MOST = 20000 };

/* What is kept of an alert. */
struct firing {
    char rule[64];
    char key[CAUSE_NAME_SIZE];
    uint32_t key_len, cause_count;
    int64_t second;
    struct cause causes[CAUSES_MOST];
};

struct pipe_causes {
    struct monitor *monitor;
    int64_t wall_ns;
    size_t count, room;
    struct firing *firings;
};

static void on_event(void *ctx, const struct monitor *m, const struct monitor_event *e)
{
    struct pipe_causes *p = ctx;
    (void)m;
    if (e->kind != MONITOR_ALERT || e->alert->recovered || !e->alert->cause_count ||
        p->count == FIRINGS_MOST)
        return;
    if (p->count == p->room) {
        p->room = p->room ? p->room * 2 : 16;
        p->firings = mem_grow(p->firings, p->room, sizeof *p->firings);
    }
    struct firing *f = &p->firings[p->count++];
    *f = (struct firing){.key_len = e->alert->key_len,
                         .cause_count = e->alert->cause_count,
                         .second = e->alert->triggered_at};
    memcpy(f->rule, e->alert->rule, sizeof f->rule);
    memcpy(f->key, e->alert->key, e->alert->key_len);
    memcpy(f->causes, e->alert->causes, e->alert->cause_count * sizeof *f->causes);
}

struct pipe_causes *pipe_causes_new(const struct rule_set *rules, int64_t wall_ns)
{
    struct pipe_causes *p = mem_new(1, sizeof *p);
    struct monitor_options o = {.rule = rules->shown,
                                .rules = rules->others,
                                .rule_count = rules->count,
                                .update_ns = INT64_MAX / 4,
                                .tell_past = true};
    p->wall_ns = wall_ns;
    p->monitor = monitor_new(&o, (struct monitor_sink){on_event, p}, 0, wall_ns);
    return p;
}

void pipe_causes_free(struct pipe_causes *p)
{
    if (!p)
        return;
    monitor_free(p->monitor);
    free(p->firings);
    free(p);
}

/* Time stands still but for what the lines say. */
void pipe_causes_batch(struct pipe_causes *p, const struct batch *b)
{
    monitor_batch(p->monitor, b, 0, p->wall_ns);
}

void pipe_causes_finish(struct pipe_causes *p)
{
    monitor_finish(p->monitor, MONITOR_INPUT_ENDED, 0, p->wall_ns);
}

static bool is_of(const struct firing *f, const struct monitor_alert *a)
{
    int64_t apart = f->second - a->triggered_at;
    return !strcmp(f->rule, a->rule) && f->key_len == a->key_len &&
           !memcmp(f->key, a->key, a->key_len) && apart < a->window_s && -apart < a->window_s;
}

/* Where lines come out of order the live monitor may have fired some seconds earlier or later. */
void pipe_causes_give(const struct pipe_causes *p, struct monitor_alert *a)
{
    const struct firing *best = NULL;
    for (size_t i = 0; !a->cause_count && i < p->count; i++) {
        const struct firing *f = &p->firings[i];
        if (is_of(f, a) && (!best || llabs(f->second - a->triggered_at) <
                                         llabs(best->second - a->triggered_at)))
            best = f;
    }
    if (!best)
        return;
    a->cause_count = best->cause_count;
    memcpy(a->causes, best->causes, best->cause_count * sizeof *a->causes);
}
