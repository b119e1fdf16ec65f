/* schedule.h - when each line is due: a rate, and surges during which another one holds.
 *
 * A value. Times are nanoseconds since the start of the run; line k is due as soon as
 * k lines' worth of rate have gone by, so that sums never drift. One thread. */
#ifndef SPATE_LOGGEN_SCHEDULE_H
#define SPATE_LOGGEN_SCHEDULE_H

#include "base/error.h"
#include <stddef.h>
#include <stdint.h>

#define SURGES_MAX 64
#define NEVER      INT64_MAX

/* In [at, at + length) the rate is this one. Where surges overlap, the later given counts. */
struct surge {
    double rate; /* lines/s; 0: silence */
    int64_t at_ns, length_ns;
};

struct schedule_plan {
    double rate;         /* lines/s outside the surges */
    uint64_t count;      /* lines at the most; 0: no limit */
    int64_t duration_ns; /* 0: no end */
    const struct surge *surges;
    size_t surge_count;
};

struct schedule {
    struct piece {
        int64_t from_ns;
        double rate;
        double lines; /* due before it */
    } pieces[2 * SURGES_MAX + 2];
    size_t piece_count;
    size_t at;      /* the piece of the next line */
    uint64_t next;  /* number of the next line */
    uint64_t total; /* lines in all; UINT64_MAX: endless */
};

void schedule_init(struct schedule *s, const struct schedule_plan *plan);

/* For exactly plan->count lines over plan->duration_ns: sets plan->rate so that they fit
 * beside the surges. False with an explanation when the surges leave no room. */
bool schedule_fit(struct schedule_plan *plan, struct error *why);

/* When the next line is due; NEVER after the last. */
int64_t schedule_due(struct schedule *s);

/* The next line is written. */
static inline void schedule_step(struct schedule *s)
{
    s->next++;
}

#endif
