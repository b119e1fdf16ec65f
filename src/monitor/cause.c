#include "monitor/cause.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { SUMS_MOST = 8192, SUMS_FIRST = 128, PER_DIMENSION = 2 };
#define SHARE_LEAST 0.1

static const struct {
    const char *key;
    enum field field;
} ROWS[CAUSE_DIMENSIONS] = {
#define CAUSE_ROW(id, key, field) {key, FIELD_##field},
    CAUSE_ROWS(CAUSE_ROW)
#undef CAUSE_ROW
};

const char *cause_key(enum cause_dimension d)
{
    return ROWS[d].key;
}

field_set cause_fields(void)
{
    field_set fields = 0;
    for (unsigned d = 0; d < CAUSE_DIMENSIONS; d++)
        fields |= FIELD_BIT(ROWS[d].field);
    return fields;
}

static bool is_status(const struct entry *e, unsigned hundreds)
{
    return (e->has & FIELD_BIT(FIELD_STATUS)) && e->status / 100u == hundreds;
}

double cause_amount(const struct rule_spec *rule, const struct entry *e)
{
    uint64_t slow_ns = rule->side == RULE_ABOVE ? rule->level.amount : 0;
    switch (rule->metric) {
    case RULE_BYTES:
        return e->has & FIELD_BIT(FIELD_BYTES) ? (double)entry_number(e, FIELD_BYTES) : 0;
    case RULE_ERRORS: return is_status(e, 5);
    case RULE_CLIENT_ERRORS: return is_status(e, 4);
    case RULE_REJECTED: return 0;
    case RULE_REQUEST_TIME:
        return (e->has & FIELD_BIT(FIELD_REQUEST_TIME)) &&
               entry_number(e, FIELD_REQUEST_TIME) > slow_ns;
    default: return 1;
    }
}

/* Three digits at least; by hand, for it is asked for all the time. */
static struct text status_name(unsigned status, char room[CAUSE_NAME_SIZE])
{
    size_t len = 0;
    for (unsigned place = 10000; place; place /= 10)
        if (place <= 100 || status >= place)
            room[len++] = (char)('0' + status / place % 10);
    return text_make(room, len);
}

bool cause_name(enum cause_dimension d, const struct batch *b, const struct entry *e,
                char room[CAUSE_NAME_SIZE], struct text *name)
{
    enum field field = ROWS[d].field;
    if (!(e->has & FIELD_BIT(field)))
        return false;
    if (field == FIELD_STATUS)
        *name = status_name(e->status, room);
    else
        *name = text_cut(batch_text(b, e, field), 0, CAUSE_NAME_SIZE);
    return true;
}

/* ---- The table ------------------------------------------------------------------------------- */

struct sum {
    double amount[2]; /* by enum cause_when */
    uint32_t hash;
    uint8_t dimension;
    uint8_t len;
    bool used;
    char name[CAUSE_NAME_SIZE];
};

struct cause_sums {
    double whole[2];
    uint32_t count, room; /* room: a power of two */
    struct sum *slots;
};
_Static_assert(CAUSE_NAME_SIZE <= UINT8_MAX, "a length fits");

struct cause_sums *cause_sums_new(void)
{
    struct cause_sums *s = mem_new(1, sizeof *s);
    s->room = SUMS_FIRST;
    s->slots = mem_new(s->room, sizeof *s->slots);
    return s;
}

void cause_sums_free(struct cause_sums *s)
{
    if (!s)
        return;
    free(s->slots);
    free(s);
}

static struct sum *find(const struct cause_sums *s, unsigned dimension, uint32_t hash)
{
    uint32_t at = (hash ^ dimension * UINT32_C(0x9E3779B1)) & (s->room - 1);
    while (s->slots[at].used &&
           (s->slots[at].hash != hash || s->slots[at].dimension != dimension))
        at = (at + 1) & (s->room - 1);
    return &s->slots[at];
}

static double larger(const struct sum *a)
{
    return a->amount[0] > a->amount[1] ? a->amount[0] : a->amount[1];
}

static int by_amount(const void *left, const void *right)
{
    double a = larger(left), b = larger(right);
    return (a < b) - (a > b);
}

/* The rarer half makes place. */
static void purge(struct cause_sums *s)
{
    struct sum *old = s->slots;
    uint32_t count = 0;
    s->slots = mem_new(s->room, sizeof *s->slots);
    for (uint32_t i = 0; i < s->room; i++)
        if (old[i].used)
            old[count++] = old[i];
    qsort(old, count, sizeof *old, by_amount);
    s->count = count / 2;
    for (uint32_t i = 0; i < s->count; i++)
        *find(s, old[i].dimension, old[i].hash) = old[i];
    free(old);
}

