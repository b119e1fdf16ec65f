#include "app/explain.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

struct question {
    struct explained about;
    int64_t from, middle, to; /* (from, middle] is the time before, (middle, to] the window */
    struct cause_sums *sums;
};

struct explain {
    int64_t first;
    size_t count;
    struct question *questions;
    struct question **active; /* those that a batch is about */
};

struct explain *explain_new(const struct explained *alerts, size_t count, int64_t first)
{
    struct explain *e = mem_new(1, sizeof *e);
    e->first = first;
    e->count = count;
    e->questions = mem_new(count + 1, sizeof *e->questions);
    e->active = mem_new(count + 1, sizeof(struct question *));
    for (size_t i = 0; i < count; i++) {
        int64_t to = alerts[i].alert->triggered_at, window_s = alerts[i].alert->window_s;
        e->questions[i] = (struct question){.about = alerts[i],
                                            .from = to - 2 * window_s,
                                            .middle = to - window_s,
                                            .to = to,
                                            .sums = cause_sums_new()};
    }
    return e;
}

void explain_free(struct explain *e)
{
    if (!e)
        return;
    for (size_t i = 0; i < e->count; i++)
        cause_sums_free(e->questions[i].sums);
    free(e->questions);
    free(e->active);
    free(e);
}

bool explain_wants(const struct explain *e, int64_t first, int64_t last)
{
    for (size_t i = 0; i < e->count; i++)
        if (last > e->questions[i].from && first <= e->questions[i].to)
            return true;
    return false;
}

/* ---- Entries --------------------------------------------------------------------------------- */

static size_t choose_active(struct explain *e, const struct batch *b)
{
    int64_t first = INT64_MAX, last = INT64_MIN;
    size_t active = 0;
    for (uint32_t i = 0; i < b->count; i++)
        if (b->entries[i].has & FIELD_BIT(FIELD_TIME)) {
            first = b->entries[i].second < first ? b->entries[i].second : first;
            last = b->entries[i].second > last ? b->entries[i].second : last;
        }
    for (size_t i = 0; i < e->count; i++)
        if (last > e->questions[i].from && first <= e->questions[i].to)
            e->active[active++] = &e->questions[i];
    return active;
}

static bool is_of_key(const struct monitor_alert *a, const struct batch *b, const struct entry *e)
{
    char room[CAUSE_NAME_SIZE];
    struct text name;
    if (a->per == FIELD_COUNT)
        return true;
    if (!(e->has & FIELD_BIT(a->per)))
        return false;
    if (a->per == FIELD_STATUS)
        cause_name(CAUSE_STATUS, b, e, room, &name);
    else
        name = text_cut(batch_text(b, e, a->per), 0, sizeof a->key);
    return text_same(name, text_make(a->key, a->key_len));
}

static bool is_asked(const struct question *q, const struct batch *b, const struct entry *e)
{
    return e->second > q->from && e->second <= q->to &&
           (!q->about.rule ||
            (rule_counts(q->about.rule, b, e) && is_of_key(q->about.alert, b, e)));
}

static void take_entry(struct question *q, const struct batch *b, const struct entry *e)
{
    char room[CAUSE_NAME_SIZE];
    struct text name;
    double amount = q->about.rule ? cause_amount(q->about.rule, e) : 1;
    if (amount <= 0)
        return;
    enum cause_when when = e->second > q->middle ? CAUSE_NOW : CAUSE_BEFORE;
    cause_sums_whole(q->sums, when, amount);
    for (unsigned d = 0; d < CAUSE_DIMENSIONS; d++)
        if (cause_name(d, b, e, room, &name))
            cause_sums_add(q->sums, d, (uint32_t)hash_text(name), name, when, amount);
}

void explain_batch(struct explain *e, const struct batch *b)
{
    size_t active = choose_active(e, b);
    for (uint32_t i = 0; active && i < b->count; i++) {
        const struct entry *entry = &b->entries[i];
        if (!(entry->has & FIELD_BIT(FIELD_TIME)))
            continue;
        for (size_t k = 0; k < active; k++)
            if (is_asked(e->active[k], b, entry))
                take_entry(e->active[k], b, entry);
    }
}

void explain_merge(struct explain *into, const struct explain *from)
{
    for (size_t i = 0; i < into->count; i++)
        cause_sums_merge(into->questions[i].sums, from->questions[i].sums);
}

/* Seconds of (from, to] that the log has: of the time before the window. The window counts as a whole,
 * as it does in every rate. */
static double known_of(const struct explain *e, int64_t from, int64_t to)
{
    from = from < e->first - 1 ? e->first - 1 : from;
    return to > from ? (double)(to - from) : 0;
}

void explain_finish(const struct explain *e)
{
    for (size_t i = 0; i < e->count; i++) {
        const struct question *q = &e->questions[i];
        bool fall = q->about.rule && q->about.rule->side == RULE_BELOW;
        q->about.alert->cause_count =
            cause_sums_rank(q->sums, (double)(q->to - q->middle),
                            known_of(e, q->from, q->middle), fall, q->about.alert->causes);
    }
}
