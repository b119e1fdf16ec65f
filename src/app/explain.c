#include "app/explain.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

struct question {
    struct explained about;
    int64_t from, middle, to; /* (from, middle] is the time before, (middle, to] the window */
    uint32_t where;           /* in explain.wheres: many rules choose the same entries */
    struct cause_sums *sums;
};

/* What has been found out about the entry under way. */
struct seen {
    bool named;
    struct text names[CAUSE_DIMENSIONS]; /* len 0 and at NULL: it has none */
    uint32_t hashes[CAUSE_DIMENSIONS];
    char room[CAUSE_NAME_SIZE];
    enum verdict { NOT_ASKED, LETS_IN, LEAVES_OUT } *verdicts; /* by explain.wheres */
};

struct explain {
    int64_t first;
    size_t count;
    struct question *questions;
    struct question **active; /* those that a batch is about */
    const struct rule_where **wheres;
    uint32_t where_count;
    struct seen seen;
};

static uint32_t where_at(struct explain *e, const struct rule_spec *rule)
{
    static const struct rule_where every = {.needs = FIELD_COUNT};
    const struct rule_where *where = rule ? &rule->where : &every;
    for (uint32_t i = 0; i < e->where_count; i++)
        if (rule_where_same(e->wheres[i], where))
            return i;
    e->wheres[e->where_count] = where;
    return e->where_count++;
}

struct explain *explain_new(const struct explained *alerts, size_t count, int64_t first)
{
    struct explain *e = mem_new(1, sizeof *e);
    e->first = first;
    e->count = count;
    e->questions = mem_new(count + 1, sizeof *e->questions);
    e->active = mem_new(count + 1, sizeof(struct question *));
    e->wheres = mem_new(count + 1, sizeof(struct rule_where *));
    e->seen.verdicts = mem_new(count + 1, sizeof *e->seen.verdicts);
    for (size_t i = 0; i < count; i++) {
        int64_t to = alerts[i].alert->triggered_at, window_s = alerts[i].alert->window_s;
        e->questions[i] = (struct question){.about = alerts[i],
                                            .from = to - 2 * window_s,
                                            .middle = to - window_s,
                                            .to = to,
                                           .where = where_at(e, alerts[i].rule),
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
    free(e->wheres);
    free(e->seen.verdicts);
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

static bool lets_in(struct explain *e, uint32_t where, const struct batch *b,
                    const struct entry *entry)
{
    enum verdict *verdict = &e->seen.verdicts[where];
    const struct rule_where *w = e->wheres[where];
    if (*verdict == NOT_ASKED)
        *verdict = !w->matches || w->matches(w->filter, b, entry) ? LETS_IN : LEAVES_OUT;
    return *verdict == LETS_IN;
}

static void name_entry(struct seen *s, const struct batch *b, const struct entry *entry)
{
    s->named = true;
    for (unsigned d = 0; d < CAUSE_DIMENSIONS; d++) {
        if (!cause_name(d, b, entry, s->room, &s->names[d]))
            s->names[d] = text_make(NULL, 0);
        else
            s->hashes[d] = (uint32_t)hash_text(s->names[d]);
    }
}

static void take_entry(struct explain *e, const struct question *q, const struct batch *b,
                       const struct entry *entry, double amount)
{
    struct seen *s = &e->seen;
    enum cause_when when = entry->second > q->middle ? CAUSE_NOW : CAUSE_BEFORE;
    if (!s->named)
        name_entry(s, b, entry);
    cause_sums_whole(q->sums, when, amount);
    for (unsigned d = 0; d < CAUSE_DIMENSIONS; d++)
        if (s->names[d].at)
            cause_sums_add(q->sums, d, s->hashes[d], s->names[d], when, amount);
}

static void ask_entry(struct explain *e, const struct question *q, const struct batch *b,
                      const struct entry *entry)
{
    if (entry->second <= q->from || entry->second > q->to)
        return;
    double amount = q->about.rule ? cause_amount(q->about.rule, entry) : 1;
    if (amount > 0 && lets_in(e, q->where, b, entry) &&
        (!q->about.rule || is_of_key(q->about.alert, b, entry)))
        take_entry(e, q, b, entry, amount);
}

void explain_batch(struct explain *e, const struct batch *b)
{
    size_t active = choose_active(e, b);
    for (uint32_t i = 0; active && i < b->count; i++) {
        const struct entry *entry = &b->entries[i];
        if (!(entry->has & FIELD_BIT(FIELD_TIME)))
            continue;
        e->seen.named = false;
        memset(e->seen.verdicts, 0, e->where_count * sizeof *e->seen.verdicts);
        for (size_t k = 0; k < active; k++)
            ask_entry(e, e->active[k], b, entry);
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