static void grow(struct cause_sums *s)
{
    struct cause_sums old = *s;
    s->room *= 2;
    s->slots = mem_new(s->room, sizeof *s->slots);
    for (uint32_t i = 0; i < old.room; i++)
        if (old.slots[i].used)
            *find(s, old.slots[i].dimension, old.slots[i].hash) = old.slots[i];
    free(old.slots);
}

void cause_sums_add(struct cause_sums *s, enum cause_dimension d, uint32_t hash, struct text name,
                    enum cause_when when, double amount)
{
    struct sum *sum = find(s, d, hash);
    if (!sum->used) {
        if (s->count == SUMS_MOST)
            purge(s);
        else if (s->count * 2 >= s->room)
            grow(s);
        sum = find(s, d, hash);
        s->count++;
        name = text_cut(name, 0, CAUSE_NAME_SIZE);
        *sum = (struct sum){
            .hash = hash, .dimension = (uint8_t)d, .len = (uint8_t)name.len, .used = true};
        if (name.len)
            memcpy(sum->name, name.at, name.len);
    }
    sum->amount[when] += amount;
}

void cause_sums_merge(struct cause_sums *into, const struct cause_sums *from)
{
    for (uint32_t i = 0; i < from->room; i++) {
        const struct sum *sum = &from->slots[i];
        for (unsigned when = CAUSE_BEFORE; sum->used && when <= CAUSE_NOW; when++)
            cause_sums_add(into, sum->dimension, sum->hash, text_make(sum->name, sum->len), when,
                           sum->amount[when]);
    }
    into->whole[CAUSE_BEFORE] += from->whole[CAUSE_BEFORE];
    into->whole[CAUSE_NOW] += from->whole[CAUSE_NOW];
}

void cause_sums_whole(struct cause_sums *s, enum cause_when when, double amount)
{
    s->whole[when] += amount;
}

/* ---- The causes ------------------------------------------------------------------------------ */

static double rise_of(const double amount[2], double now_s, double before_s)
{
    double before = before_s > 0 ? amount[CAUSE_BEFORE] / before_s : 0;
    return now_s > 0 ? amount[CAUSE_NOW] / now_s - before : -before;
}

static int name_order(const struct cause *a, const struct cause *b)
{
    size_t shorter = a->name_len < b->name_len ? a->name_len : b->name_len;
    int order = memcmp(a->name, b->name, shorter);
    return order ? order : (a->name_len > b->name_len) - (a->name_len < b->name_len);
}

/* Whether a stands before b: by share, then in the order of the rows, then by name. */
static bool stands_before(const struct cause *a, const struct cause *b)
{
    if (a->share != b->share)
        return a->share > b->share;
    if (a->dimension != b->dimension)
        return a->dimension < b->dimension;
    return name_order(a, b) < 0;
}

/* Puts a cause into the ordered list of its dimension; what falls off its end is lost. */
static void keep(struct cause best[PER_DIMENSION], uint32_t *count, const struct cause *c)
{
    uint32_t at = *count < PER_DIMENSION ? (*count)++ : PER_DIMENSION;
    if (at == PER_DIMENSION && !stands_before(c, &best[--at]))
        return;
    for (; at > 0 && stands_before(c, &best[at - 1]); at--)
        best[at] = best[at - 1];
    best[at] = *c;
}

static uint32_t join(struct cause best[][PER_DIMENSION], uint32_t *counts,
                     struct cause out[CAUSES_MOST])
{
    uint32_t taken[CAUSE_DIMENSIONS] = {0}, count = 0;
    while (count < CAUSES_MOST) {
        const struct cause *next = NULL;
        for (unsigned d = 0; d < CAUSE_DIMENSIONS; d++)
            if (taken[d] < counts[d] && (!next || stands_before(&best[d][taken[d]], next)))
                next = &best[d][taken[d]];
        if (!next)
            break;
        taken[next->dimension]++;
        out[count++] = *next;
    }
    return count;
}

uint32_t cause_sums_rank(const struct cause_sums *s, double now_s, double before_s, bool fall,
                         struct cause out[CAUSES_MOST])
{
    struct cause best[CAUSE_DIMENSIONS][PER_DIMENSION];
    uint32_t counts[CAUSE_DIMENSIONS] = {0};
    double whole = rise_of(s->whole, now_s, before_s);
    if (fall ? whole >= 0 : whole <= 0)
        return 0;
    for (uint32_t i = 0; i < s->room; i++) {
        const struct sum *sum = &s->slots[i];
        if (!sum->used)
            continue;
        struct cause c = {.dimension = sum->dimension,
                          .name_len = sum->len,
                          .rise = rise_of(sum->amount, now_s, before_s)};
        c.share = c.rise / whole;
        if (c.share < SHARE_LEAST)
            continue;
        c.share = c.share > 1 ? 1 : c.share;
        memcpy(c.name, sum->name, sum->len);
        keep(best[c.dimension], &counts[c.dimension], &c);
    }
    return join(best, counts, out);
}
