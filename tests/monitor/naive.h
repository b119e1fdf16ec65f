/* naive.h - the alert as the contract words it, computed the slow way: for the tests to compare
 * with. */
#ifndef SPATE_TESTS_MONITOR_NAIVE_H
#define SPATE_TESTS_MONITOR_NAIVE_H

#include "monitor/alert.h"
#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdint.h>

enum { NAIVE_CHANGES = 4096 };

struct naive_change {
    bool fired;
    int64_t second;
    uint64_t hits;
};

struct naive_changes {
    unsigned count;
    struct naive_change at[NAIVE_CHANGES];
};

/* One judged second; the state is whether the last change was a firing. */
static inline void naive_judge(struct naive_changes *c, const struct alert_rule *rule,
                               int64_t second, uint64_t hits)
{
    bool firing = c->count && c->at[c->count - 1].fired;
    double rate = (double)hits / (double)rule->window_s;
    bool changes = firing ? rate < rule->above : rate > rule->above;
    if (!changes)
        return;
    cr_assert(c->count < NAIVE_CHANGES);
    c->at[c->count++] = (struct naive_change){!firing, second, hits};
}

static inline void naive_compare(const struct naive_changes *want, const struct naive_changes *got,
                                 const char *what, unsigned round)
{
    for (unsigned i = 0; i < want->count && i < got->count; i++)
        cr_assert(
            want->at[i].fired == got->at[i].fired && want->at[i].second == got->at[i].second &&
                want->at[i].hits == got->at[i].hits,
            "%s, log %u, change %u: wanted %d at %ld with %lu, got %d at %ld with %lu", what, round,
            i, want->at[i].fired, (long)want->at[i].second, (unsigned long)want->at[i].hits,
            got->at[i].fired, (long)got->at[i].second, (unsigned long)got->at[i].hits);
    cr_assert_eq(want->count, got->count, "%s, log %u: wanted %u changes, got %u", what, round,
                 want->count, got->count);
}

#endif
