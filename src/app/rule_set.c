#include "app/rule_set.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/config.h"
#include "base/mem.h"

/* What -f and -r make, wherever it is written. */
static bool is_plain(const struct rule_spec *r)
{
    return !strcmp(r->name, CONFIG_DEFAULT_RULE) && r->metric == RULE_HITS &&
           r->side == RULE_ABOVE && r->level.measure == RULE_RATE &&
           rule_level_order(&r->level, &r->recover) == 0 && r->for_s == 0 && r->at_least == 0 &&
           !r->where.text && r->per == FIELD_COUNT;
}

static double per_second(const struct rule_level *level)
{
    return (double)level->amount / ((double)level->scale * level->per_s);
}

static void add_other(struct rule_set *set, const struct rule_spec *r)
{
    set->others[set->count++] = *r;
    set->fields |= rule_fields(r);
    if (r->window_s > set->window_most_s)
        set->window_most_s = r->window_s;
}

void rule_set_init(struct rule_set *set, const struct settings *s, const struct config *c)
{
    *set = (struct rule_set){
        .shown = {.name = CONFIG_DEFAULT_RULE, .above = HUGE_VAL, .window_s = s->window_s},
        .others = mem_new(c->rule_count + c->try_count + 1, sizeof *set->others)};
    for (size_t i = 0; i < c->rule_count; i++) {
        const struct rule_spec *r = &c->rules[i];
        if (is_plain(r)) {
            set->shown.above = per_second(&r->level);
            set->shown.window_s = r->window_s;
        } else {
            add_other(set, r);
        }
    }
    for (size_t i = 0; i < c->try_count; i++) {
        set->others[set->count + set->try_count++] = c->tries[i];
        set->fields |= rule_fields(&c->tries[i]);
    }
    if (set->shown.window_s > set->window_most_s)
        set->window_most_s = set->shown.window_s;
}

void rule_set_done(struct rule_set *set)
{
    free(set->others);
    set->others = NULL;
    set->count = 0;
}
